"""A provider behind its guard: the same questions, asked as the upstream can bear."""

from collections.abc import Sequence
from datetime import datetime

from common.market import Candle, Symbol, Ticker, Timeframe
from common.wire import AsOfKind, Quality
from market_data.providers import Listing, Provider
from market_data.resilience.guard import Guard

_CROWD = 4


class Guarded:
    """Any provider, with a bulkhead, a breaker, retries and a budget around every call."""

    def __init__(self, provider: Provider, guard: Guard) -> None:
        self.name = provider.name
        self.quality: Quality = provider.quality
        self.as_of_kind: AsOfKind = provider.as_of_kind
        self.guard = guard
        self._provider = provider

    @property
    def page(self) -> int:
        return self._provider.page

    @property
    def crowded(self) -> bool:
        """Whether so many calls wait that what is only nice to have should not be asked."""
        return self.guard.bulkhead.waiting >= _CROWD

    @property
    def waited(self) -> float:
        """Seconds that calls have waited so far because of the limits that we keep."""
        return float(getattr(self._provider, "waited", 0.0))

    def timeframes(self, symbol: Symbol) -> frozenset[Timeframe]:
        return self._provider.timeframes(symbol)

    def now(self, symbol: Symbol) -> datetime:
        return self._provider.now(symbol)

    def grace(self, timeframe: Timeframe) -> float:
        return self._provider.grace(timeframe)

    async def listings(self) -> Sequence[Listing]:
        return await self.guard.call("listings", self._provider.listings)

    async def ticker(self, symbol: Symbol) -> Ticker:
        return await self.guard.call("ticker", lambda: self._provider.ticker(symbol))

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        return await self.guard.call(
            "candles", lambda: self._provider.candles(symbol, timeframe, start, end)
        )

    async def aclose(self) -> None:
        await self._provider.aclose()
