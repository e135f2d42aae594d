"""Tells Telegram where to bring updates: asked first, told only what differs, checked after.

The token stands in every address of the Bot API. So no error and no line of this file says an
address, nor what an exception says of one. What people wrote meanwhile is never dropped.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import urllib3

from deploy.platform import PlatformError

# As the bot asks for them when it polls.
ALLOWED = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
CONNECTIONS = 40
_TIMEOUT = urllib3.Timeout(connect=5.0, read=15.0)


@dataclass(frozen=True, slots=True)
class Target:
    """Where updates go.

    Attributes:
        waiting: How many updates Telegram still holds.
        trouble: What went wrong last, in Telegram's words; empty when nothing did.
    """

    address: str
    connections: int = 0
    allowed: tuple[str, ...] = ()
    waiting: int = 0
    trouble: str = ""

    def leads_to(self, address: str) -> bool:
        """Whether it is all that we would set."""
        ours = (address, CONNECTIONS, sorted(ALLOWED))
        return (self.address, self.connections, sorted(self.allowed)) == ours


class Telegram(Protocol):
    """The two calls. Both raise PlatformError."""

    def target(self) -> Target:
        """Return where updates go now."""
        ...

    def aim(self, address: str) -> None:
        """Have them brought to `address`, with the secret that the bot expects."""
        ...

    def mark(self) -> str:
        """Return what tells one secret from another and says nothing about either."""
        ...


class BotApi:
    """The real one.

    Args:
        address: Of the Bot API.
        field: Returns TELEGRAM_BOT_TOKEN and WEBHOOK_SECRETS when asked for them.
    """

    def __init__(self, address: str, field: Callable[[str], str]) -> None:
        self._address = address.rstrip("/")
        self._field = field

    def target(self) -> Target:
        found = self._call("getWebhookInfo", {})
        return Target(
            str(found.get("url", "")),
            int(found.get("max_connections", CONNECTIONS)),
            tuple(found.get("allowed_updates", ())),
            int(found.get("pending_update_count", 0)),
            str(found.get("last_error_message", "")),
        )

    def aim(self, address: str) -> None:
        asked = {"url": address, "max_connections": CONNECTIONS, "allowed_updates": ALLOWED}
        self._call("setWebhook", {**asked, "secret_token": self._secret()})

    def mark(self) -> str:
        token = self._field("TELEGRAM_BOT_TOKEN").encode()
        return hmac.new(token, self._secret().encode(), "sha256").hexdigest()[:8]

    def _secret(self) -> str:
        """The newest of the two words that the bot may accept."""
        word = self._field("WEBHOOK_SECRETS").partition(",")[0].strip()
        if not word:
            raise PlatformError("WEBHOOK_SECRETS is not known: it belongs into the bot's secret.")
        return word

    def _call(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        token = self._field("TELEGRAM_BOT_TOKEN")
        if not token:
            raise PlatformError(
                "TELEGRAM_BOT_TOKEN is not known: it belongs into the bot's secret."
            )
        try:
            with urllib3.PoolManager(timeout=_TIMEOUT, retries=False) as pool:
                answer = pool.request(
                    "POST",
                    f"{self._address}/bot{token}/{method}",
                    headers={"Content-Type": "application/json"},
                    body=json.dumps(asked).encode(),
                    redirect=False,
                )
            told = json.loads(answer.data)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            kind = type(error).__name__
            raise PlatformError(f"Telegram cannot be asked for {method} ({kind}).") from None
        if not isinstance(told, dict) or not told.get("ok"):
            why = told.get("description", "") if isinstance(told, dict) else ""
            raise PlatformError(f"Telegram says {answer.status} to {method}: {why}")
        result = told.get("result")
        return result if isinstance(result, dict) else {}
