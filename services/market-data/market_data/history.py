"""Closed candles of any timeframe: fetched once, kept, and built from shorter ones where needed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from common.clock import Clock
from common.errors import Unavailable
from common.market import Candle, Timeframe
from common.wire import Gap
from market_data.archive import RECHECKED, Archive, settled_until
from market_data.candles import CandleStore
from market_data.catalogue import Offer
from market_data.indicators.resample import build, gaps, largest_dividing
from market_data.kept_candles import MOST_ROWS, KeptCandles
from market_data.resilience.cache import Cache
from market_data.resilience.single_flight import SingleFlight
from market_data.upkeep import Upkeep

MOST_CALLS = 12  # pages of one answer: 250 weeks of days, 300 a page, are 6
_MOST_PARTS = 50_000  # candles that longer ones are built of
TAIL_SECONDS = 5.0  # between looks for a candle that should be there and is not


@dataclass(frozen=True, slots=True)
class Series:
    """Closed candles, oldest first.

    Attributes:
        until: Everything that opened before it has closed.
        built_from: The native timeframe behind built candles, else None.
        gaps: Missing candles between the first and the last; none for markets with sessions.
        filled: When the candles that stand for a time without trades opened, oldest first.
        revision: Another number once a candle is not what it was in an earlier answer.
    """

    candles: Sequence[Candle]
    until: datetime
    built_from: Timeframe | None
    gaps: list[Gap]
    filled: Sequence[datetime] = ()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of native candles.

    Attributes:
        end: Only candles that opened before it.
        newest: When the next candle will open that has not closed yet.
        fill: Whether short holes are filled.
    """

    offer: Offer
    native: Timeframe
    count: int
    end: datetime
    newest: datetime
    fill: bool

    @property
    def key(self) -> tuple[object, ...]:
        """What is kept under: one window that ends now, and one for each page of long ago."""
        name = (self.offer.provider.name, self.offer.listing.symbol, self.native)
        reach = min(MOST_ROWS, MOST_CALLS * self.offer.provider.page)
        away = (self.newest - self.end) // self.native.length
        return name if away == 0 or away + self.count <= reach else (*name, self.end)


