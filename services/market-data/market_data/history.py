"""Closed candles of any timeframe: fetched once, kept, and built from shorter ones where needed."""

import asyncio
from datetime import datetime, timedelta
from functools import cache

from common.clock import Clock
from common.errors import Unavailable
from common.market import EPOCH, Timeframe
from market_data.archive import RECHECKED, Archive, is_kept, known_until, settled_until
from market_data.candles import CandleStore
from market_data.catalogue import Offer
from market_data.indicators.resample import largest_dividing
from market_data.kept_candles import MOST_ROWS, KeptCandles
from market_data.resilience.cache import Cache
from market_data.resilience.retry import OneMarket
from market_data.resilience.single_flight import SingleFlight
from market_data.series import MOST_CALLS, Asked, Series, series_of
from market_data.upkeep import Upkeep

_MOST_PARTS = 50_000  # candles that longer ones are built of
# Between looks for a candle that should be there and is not, and for what was not answered.
TAIL_SECONDS = 5.0


class History:
    """Candles of every market, asked of its provider as rarely as possible."""

    def __init__(self, clock: Clock, store: CandleStore | None = None) -> None:
        """Keep candles in memory, and in `store` where there is one."""
        self._clock = clock
        self._archive = Archive(store)
        self._upkeep = Upkeep(self._archive, clock)
        self._kept: Cache[KeptCandles] = Cache(clock, most=2_000)
        self._failed: Cache[Unavailable] = Cache(clock, most=2_000)
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
            end = min(end, timeframe.opening(max(until, EPOCH)))  # nobody traded before it
        fill = fill and offer.provider.quality == "single" and not offer.listing.sessions
        ratio = timeframe.seconds // native.seconds
        published = known_until(offer, native, [], end) if is_kept(offer) else end
        asked = Asked(offer, native, count * ratio, end, newest, published, fill)
        kept = await self._known(asked)
        self._upkeep.look_after(offer, native, kept)
        return self._answer(asked, kept, timeframe, count)

    def _closed_until(self, offer: Offer, native: Timeframe) -> datetime:
        """Candles that open before this have closed."""
        provider = offer.provider
        closed = provider.now(offer.listing.symbol) - timedelta(seconds=provider.grace(native))
        return native.opening(closed)

    def _answer(self, asked: Asked, kept: KeptCandles, timeframe: Timeframe, count: int) -> Series:
        """The same object as before while nothing has changed."""
        key = (*asked.key, timeframe, count, asked.fill)
        found = self._answers.get(key)
        if found is not None and found.value[:2] == (kept.version, asked.end):
            return found.value[2]
        series, outages = series_of(asked, kept, timeframe, count)
        self._answers.put(key, (kept.version, asked.end, series))
        self._upkeep.repair(asked.offer, asked.native, kept, outages)
        return series

    async def _known(self, asked: Asked) -> KeptCandles:
        found = self._kept.get(asked.key)
        if found is not None and self._enough(found.value, asked):
            return found.value
        failed = self._failed.get(asked.key)
        if failed is not None and failed.age < TAIL_SECONDS:
            raise failed.value.with_traceback(None)  # told again and again, it would grow
        flight = (*asked.key, asked.count, asked.end, asked.fill)
        return await self._flight.run(flight, lambda: self._fetched(asked))

    def _enough(self, kept: KeptCandles, asked: Asked) -> bool:
        waiting = self._clock.monotonic() - kept.looked_at < TAIL_SECONDS
        if kept.asked < asked.end or (kept.end < asked.end and not waiting):
            return False
        return kept.whole or kept.before(asked.end, asked.fill) >= asked.count

    async def _fetched(self, asked: Asked) -> KeptCandles:
        """Extend what is kept, and remember for a moment if that was in vain."""
        try:
            kept = await self._extended(asked)
        except Unavailable as error:
            if isinstance(error, OneMarket) and await self._is_young(asked):
                kept = KeptCandles(asked.native, asked.end)
                kept.whole = True
                self._keep(kept, asked)
                return kept
            self._failed.put(asked.key, error)
            raise
        self._failed.drop(asked.key)
        return kept

    async def _is_young(self, asked: Asked) -> bool:
        """Say whether the market has no day or week yet: all its trades are of the forming one.

        An empty answer alone may be a hiccup, so shorter candles are asked, in one call.
        """
        offer, native, page = asked.offer, asked.native, asked.offer.provider.page
        if asked.end < asked.newest or native.length < Timeframe.D1.length:
            return False
        known = offer.provider.timeframes(offer.listing.symbol)
        telling = [one for one in known if one.seconds < native.seconds < one.seconds * page // 2]
        if not telling:
            return False
        shorter = min(telling, key=lambda one: one.seconds)
        end = shorter.opening(self._closed_until(offer, shorter))
        try:
            rows = await self._archive.ask(offer, shorter, end - page * shorter.length, end)
        except Unavailable:
            return False
        return bool(rows) and rows[0].opened_at >= asked.end

    async def _extended(self, asked: Asked) -> KeptCandles:
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
            try:
                await self._older(kept, asked)
            finally:  # who asks again after a failure goes on from there
                if kept.whole or kept.view(False).candles:
                    self._keep(kept, asked)
            return kept

    def _keep(self, kept: KeptCandles, asked: Asked) -> None:
        kept.looked_at = self._clock.monotonic()
        kept.asked = max(kept.asked, asked.end)
        kept.trim(max(MOST_ROWS, min(asked.count, _MOST_PARTS)))
        self._kept.put(asked.key, kept)

    def _lock(self, key: tuple[object, ...]) -> asyncio.Lock:
        found = self._locks.get(key)
        lock = found.value if found else asyncio.Lock()
        self._locks.put(key, lock)
        return lock

    async def _newer(self, kept: KeptCandles, asked: Asked) -> None:
        """Extend to the end; the last few that are known are read again in the same call."""
        offer, native, end = asked.offer, asked.native, asked.end
        settled = settled_until(offer, native)
        start = max(kept.end - RECHECKED * native.length, kept.start)
        start = max(start, end - offer.provider.page * native.length)
        rows = await self._archive.candles(offer, native, start, end)
        if start <= kept.settled:
            kept.settled = max(kept.settled, min(end, settled))
        self._upkeep.count(offer, native, kept.newer(rows, end))

    async def _older(self, kept: KeptCandles, asked: Asked) -> None:
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
                raise OneMarket(
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
