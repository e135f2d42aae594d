"""What a version must be able to do before anybody uses it: the questions, and what is an answer.

Whoever asks brings the way there, so the same questions go through the test rule of a load balancer
at the PAUSE, through production afterwards, and to programs of this machine.
"""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

BOT, MARKET_DATA = "telegram-bot", "market-data"
# A number as prices have it. An apology has some too: seconds to wait, the reference of a log line.
_A_NUMBER = re.compile(r"\b\d[\d,]*[.,]\d\d+\b")
_CANNED = (
    ("/help", re.compile("/price")),
    ("/price BTC", _A_NUMBER),
    ("/atr BTC", _A_NUMBER),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a version says of itself; empty: whatever it says."""

    digest: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One question and whether the answer was good; `said` is for a person."""

    name: str
    passed: bool
    said: str
    milliseconds: int = 0


class Ask(Protocol):
    """The way to a version."""

    def __call__(
        self, path: str, content: dict[str, Any] | None = None, token: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """Return status and JSON; status 0 and `error` when nobody answered.

        Args:
            content: Is posted; None: GET.
        """
        ...


def smoke(
    ask: Ask, program: str, expected: Expected, token: Callable[[], str], *, public: bool = False
) -> list[Check]:
    """Ask a program everything.

    Args:
        token: Returns what the bot's smoke route wants; called only if it is asked.
        public: Through the route of people's requests, where only two questions get through.
    """
    checks = [_alive, _version] if public else [_alive, _ready, _version]
    found = [_timed(partial(check, ask, expected)) for check in checks]
    if not public:
        found += _work(ask, program, token)
    return found


def _work(ask: Ask, program: str, token: Callable[[], str]) -> Iterator[Check]:
    if program == MARKET_DATA:
        yield _timed(lambda: _price(ask))
    if program == BOT:
        word = token()
        for text, wanted in _CANNED:
            yield _timed(partial(_rendered, ask, text, wanted, word))


def _timed(question: Callable[[], Check]) -> Check:
    began = time.monotonic()
    found = question()
    return replace(found, milliseconds=round(1000 * (time.monotonic() - began)))


def _alive(ask: Ask, _: Expected) -> Check:
    return _of_status("/healthz", *ask("/healthz"))


def _ready(ask: Ask, _: Expected) -> Check:
    return _of_status("/readyz", *ask("/readyz"))


def _of_status(path: str, status: int, content: dict[str, Any]) -> Check:
    return Check(path, status == 200, "ok" if status == 200 else _told(status, content))


def _version(ask: Ask, expected: Expected) -> Check:
    status, content = ask("/version")
    if status != 200:
        return Check("/version", False, _told(status, content))
    for name, wanted in (("digest", expected.digest), ("revision", expected.revision)):
        found = content.get(name)
        if wanted and found != wanted:
            return Check("/version", False, f"{name} {found or 'unknown'}, not {wanted}")
    revision, digest = (str(content.get(it) or "unknown") for it in ("revision", "digest"))
    return Check("/version", True, f"{revision[:12]}, {digest[:19]}")


def _price(ask: Ask) -> Check:
    status, content = ask("/v1/tickers/BTC")
    price = content.get("price")
    good = status == 200 and isinstance(price, str)
    said = f"{content.get('symbol')} {price}" if good else _told(status, content)
    return Check("/v1/tickers/BTC", good, said)


def _rendered(ask: Ask, text: str, wanted: re.Pattern[str], token: str) -> Check:
    """Have an update rendered and not sent, as the bot's own route does."""
    name = f"renders {text}"
    if not token:
        return Check(name, False, "SMOKE_TOKEN is not known: name the secret in the place file")
    chat = 1 + secrets.randbelow(2**31)  # another one each time: nobody may ask too often
    status, content = ask("/internal/smoke", _update(text, chat), token)
    calls = content.get("calls")
    if status != 200 or not isinstance(calls, list) or not calls:
        return Check(name, False, _told(status, content))
    said = " ".join(str(it.get("text") or it.get("caption") or "") for it in calls)
    plain = " ".join(re.sub(r"<[^>]+>", "", said).split())
    good = bool(wanted.search(plain))
    return Check(name, good, f"{calls[0].get('method')}: {plain[:60]}")


def _update(text: str, chat: int) -> dict[str, Any]:
    length = len(text.partition(" ")[0])
    return {
        "update_id": 1,
        "message": {
            "message_id": 1,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "Smoke"},
            "from": {"id": chat, "is_bot": False, "first_name": "Smoke"},
            "text": text,
            "entities": [{"type": "bot_command", "offset": 0, "length": length}],
        },
    }


def _told(status: int, content: dict[str, Any]) -> str:
    return f"{status} {json.dumps(content)[:200]}" if status else str(content["error"])
