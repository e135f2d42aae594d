"""Closed candles of any timeframe: fetched once, kept, and built from shorter ones where needed."""

import asyncio
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from common.clock import Clock
from common.errors import Unavailable
from common.market import Candle, Timeframe
from common.wire import Gap
from market_data.catalogue import Offer
from market_data.indicators.resample import build, gaps, largest_dividing
from market_data.resilience.cache import Cache
from market_data.resilience.single_flight import SingleFlight

MOST_CALLS = 12  # pages of one answer: 250 weeks of days, 300 a page, are 6
MOST_ROWS = 20_000  # kept of one series
TAIL_SECONDS = 5.0  # between looks for a candle that should be there and is not


@dataclass(frozen=True, slots=True)
class Series:
    """Closed candles, oldest first.

    Attributes:
        until: Everything that opened before it has closed.
        built_from: The native timeframe behind built candles, else None.
        gaps: Missing candles between the first and the last; none for markets with sessions.
    """

    candles: Sequence[Candle]
    until: datetime
    built_from: Timeframe | None
    gaps: list[Gap]


@dataclass(slots=True)
class _Kept:
    """What is known of one native series.

    Attributes:
        start, end: Every candle with `start <= opened_at < end` is in `candles`.
        asked: The newest end ever asked for; a candle missing before it is looked for now and then.
        whole: True when nothing older exists upstream.
    """

    start: datetime
    end: datetime
    asked: datetime
    candles: list[Candle] = field(default_factory=list)
    whole: bool = False
    looked_at: float = 0.0


class History:
    """Candles of every market, asked of its provider as rarely as possible.

    Attributes:
        calls: Upstream calls for candles so far.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: Cache[_Kept] = Cache(clock, most=2_000)
        self._flight: SingleFlight[_Kept] = SingleFlight()
        self._locks: Cache[asyncio.Lock] = Cache(clock, most=4_000)
        self.calls = 0

    def timeframes(self, offer: Offer) -> list[Timeframe]:
        """Timeframes that can be answered for this market, shortest first."""
        native = offer.provider.timeframes(offer.listing.symbol)
        return [timeframe for timeframe in Timeframe if largest_dividing(native, timeframe)]

    async def closed(
        self, offer: Offer, timeframe: Timeframe, count: int, until: datetime | None = None
    ) -> Series:
        """Return the last `count` closed candles, or as many as exist.

        Args:
            until: Only candles that opened before it; by default all that have closed.

        Raises:
            Unavailable: If the provider did not answer, or lacks the timeframe.
        """
        source = largest_dividing(offer.provider.timeframes(offer.listing.symbol), timeframe)
        if source is None:
            raise Unavailable(
                f"{offer.provider.name} has no candles to build {timeframe.value} from."
            )
        end = timeframe.opening(self._closed_until(offer, source))
        if until is not None:
            end = min(end, timeframe.opening(until))
        ratio = timeframe.seconds // source.seconds
        rows = await self._last(offer, source, count * ratio, end)
        candles = rows if timeframe is source else build(rows, timeframe, source, end)
        candles = candles[-count:]
        missing = [] if offer.listing.sessions else gaps(candles, timeframe)
        return Series(candles, end, None if timeframe is source else source, missing)

    def _closed_until(self, offer: Offer, native: Timeframe) -> datetime:
        """Candles that open before this have closed and settled."""
        provider = offer.provider
        settled = provider.now(offer.listing.symbol) - timedelta(seconds=provider.grace(native))
        return native.opening(settled)

    async def _last(
        self, offer: Offer, native: Timeframe, count: int, end: datetime
    ) -> list[Candle]:
        key = (offer.provider.name, offer.listing.symbol, native)
        found = self._kept.get(key)
        if found is None or not self._enough(found.value, count, end):
            kept = await self._flight.run(
                (*key, count, end), lambda: self._extended(key, offer, native, count, end)
            )
        else:
            kept = found.value
        stop = bisect_left(kept.candles, end, key=_opened_at)
        return kept.candles[max(0, stop - count) : stop]

    def _enough(self, kept: _Kept, count: int, end: datetime) -> bool:
        waiting = self._clock.monotonic() - kept.looked_at < TAIL_SECONDS
        if kept.asked < end or (kept.end < end and not waiting):
            return False
        return kept.whole or bisect_left(kept.candles, end, key=_opened_at) >= count

    async def _extended(
        self, key: tuple[object, ...], offer: Offer, native: Timeframe, count: int, end: datetime
    ) -> _Kept:
        """Fetch what is lacking, the newest first, and keep it."""
        async with self._lock(key):
            found = self._kept.get(key)
            kept = found.value if found else None
            if kept is None or end - kept.end > offer.provider.page * native.length:
                kept = _Kept(start=end, end=end, asked=end)
            elif kept.end < end:
                await self._newer(kept, offer, native, end)
            await self._older(kept, offer, native, count, end)
            kept.looked_at = self._clock.monotonic()
            kept.asked = max(kept.asked, end)
            _trim(kept, native)
            self._kept.put(key, kept)
            return kept

    def _lock(self, key: tuple[object, ...]) -> asyncio.Lock:
        found = self._locks.get(key)
        lock = found.value if found else asyncio.Lock()
        self._locks.put(key, lock)
        return lock

    async def _newer(self, kept: _Kept, offer: Offer, native: Timeframe, end: datetime) -> None:
        kept.candles += await self._fetch(offer, native, kept.end, end)
        kept.end = end

    async def _older(
        self, kept: _Kept, offer: Offer, native: Timeframe, count: int, end: datetime
    ) -> None:
        """Page backwards until there are `count` candles, or nothing older exists."""
        page = offer.provider.page
        for call in range(MOST_CALLS):
            lacking = count - bisect_left(kept.candles, end, key=_opened_at)
            if kept.whole or lacking <= 0:
                return
            size = min(page, lacking) if call == 0 else page  # a short range may be one quiet spell
            since = kept.start - size * native.length
            rows = await self._fetch(offer, native, since, kept.start)
            nothing = not rows and not kept.candles and size == page
            if nothing and offer.provider.quality == "single":
                raise Unavailable(
                    f"{offer.provider.name} has no {native.value} candles of "
                    f"{offer.listing.symbol.shown} right now."
                )
            kept.candles = rows + kept.candles
            kept.start = since
            kept.whole = not rows and size == page

    async def _fetch(
        self, offer: Offer, native: Timeframe, start: datetime, end: datetime
    ) -> list[Candle]:
        self.calls += 1
        return list(await offer.provider.candles(offer.listing.symbol, native, start, end))

    async def aclose(self) -> None:
        await self._flight.aclose()


def _trim(kept: _Kept, native: Timeframe) -> None:
    """Bound the memory; a missing last candle is not there yet, since exchanges publish late."""
    if len(kept.candles) > MOST_ROWS:
        del kept.candles[:-MOST_ROWS]
        kept.start, kept.whole = kept.candles[0].opened_at, False
    if kept.candles:
        kept.end = min(kept.end, kept.candles[-1].opened_at + native.length)


def _opened_at(candle: Candle) -> datetime:
    return candle.opened_at
