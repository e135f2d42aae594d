"""A provider that a test scripts: its candles, its faults, and a count of what was asked of it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from common.clock import FrozenClock
from common.errors import CryptoAssistantError, UnknownSymbol
from common.market import Candle, Symbol, Ticker, Timeframe
from common.wire import AsOfKind, Quality
from market_data.providers import Listing

BTC = Symbol("BTC", "USD")


def listing(symbol: str, volume: str | None = None, *, sessions: bool = False) -> Listing:
    base, quote = symbol.split("-")
    return Listing(
        Symbol(base, quote),
        base.title(),
        Decimal("0.01"),
        Decimal("0.001"),
        Decimal(volume) if volume else None,
        sessions,
    )


def rising(opened_at: datetime) -> Candle | None:
    """A candle that depends on its time alone: one dollar up each minute of the epoch's day."""
    price = Decimal(1_000 + int(opened_at.timestamp()) // 60 % 100_000)
    return Candle(opened_at, price, price + 5, price - 5, price + 1, Decimal(2))


class FakeProvider:
    """Answers from a function of time; `trouble` is raised instead while it is set.

    Attributes:
        listed: The markets that it lists now.
        lists: How often they were asked for.
        asked: Every call for candles: timeframe, start and end.
        gate: Calls wait for it while it is closed.
    """

    quality: Quality = "single"
    as_of_kind: AsOfKind = "exchange"

    def __init__(
        self,
        clock: FrozenClock,
        *,
        name: str = "fake",
        listings: Sequence[Listing] = (listing("BTC-USD", "1000"),),
        native: Iterable[Timeframe] = (Timeframe.M1, Timeframe.M5, Timeframe.H1, Timeframe.D1),
        candle: Callable[[datetime], Candle | None] = rising,
        page: int = 300,
        begins: datetime | None = None,
    ) -> None:
        self.name = name
        self.page = page
        self.trouble: CryptoAssistantError | None = None
        self.asked: list[tuple[Timeframe, datetime, datetime]] = []
        self.tickers = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.price = Decimal("1234.50")
        self._clock = clock
        self.listed = listings
        self.lists = 0
        self._native = frozenset(native)
        self._candle = candle
        self._begins = begins

    def timeframes(self, symbol: Symbol) -> frozenset[Timeframe]:
        return self._native

    def now(self, symbol: Symbol) -> datetime:
        return self._clock.now()

    def grace(self, timeframe: Timeframe) -> float:
        return 0.0

    async def listings(self) -> Sequence[Listing]:
        self.lists += 1
        await self._answer()
        return self.listed

    async def ticker(self, symbol: Symbol) -> Ticker:
        self.tickers += 1
        await self._answer()
        if symbol not in [one.symbol for one in self.listed]:
            raise UnknownSymbol(str(symbol))
        return Ticker(symbol, self.price, self._clock.now())

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        self.asked.append((timeframe, start, end))
        assert (end - start) <= self.page * timeframe.length, "more than one page was asked for"
        await self._answer()
        return [candle for at in _grid(timeframe, start, end) if (candle := self._at(at))]

    def _at(self, opened_at: datetime) -> Candle | None:
        if self._begins is not None and opened_at < self._begins:
            return None
        return self._candle(opened_at)

    async def _answer(self) -> None:
        await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble

    async def aclose(self) -> None:
        self.gate.set()


def _grid(timeframe: Timeframe, start: datetime, end: datetime) -> Iterable[datetime]:
    at = start
    while at < end:
        yield at
        at += timeframe.length
