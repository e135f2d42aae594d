"""What the emulated exchanges trade: SIMU's numbers, before any dialect writes them down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from common.clock import Clock
from common.market import EPOCH, Candle, Symbol, Timeframe
from market_data.providers import Listing
from market_data.providers.simu import Simu
from market_data.providers.simu_markets import MARKETS, simu_market

# Beside SIMU's ten: prices of 1e-10 and 1e7.
EXTREMES = {
    market.symbol: market
    for market in (
        simu_market("TINY", "0.0000000001", 0.9, "0.0000000000000001", "1", "1e15", 0.8),
        simu_market("HUGE", "10000000", 0.5, "0.01", "0.00000001", "50", 0.8),
    )
}


class Bar(NamedTuple):
    """A row of candles that nobody has checked, so that faults can bend it; `time` in seconds."""

    time: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class Bars(list[Bar]):
    """Rows of one market, oldest first until a fault says otherwise."""


@dataclass(frozen=True, slots=True)
class Day:
    """Extremes, volume and open of the last 24 hours, or since midnight."""

    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """What one market trades at."""

    symbol: Symbol
    at: datetime
    price: Decimal
    bid: Decimal
    ask: Decimal
    last_24h: Day
    today: Day


class Numbers:
    """Markets, quotes and rows at the clock's time.

    Attributes:
        delisted: Markets that are no longer traded.
    """

    def __init__(self, clock: Clock, seed: str = "1") -> None:
        self.clock = clock
        self.simu = Simu(clock, seed, MARKETS | EXTREMES)
        self.delisted: set[Symbol] = set()

    async def listings(self) -> Sequence[Listing]:
        return await self.simu.listings()

    def markets(self) -> list[Symbol]:
        """What is traded now."""
        return [symbol for symbol in MARKETS | EXTREMES if symbol not in self.delisted]

    def trades(self, symbol: Symbol) -> bool:
        return symbol in self.markets()

    async def quote(self, symbol: Symbol) -> Quote:
        ticker = await self.simu.ticker(symbol)
        assert ticker.bid is not None and ticker.ask is not None
        now = self.clock.now()
        until = Timeframe.M15.opening(now) + Timeframe.M15.length
        midnight = Timeframe.D1.opening(now)
        return Quote(
            symbol=symbol,
            at=ticker.at,
            price=ticker.price,
            bid=ticker.bid,
            ask=ticker.ask,
            last_24h=await self._day(symbol, Timeframe.M15, until - timedelta(days=1)),
            today=await self._day(symbol, Timeframe.D1, midnight),
        )

    async def bars(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Bars:
        """Rows with `start <= time < end`, the forming one included."""
        if timeframe in self.simu.timeframes(symbol):
            candles = await self.simu.candles(symbol, timeframe, start, end)
            return Bars(_bar(candle) for candle in candles)
        by_opening: dict[datetime, list[Candle]] = {}
        part = Timeframe.H2 if timeframe is Timeframe.H6 else Timeframe.D1
        first = timeframe.opening(start + timeframe.length - timedelta(microseconds=1))
        for candle in await self.simu.candles(symbol, part, first, end):
            by_opening.setdefault(timeframe.opening(candle.opened_at), []).append(candle)
        return Bars(_added_up(opened_at, parts) for opened_at, parts in by_opening.items())

    async def _day(self, symbol: Symbol, timeframe: Timeframe, start: datetime) -> Day:
        bars = await self.bars(symbol, timeframe, start, start + timedelta(days=1))
        return Day(
            bars[0].open,
            max(bar.high for bar in bars),
            min(bar.low for bar in bars),
            sum((bar.volume for bar in bars), Decimal(0)),
        )


def _bar(candle: Candle) -> Bar:
    time = (candle.opened_at - EPOCH) // timedelta(seconds=1)
    return Bar(time, candle.open, candle.high, candle.low, candle.close, candle.volume)


def _added_up(opened_at: datetime, parts: list[Candle]) -> Bar:
    return Bar(
        (opened_at - EPOCH) // timedelta(seconds=1),
        parts[0].open,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].close,
        sum((part.volume for part in parts), Decimal(0)),
    )