class History:
    """Candles of every market, asked of its provider as rarely as possible."""

    def __init__(self, clock: Clock, store: CandleStore | None = None) -> None:
        """Keep candles in memory, and in `store` where there is one."""
        self._clock = clock
        self._archive = Archive(store)
        self._upkeep = Upkeep(self._archive, clock)
        self._kept: Cache[KeptCandles] = Cache(clock, most=2_000)
        self._answers: Cache[tuple[int, datetime, Series]] = Cache(clock, most=1_000)
        self._flight: SingleFlight[KeptCandles] = SingleFlight()
        self._locks: Cache[asyncio.Lock] = Cache(clock, most=4_000)

    @property
    def calls(self) -> int:
        """Upstream calls for candles so far."""
        return self._archive.calls

    @property
    def revised(self) -> int:
        """Candles so far that changed after they may have been answered."""
        return self._upkeep.revised

    @property
    def outages(self) -> int:
        """Ranges of missing candles that were found so far."""
        return self._upkeep.outages

    def timeframes(self, offer: Offer) -> list[Timeframe]:
        """Timeframes that can be answered for this market, shortest first."""
        return list(_answerable(offer.provider.timeframes(offer.listing.symbol)))

    async def closed(
        self,
        offer: Offer,
        timeframe: Timeframe,
        count: int,
        until: datetime | None = None,
        *,
        fill: bool = True,
    ) -> Series:
        """Return the last `count` closed candles, or as many as exist.

        Args:
            until: Only candles that opened before it; by default all that have closed.
            fill: Whether one or two missing candles of an exchange are filled flat.

        Raises:
            Unavailable: If the provider did not answer, or lacks the timeframe.
        """
        native = largest_dividing(offer.provider.timeframes(offer.listing.symbol), timeframe)
        if native is None:
            raise Unavailable(
                f"{offer.provider.name} has no candles to build {timeframe.value} from."
            )
        newest = end = timeframe.opening(self._closed_until(offer, native))
        if until is not None:
            end = min(end, timeframe.opening(until))
        fill = fill and offer.provider.quality == "single" and not offer.listing.sessions
        ratio = timeframe.seconds // native.seconds
        asked = _Asked(offer, native, count * ratio, end, newest, fill)
        kept = await self._known(asked)
        self._upkeep.look_after(offer, native, kept)
        return self._answer(asked, kept, timeframe, count)

    def _closed_until(self, offer: Offer, native: Timeframe) -> datetime:
        """Candles that open before this have closed."""
        provider = offer.provider
        closed = provider.now(offer.listing.symbol) - timedelta(seconds=provider.grace(native))
        return native.opening(closed)

    def _answer(self, asked: _Asked, kept: KeptCandles, timeframe: Timeframe, count: int) -> Series:
        """The same object as before while nothing has changed."""
        key = (*asked.key, timeframe, count, asked.fill)
        found = self._answers.get(key)
        if found is not None and found.value[:2] == (kept.version, asked.end):
            return found.value[2]
        series, outages = _series(asked, kept, timeframe, count)
        self._answers.put(key, (kept.version, asked.end, series))
        self._upkeep.repair(asked.offer, asked.native, kept, outages)
        return series

    async def _known(self, asked: _Asked) -> KeptCandles:
        found = self._kept.get(asked.key)
        if found is not None and self._enough(found.value, asked):
            return found.value
        flight = (*asked.key, asked.count, asked.end, asked.fill)
        return await self._flight.run(flight, lambda: self._extended(asked))

    def _enough(self, kept: KeptCandles, asked: _Asked) -> bool:
        waiting = self._clock.monotonic() - kept.looked_at < TAIL_SECONDS
        if kept.asked < asked.end or (kept.end < asked.end and not waiting):
            return False
        return kept.whole or kept.before(asked.end, asked.fill) >= asked.count

    async def _extended(self, asked: _Asked) -> KeptCandles:
        """Fetch what is lacking, the newest first, and keep it."""
        async with self._lock(asked.key):
            found = self._kept.get(asked.key)
            kept = found.value if found else None
            page = asked.offer.provider.page * asked.native.length
            if kept is None or asked.end - kept.end > page:
                kept = KeptCandles(asked.native, asked.end)
                kept.settled = min(asked.end, settled_until(asked.offer, asked.native))
            elif kept.end < asked.end:
                await self._newer(kept, asked)
            await self._older(kept, asked)
            kept.looked_at = self._clock.monotonic()
            kept.asked = max(kept.asked, asked.end)
            kept.trim(max(MOST_ROWS, min(asked.count, _MOST_PARTS)))
            self._kept.put(asked.key, kept)
            return kept

    def _lock(self, key: tuple[object, ...]) -> asyncio.Lock:
        found = self._locks.get(key)
        lock = found.value if found else asyncio.Lock()
        self._locks.put(key, lock)
        return lock

    async def _newer(self, kept: KeptCandles, asked: _Asked) -> None:
        """Extend to the end; the last few that are known are read again in the same call."""
        offer, native, end = asked.offer, asked.native, asked.end
        settled = settled_until(offer, native)
        start = max(kept.end - RECHECKED * native.length, kept.start)
        start = max(start, end - offer.provider.page * native.length)
        rows = await self._archive.candles(offer, native, start, end)
        if start <= kept.settled:
            kept.settled = max(kept.settled, min(end, settled))
        self._upkeep.count(offer, native, kept.newer(rows, end))

    async def _older(self, kept: KeptCandles, asked: _Asked) -> None:
        """Page backwards until there are `count` candles, or nothing older exists."""
        offer, native, page = asked.offer, asked.native, asked.offer.provider.page
        for call in range(MOST_CALLS):
            lacking = asked.count - kept.before(asked.end, asked.fill)
            if kept.whole or lacking <= 0:
                return
            size = min(page, lacking) if call == 0 else page  # a short range may be one quiet spell
            since = kept.start - size * native.length
            rows = await self._archive.candles(offer, native, since, kept.start)
            nothing = not rows and not kept.view(False).candles and size == page
            if nothing and offer.provider.quality == "single":
                raise Unavailable(
                    f"{offer.provider.name} has no {native.value} candles of "
                    f"{offer.listing.symbol.shown} right now."
                )
            kept.older(rows, since)
            kept.whole = not rows and size == page

    async def quiet(self) -> None:
        """Wait until nothing is asked for in the background."""
        await self._upkeep.quiet()

    async def aclose(self) -> None:
        """Cancel what is under way."""
        await self._flight.aclose()
        await self._upkeep.aclose()


@cache
def _answerable(native: frozenset[Timeframe]) -> tuple[Timeframe, ...]:
    return tuple(timeframe for timeframe in Timeframe if largest_dividing(native, timeframe))


def _series(
    asked: _Asked, kept: KeptCandles, timeframe: Timeframe, count: int
) -> tuple[Series, list[Gap]]:
    """The answer, and the native candles that it lacks."""
    view = kept.view(asked.fill)
    stop = kept.before(asked.end, asked.fill)
    rows = view.candles[max(0, stop - asked.count) : stop]
    if not rows:
        return Series([], asked.end, _other(asked.native, timeframe), []), []
    since, until = rows[0].opened_at, rows[-1].opened_at
    filled = [at for at in view.filled if since <= at <= until]
    missing = [gap for gap in view.gaps if since <= gap.first <= until]
    told, candles, outages = missing, rows, missing
    if timeframe is not asked.native:
        candles = build(rows, timeframe, asked.native, asked.end)[-count:]
        told = gaps(candles, timeframe)
        filled = _wholly(filled, rows, candles, timeframe)
    if asked.offer.listing.sessions:
        told = outages = []
    series = Series(
        candles=candles,
        until=asked.end,
        built_from=_other(asked.native, timeframe),
        gaps=told,
        filled=filled,
        revision=kept.revision,
    )
    return series, outages


def _wholly(
    filled: Sequence[datetime],
    rows: Sequence[Candle],
    candles: Sequence[Candle],
    timeframe: Timeframe,
) -> list[datetime]:
    """When built candles opened that consist of filled ones alone."""
    if not filled or not candles:
        return []
    flat = set(filled)
    traded = {timeframe.opening(row.opened_at) for row in rows if row.opened_at not in flat}
    return [one.opened_at for one in candles if one.opened_at not in traded]


def _other(native: Timeframe, timeframe: Timeframe) -> Timeframe | None:
    return None if native is timeframe else native
