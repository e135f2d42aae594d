"""Asking Coinbase politely, and telling its refusals apart."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx
import structlog

from common.clock import Clock
from common.errors import Unavailable
from common.http import Answer, get
from market_data.resilience.token_bucket import TokenBucket

_RATE, _BURST = 8.0, 12.0  # its own limit is 10 a second and 15
_IN_FLIGHT = 4
_SOON = 1.0  # seconds, after a 429 that names none
_LATER = 5.0  # after a fault of the server
_LONG = 3_600.0  # after being turned away for who we are or where we come from
_TURNED_AWAY = (403, 451)
_SHOWN = 200  # characters of its message that an error repeats
Sleep = Callable[[float], Awaitable[None]]
log = structlog.get_logger(__name__)


class NotFound(Exception):
    """Coinbase answers, and does not have it."""


class Calls:
    """GETs one at a time, at most four under way and eight a second, none while we are barred.

    Attributes:
        calls: Requests sent so far.
    """

    def __init__(
        self, client: httpx.AsyncClient, clock: Clock, *, seconds: float, sleep: Sleep
    ) -> None:
        """Use `client`, whose base address is the exchange's.

        Args:
            clock: In real time, for limits and bars.
            seconds: For one call, waiting for its turn included.
        """
        self.calls = 0
        self._client = client
        self._clock = clock
        self._seconds = seconds
        self._sleep = sleep
        self._bucket = TokenBucket(_RATE, _BURST, clock)
        self._turns = asyncio.Semaphore(_IN_FLIGHT)
        self._barred_until = clock.monotonic()

    async def ask(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Return what the body says; its numbers are `int` or `Decimal`, exactly as written.

        Raises:
            NotFound: If Coinbase has nothing under that path.
            Unavailable: If it did not answer in time, or not with data.
        """
        self._check_barred()
        try:
            async with asyncio.timeout(self._seconds), self._turns:
                await self._sleep(self._bucket.take())
                self._check_barred()
                self.calls += 1
                answer = await get(self._client, path, params, seconds=self._seconds)
        except TimeoutError:
            raise Unavailable(f"coinbase did not answer within {self._seconds:g} s.") from None
        return self._read(answer)

    def _read(self, answer: Answer) -> Any:
        body = _decoded(answer.body)
        if answer.status == 200 and body is not None and not _is_message(body):
            return body
        if answer.status == 404 and _is_message(body):
            raise NotFound
        self._refuse(answer, body)

    def _refuse(self, answer: Answer, body: Any) -> NoReturn:
        status = answer.status
        wait = self._retry_after(answer)
        if status == 429:
            wait = self._bar(status, _SOON if wait is None else wait)
        elif status in _TURNED_AWAY:
            wait = self._bar(status, _LONG if wait is None else wait)
        said = f": {body['message'][:_SHOWN]}" if _is_message(body) else ""
        what = f"answered {status}{said}" if status != 200 or said else "sent no JSON"
        raise Unavailable(f"coinbase {what}.", _LATER if wait is None else wait)

    def _bar(self, status: int, seconds: float) -> float:
        """Ask nothing for so long; one line in the log for all calls that this saves."""
        self._barred_until = max(self._barred_until, self._clock.monotonic() + seconds)
        log.warning("upstream_barred", provider="coinbase", status=status, seconds=seconds)
        return seconds

    def _check_barred(self) -> None:
        left = self._barred_until - self._clock.monotonic()
        if left > 0:
            raise Unavailable(f"coinbase asked us to wait {left:.0f} s more.", left)

    def _retry_after(self, answer: Answer) -> float | None:
        """Seconds that the answer asks us to wait, at most an hour; None where it does not say."""
        text = answer.headers.get("Retry-After", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            return min(float(text), _LONG)
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        return min(max((at - self._clock.now()).total_seconds(), 0.0), _LONG)

    async def aclose(self) -> None:
        await self._client.aclose()


def _decoded(body: bytes) -> Any:
    """The body's JSON; None where it is none: HTML, cut off, or with numbers like NaN."""
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _is_message(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("message"), str)
