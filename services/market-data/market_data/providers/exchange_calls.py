"""Asking an exchange politely, and telling its refusals apart."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any, NoReturn

import httpx
import msgspec
import structlog

from common.clock import Clock
from common.errors import Unavailable
from common.http import MOST_BYTES, Answer, get
from market_data.resilience.cache import Cache
from market_data.resilience.token_bucket import TokenBucket

_SOON = 1.0  # seconds, after being told to slow down without being told for how long
_LATER = 5.0  # after a fault of the server
_LONG = 3_600.0  # after being turned away for who we are or where we come from
_LONGEST = 3 * 86_400.0  # a ban that Binance announces
_TURNED_AWAY = (403, 418, 451)
_SHOWN = 200  # characters of its message that an error repeats
_LANES = 2_000  # a lane not used for long is full, as a new one is
_JSON = msgspec.json.Decoder(float_hook=Decimal)
Sleep = Callable[[float], Awaitable[None]]
log = structlog.get_logger(__name__)


class NotFound(Exception):
    """The exchange answers, and does not have it."""


class Kind(Enum):
    """What a refusal means for whoever asks next."""

    MISSING = auto()
    TOO_MANY = auto()
    TURNED_AWAY = auto()
    FAULT = auto()


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the body of an answer says went wrong.

    Attributes:
        said: In the exchange's own words.
        kind: None where the status says it.
        wait: Seconds until asking again makes sense; None where the body does not say.
    """

    said: str
    kind: Kind | None = None
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Manners:
    """How an exchange wants to be asked, and how it refuses.

    Attributes:
        rate, burst: Tokens a second, and after a quiet spell; what a call costs is the call's.
        complaint: Reads a status and a body, which is None where it is no JSON.
        used: Header in which the exchange counts the tokens of the running minute.
        a_minute: Tokens that we allow ourselves of those.
        in_flight: Calls under way, at most.
    """

    name: str
    rate: float
    burst: float
    complaint: Callable[[int, Any], Complaint | None]
    used: str | None = None
    a_minute: float = 0.0
    in_flight: int = 4


class Calls:
    """GETs within the exchange's limits: in turn, few under way, none while we are barred.

    Attributes:
        calls: Requests sent so far.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        manners: Manners,
        clock: Clock,
        *,
        seconds: float,
        sleep: Sleep,
    ) -> None:
        """Use `client`, whose base address is the exchange's.

        Args:
            clock: In real time, for limits and bars.
            seconds: For one call, waiting for its turn included.
        """
        self.calls = 0
        self._client = client
        self._manners = manners
        self._clock = clock
        self._seconds = seconds
        self._sleep = sleep
        self._buckets: Cache[TokenBucket] = Cache(clock, most=_LANES)
        self._turns = asyncio.Semaphore(manners.in_flight)
        self._barred_until = clock.monotonic()

    async def ask(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        cost: float = 1.0,
        lane: str = "",
        most_bytes: int = MOST_BYTES,
    ) -> Any:
        """Return what the body says; its numbers are `int` or `Decimal`, exactly as written.

        Args:
            cost: In tokens.
            lane: Calls of one lane wait for each other; each lane has the whole rate.

        Raises:
            NotFound: If the exchange has nothing of that name.
            Unavailable: If it did not answer in time, or not with data.
        """
        self._check_barred()
        try:
            async with asyncio.timeout(self._seconds):
                bucket = await self._turn(lane, cost)
                async with self._turns:
                    self._check_barred()
                    self.calls += 1
                    answer = await get(
                        self._client, path, params, seconds=self._seconds, most_bytes=most_bytes
                    )
        except TimeoutError:
            name = self._manners.name
            raise Unavailable(f"{name} did not answer within {self._seconds:g} s.") from None
        self._believe_count(bucket, answer)
        return self._read(answer)

    async def _turn(self, lane: str, cost: float) -> TokenBucket:
        """Wait until this call may go. Nobody queues who could not go in time anyway."""
        kept = self._buckets.get(lane)
        bucket = (
            kept.value
            if kept
            else TokenBucket(self._manners.rate, self._manners.burst, self._clock)
        )
        self._buckets.put(lane, bucket)
        wait = bucket.wait(cost)
        if wait > self._seconds:
            name = self._manners.name
            raise Unavailable(f"{name} is being asked as often as it allows.", wait)
        bucket.take(cost)
        try:
            await self._sleep(wait)
        except asyncio.CancelledError:
            bucket.give_back(cost)
            raise
        return bucket

    def _believe_count(self, bucket: TokenBucket, answer: Answer) -> None:
        """Others may share our address: the exchange's own count of what we used wins."""
        used = answer.headers.get(self._manners.used or "", "")
        if self._manners.used and used.isascii() and used.isdigit() and len(used) < 10:
            bucket.leave(self._manners.a_minute - int(used))

    def _read(self, answer: Answer) -> Any:
        body = _decoded(answer.body)
        complaint = self._manners.complaint(answer.status, body)
        if answer.status == 200 and body is not None and complaint is None:
            return body
        self._refuse(answer, complaint or Complaint(""))

    def _refuse(self, answer: Answer, complaint: Complaint) -> NoReturn:
        kind = _kind(answer.status, complaint)
        if kind is Kind.MISSING:
            raise NotFound
        wait = self._retry_after(answer, _LONGEST if kind is Kind.TURNED_AWAY else _LONG)
        wait = complaint.wait if wait is None else wait
        if kind is Kind.FAULT:
            wait = _LATER if wait is None else wait
        else:
            usual = _LONG if kind is Kind.TURNED_AWAY else _SOON
            wait = self._bar(answer.status, usual if wait is None else wait)
        said = f": {complaint.said[:_SHOWN]}" if complaint.said else ""
        what = f"answered {answer.status}{said}" if answer.status != 200 or said else "sent no JSON"
        raise Unavailable(f"{self._manners.name} {what.removesuffix('.')}.", wait)

    def _bar(self, status: int, seconds: float) -> float:
        """Ask nothing for so long; one line in the log for all calls that this saves."""
        self._barred_until = max(self._barred_until, self._clock.monotonic() + seconds)
        log.warning("upstream_barred", provider=self._manners.name, status=status, seconds=seconds)
        return seconds

    def _check_barred(self) -> None:
        left = self._barred_until - self._clock.monotonic()
        if left > 0:
            raise Unavailable(f"{self._manners.name} asked us to wait {left:.0f} s more.", left)

    def _retry_after(self, answer: Answer, most: float) -> float | None:
        """Seconds that the answer asks us to wait; None where it does not say."""
        text = answer.headers.get("Retry-After", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            return min(float(text), most)
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        return min(max((at - self._clock.now()).total_seconds(), 0.0), most)

    async def aclose(self) -> None:
        await self._client.aclose()


def _kind(status: int, complaint: Complaint) -> Kind:
    """Being turned away wins: a ban may come with the words of a limit."""
    if status in _TURNED_AWAY:
        return Kind.TURNED_AWAY
    if complaint.kind is not None:
        return complaint.kind
    return Kind.TOO_MANY if status == 429 else Kind.FAULT


def _decoded(body: bytes) -> Any:
    """The body's JSON; None where it is none: HTML, cut off, or with numbers like NaN."""
    try:
        return _JSON.decode(body)
    except (ValueError, ArithmeticError, RecursionError):
        return None
