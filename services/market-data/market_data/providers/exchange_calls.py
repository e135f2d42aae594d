"""Asking an exchange politely: in turn, within its limits, and not at all while it bars us."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

import httpx
import msgspec
import structlog

from common.clock import Clock
from common.errors import Unavailable
from common.http import MOST_BYTES, Answer, get
from market_data.providers.exchange_clock import Ahead
from market_data.providers.exchange_manners import (
    Complaint,
    Kind,
    Manners,
    NotFound,
    kind_of,
    seconds_to_wait,
)
from market_data.resilience.bulkhead import Busy
from market_data.resilience.cache import Cache
from market_data.resilience.retry import Refused
from market_data.resilience.token_bucket import TokenBucket

_LARGE = 8_000  # bytes of an answer, above which reading it keeps others waiting
_NOT_YET = (408, 425)  # statuses of a 4xx that may pass by themselves; 429 is a limit
_SHOWN = 200  # characters of its message that an error repeats
_LANES = 2_000  # a lane that was not used for long is full, as a new one is
_JSON = msgspec.json.Decoder(float_hook=Decimal)
Sleep = Callable[[float], Awaitable[None]]
log = structlog.get_logger(__name__)


class Calls:
    """GETs of one exchange.

    Attributes:
        calls: Requests sent so far.
        waited: Seconds that calls have waited so far for their turn.
        ahead: How far our clock runs ahead of the exchange's.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        manners: Manners,
        clock: Clock,
        *,
        seconds: float,
        sleep: Sleep,
        wall: Clock | None = None,
    ) -> None:
        """Use `client`, whose base address is the exchange's.

        Args:
            clock: In real time, for limits and bars.
            seconds: For one call, waiting for its turn included.
            wall: What time we think it is at the exchange; `clock` by default.
        """
        self.calls = 0
        self.waited = 0.0
        self.ahead = Ahead(manners.name)
        self._wall = wall or clock
        self._client = client
        self._manners = manners
        self._clock = clock
        self._seconds = seconds
        self._sleep = sleep
        self._buckets: Cache[TokenBucket] = Cache(clock, most=_LANES)
        self._turns = asyncio.Semaphore(manners.in_flight)
        self._reading = asyncio.Lock()
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
            most_bytes: A longer body is refused.

        Raises:
            NotFound: If the exchange has nothing of that name.
            Busy: If its turn would come too late.
            Unavailable: If it did not answer in time, or not with data.
        """
        self._check_barred()
        bucket = self._bucket(lane)
        try:
            async with asyncio.timeout(self._seconds):
                await self._turn(bucket, cost)
                async with self._turns:
                    self._check_barred()
                    self.calls += 1
                    sent_at = self._wall.now()
                    answer = await get(
                        self._client, path, params, seconds=self._seconds, most_bytes=most_bytes
                    )
        except TimeoutError:
            name = self._manners.name
            raise Unavailable(f"{name} did not answer within {self._seconds:g} s.") from None
        self.ahead.note(answer.headers.get("Date", ""), sent_at)
        self._believe_count(bucket, answer)
        if len(answer.body) < _LARGE:
            return self._read(answer)  # a refusal holds from now on
        async with self._reading:
            await asyncio.sleep(0)  # answers that come together are read in turns, not in one go
            return self._read(answer)

    def _bucket(self, lane: str) -> TokenBucket:
        kept = self._buckets.get(lane)
        if kept is not None:
            return kept.value
        bucket = TokenBucket(self._manners.rate, self._manners.burst, self._clock)
        self._buckets.put(lane, bucket)
        return bucket

    async def _turn(self, bucket: TokenBucket, cost: float) -> None:
        """Wait until a call may go. Nobody queues who could not go in time anyway."""
        wait = bucket.wait(cost)
        if wait > self._seconds:
            name = self._manners.name
            raise Busy(f"{name} is being asked as often as it allows.", wait)
        bucket.take(cost)
        self.waited += wait
        try:
            await self._sleep(wait)
        except asyncio.CancelledError:
            bucket.give_back(cost)
            raise

    def _believe_count(self, bucket: TokenBucket, answer: Answer) -> None:
        """Others may share our address: the exchange's own count of what was used wins."""
        used = answer.headers.get(self._manners.used, "") if self._manners.used else ""
        if used.isascii() and used.isdigit() and len(used) < 10:
            bucket.leave(self._manners.a_minute - int(used))

    def _read(self, answer: Answer) -> Any:
        body = _decoded(answer.body)
        complaint = self._manners.complaint(answer.status, body)
        if answer.status == 200 and body is not None and complaint is None:
            return body
        self._refuse(answer, complaint or Complaint())

    def _refuse(self, answer: Answer, complaint: Complaint) -> NoReturn:
        kind = kind_of(answer.status, complaint)
        if kind is Kind.MISSING:
            raise NotFound
        retry_after = answer.headers.get("Retry-After", "")
        wait = seconds_to_wait(kind, complaint, retry_after, self._clock.now())
        if kind is not Kind.FAULT:
            self._bar(answer.status, wait)
        said = f": {complaint.said[:_SHOWN]}" if complaint.said else ""
        what = f"answered {answer.status}{said}" if answer.status != 200 or said else "sent no JSON"
        sentence = f"{self._manners.name} {what.removesuffix('.')}."
        if kind is Kind.FAULT and 400 <= answer.status < 500 and answer.status not in _NOT_YET:
            raise Refused(sentence, wait)
        raise Unavailable(sentence, wait)

    def _bar(self, status: int, seconds: float) -> None:
        """Ask nothing for so long; one line in the log for all calls that this saves."""
        self._barred_until = max(self._barred_until, self._clock.monotonic() + seconds)
        log.warning("upstream_barred", provider=self._manners.name, status=status, seconds=seconds)

    def _check_barred(self) -> None:
        left = self._barred_until - self._clock.monotonic()
        if left > 0:
            raise Unavailable(f"{self._manners.name} asked us to wait {left:.0f} s more.", left)

    async def aclose(self) -> None:
        await self._client.aclose()


def _decoded(body: bytes) -> Any:
    """The body's JSON; None where it is none: HTML, cut off, or with numbers like NaN."""
    try:
        return _JSON.decode(body)
    except (ValueError, ArithmeticError, RecursionError):
        return None
