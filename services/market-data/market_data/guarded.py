"""A provider behind its guard: the same questions, asked as the upstream can bear."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from common.market import Candle, Symbol, Ticker, Timeframe
from common.wire import AsOfKind, Quality
from market_data.providers import Listing, Provider
from market_data.resilience.guard import Guard

_CROWD = 4


class Feed(Protocol):
    """A live connection that keeps the last trade of watched markets at hand."""

    def latest(self, symbol: Symbol) -> Ticker | None:
        """The last trade, or None while it is not known for sure; watches the market from now."""
        ...

    async def run(self) -> None:
        """Stay connected until cancelled."""
        ...


class Guarded:
    """Any provider, with a bulkhead, a breaker, retries and a budget around every call.

    With a feed, the tickers that it has cost no call and need no breaker.
    """

    def __init__(self, provider: Provider, guard: Guard, feed: Feed | None = None) -> None:
        self.name = provider.name
        self.quality: Quality = provider.quality
        self.as_of_kind: AsOfKind = provider.as_of_kind
        self.guard = guard
        self._provider = provider
        self._feed = feed
        self._following: asyncio.Task[None] | None = None

    def hot(self, symbol: Symbol) -> Ticker | None:
        """The market's last trade, where a live feed has it now."""
        if self._feed is None:
            return None
        if self._following is None:
            self._following = asyncio.create_task(self._feed.run(), name=f"{self.name} feed")
        return self._feed.latest(symbol)

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
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        await self._provider.aclose()
