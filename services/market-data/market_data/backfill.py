"""Filling the candle store ahead of any question, as slowly as the exchange wants it.

How far it has come stands in the store itself: whatever ends it, the same command goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.errors import BadInput, Unavailable
from common.market import Candle, Timeframe
from market_data.archive import key_of, known_until, settled_until, sound
from market_data.candles.tables import Key, Range, Tables
from market_data.catalogue import Offer
from market_data.filling import mend
from market_data.indicators.resample import largest_dividing
from market_data.progress import Progress

ATTEMPTS = 6
MOST_PATIENCE = 120.0  # seconds; who is told to wait longer comes back another time
_FEW_PAGES = 20  # less than that is asked for without looking where the history begins
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be in the store.

    Attributes:
        native: A timeframe that the exchange has; longer ones are built from it.
        start, end: `start <= opened_at < end`, on its grid, all closed.
    """

    offer: Offer
    native: Timeframe
    start: datetime
    end: datetime

    @property
    def key(self) -> Key:
        return key_of(self.offer, self.native)

    def count(self, start: datetime, end: datetime) -> int:
        return max(0, (end - start) // self.native.length)

    @property
    def total(self) -> int:
        return self.count(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the store has of a job when it is done.

    Attributes:
        candles: In the whole range.
        calls: Requests for pages of candles.
        first: The oldest candle's opening; None where there is none.
        quiet: Candles missing one or two in a row: times without trades.
        outages: Longer stretches without candles.
        lost: Candles missing in those.
    """

    candles: int
    calls: int
    first: datetime | None
    quiet: int
    outages: int
    lost: int


def plan(offer: Offer, timeframe: Timeframe, since: datetime, until: datetime | None) -> Job:
    """Cut a wish to what can be fetched.

    Raises:
        BadInput: If the exchange has no candles for it, or nothing in the range has closed.
    """
    provider = offer.provider
    native = largest_dividing(provider.timeframes(offer.listing.symbol), timeframe)
    if native is None:
        known = sorted(provider.timeframes(offer.listing.symbol), key=lambda one: one.seconds)
        named = " ".join(one.value for one in known)
        raise BadInput(f"{provider.name} has no {timeframe.value} candles; use one of {named}.")
    closed = settled_until(offer, native)
    end = min(native.opening(until), closed) if until else closed
    start = native.opening(since)
    if start >= end:
        raise BadInput(
            f"Nothing has closed between {since:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M} UTC; "
            "use an earlier --since."
        )
    return Job(offer, native, start, end)


async def backfill(
    job: Job, tables: Tables, progress: Progress, sleep: Sleep = asyncio.sleep
) -> Outcome:
    """Fetch what the store lacks, oldest first, page by page.

    Raises:
        Unavailable: If the exchange does not answer for long; what was fetched stays.
        sqlite3.Error: If the store cannot be written.
    """
    filling = _Filling(job, tables, progress, sleep)
    await filling.run()
    return _outcome(job, tables, filling.calls)


def already(job: Job, tables: Tables) -> int:
    """How many candles of the job need no more asking."""
    return job.total - sum(job.count(*missing) for missing in _missing(job, tables))


class _Filling:
    """One run of a job."""

    def __init__(self, job: Job, tables: Tables, progress: Progress, sleep: Sleep) -> None:
        self.calls = 0
        self._job = job
        self._tables = tables
        self._progress = progress
        self._sleep = sleep
        self._done = already(job, tables)

    async def run(self) -> None:
        job, page = self._job, self._job.offer.provider.page
        missing = _missing(job, self._tables)
        begins = await self._begins(missing)
        for start, end in missing:
            if start < begins:
                self._done += job.count(start, min(begins, end))
                start = begins
            while start < end:
                stop = min(end, start + page * job.native.length)
                await self._page(start, stop)
                self._done += job.count(start, stop)
                self._progress.tell(self._done, stop)
                start = stop

    async def _page(self, start: datetime, end: datetime) -> None:
        candles = await self._asked(self._job.native, start, end)
        if not candles and not self._knows_before(start):
            return  # the market may be younger, or the exchange forgetful: nothing to remember
        if not candles:
            candles = await self._asked(self._job.native, start, end)
        offer, native = self._job.offer, self._job.native
        known = known_until(offer, native, candles, end)
        self._tables.keep(self._job.key, candles, start, known)

    async def _begins(self, missing: Sequence[Range]) -> datetime:
        """Where the market's history begins, looked up in longer candles when that saves calls."""
        job, provider = self._job, self._job.offer.provider
        known = provider.timeframes(job.offer.listing.symbol)
        longest = max(known, key=lambda timeframe: timeframe.seconds)
        lacking = sum(job.count(*one) for one in missing)
        if longest is job.native or lacking <= _FEW_PAGES * provider.page:
            return job.start
        end = longest.opening(job.end)
        begins = end
        while end > job.start:
            start = max(end - provider.page * longest.length, longest.opening(job.start))
            candles = await self._asked(longest, start, end)
            if not candles:
                break
            begins, end = candles[0].opened_at, start
        if begins >= longest.opening(job.end):
            return job.start
        return max(job.start, begins - longest.length)  # not all publish the first, partial one

    def _knows_before(self, start: datetime) -> bool:
        spans = self._tables.spans(self._job.key)
        return any(first < start for first, _ in spans)

    async def _asked(self, timeframe: Timeframe, start: datetime, end: datetime) -> list[Candle]:
        """Ask with patience: an exchange that says when to come back is believed."""
        offer = self._job.offer
        for attempt in range(ATTEMPTS):
            self.calls += 1
            try:
                rows = await offer.provider.candles(offer.listing.symbol, timeframe, start, end)
                return sound(rows, timeframe, start, end)
            except Unavailable as error:
                wait = max(error.retry_after, 2.0**attempt)
                if attempt + 1 == ATTEMPTS or wait > MOST_PATIENCE:
                    raise
                self._progress.note(f"{error} Waiting {wait:.0f} s.")
            await self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")


def _missing(job: Job, tables: Tables) -> list[Range]:
    """Ranges that the store does not know, oldest first."""
    missing, start = [], job.start
    for first, last in tables.spans(job.key):
        if last <= start:
            continue
        if first >= job.end:
            break
        if first > start:
            missing.append((start, first))
        start = last
    return [*missing, (start, job.end)] if start < job.end else missing


def _outcome(job: Job, tables: Tables, calls: int) -> Outcome:
    candles = tables.read(job.key, job.start, job.end)
    mended = mend(candles, job.native)
    return Outcome(
        candles=len(candles),
        calls=calls,
        first=candles[0].opened_at if candles else None,
        quiet=len(mended.filled),
        outages=len(mended.gaps),
        lost=sum(gap.missing for gap in mended.gaps),
    )
