"""Every exchange that we have an adapter for, with an emulator that speaks its dialect.

async with at_the_exchange("kraken") as scene:
    scene.exchange.trouble = answers(500)
    await scene.provider.ticker(scene.btc)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import httpx

from common.clock import Clock, FrozenClock
from common.market import Candle, Symbol, Timeframe
from market_data.providers.binance import Binance
from market_data.providers.binanceus import BinanceUS
from market_data.providers.bitstamp import Bitstamp
from market_data.providers.coinbase import Coinbase
from market_data.providers.kraken import Kraken
from tests.support.exchange_binance import BinanceDialect, BinanceUSDialect
from tests.support.exchange_bitstamp import BitstampDialect
from tests.support.exchange_coinbase import CoinbaseDialect
from tests.support.exchange_dialect import Dialect
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.exchange_kraken import KrakenDialect
from tests.support.serving import serve

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
AnExchange = Coinbase | Kraken | Binance | Bitstamp


class Pair(NamedTuple):
    """An adapter and the dialect that it is for."""

    adapter: type[AnExchange]
    dialect: type[Dialect]


EXCHANGES = {
    "binance": Pair(Binance, BinanceDialect),
    "binanceus": Pair(BinanceUS, BinanceUSDialect),
    "bitstamp": Pair(Bitstamp, BitstampDialect),
    "coinbase": Pair(Coinbase, CoinbaseDialect),
    "kraken": Pair(Kraken, KrakenDialect),
}


class Pace(FrozenClock):
    """Real time that moves only while somebody sleeps in it, and then at once.

    Attributes:
        slept: Seconds, one entry a sleep.
    """

    def __init__(self) -> None:
        super().__init__(NOW)
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)


@dataclass
class Scene:
    """An exchange, its client, and the pace at which that may ask."""

    exchange: ExchangeEmulator
    provider: AnExchange
    pace: Pace

    @property
    def btc(self) -> Symbol:
        return self.exchange.market("BTC")

    async def latest(self, timeframe: Timeframe = Timeframe.M5, count: int = 100) -> list[Candle]:
        """The last closed candles, through the provider."""
        end = timeframe.opening(NOW)
        start = end - count * timeframe.length
        return list(await self.provider.candles(self.btc, timeframe, start, end))

    async def truth(self, timeframe: Timeframe = Timeframe.M5, count: int = 100) -> list[Candle]:
        """The same, past the exchange."""
        end = timeframe.opening(NOW)
        start = end - count * timeframe.length
        return list(await self.exchange.simu.candles(Symbol("BTC", "USD"), timeframe, start, end))

    def asked(self, part: str) -> list[dict[str, str]]:
        """Parameters of the requests whose path holds `part`."""
        return [seen.params for seen in self.exchange.requests if part in seen.path]


def connected(name: str, clock: Clock) -> tuple[AnExchange, ExchangeEmulator]:
    """Return an adapter and the exchange behind it, without a socket between them."""
    provider, exchange, _ = _connected(name, clock)
    return provider, exchange


def _connected(name: str, clock: Clock) -> tuple[AnExchange, ExchangeEmulator, Pace]:
    adapter, dialect = EXCHANGES[name]
    exchange, pace = ExchangeEmulator(clock, dialect=dialect), Pace()
    transport = httpx.ASGITransport(exchange.app)
    provider = adapter(clock, "http://exchange", pace=pace, sleep=pace.sleep, transport=transport)
    return provider, exchange, pace


@asynccontextmanager
async def in_one_process(name: str) -> AsyncIterator[Scene]:
    """As `at_the_exchange`, without a socket: quicker where none is at stake."""
    provider, exchange, pace = _connected(name, FrozenClock(NOW))
    try:
        yield Scene(exchange, provider, pace)
    finally:
        await provider.aclose()


@asynccontextmanager
async def at_the_exchange(name: str, seconds: float = 8.0) -> AsyncIterator[Scene]:
    """Time stands still; whoever sleeps moves the pace's clock on and is awake at once."""
    adapter, dialect = EXCHANGES[name]
    clock, pace = FrozenClock(NOW), Pace()
    exchange = ExchangeEmulator(clock, dialect=dialect)
    async with serve(exchange.app) as address:
        provider = adapter(clock, address, seconds=seconds, pace=pace, sleep=pace.sleep)
        try:
            yield Scene(exchange, provider, pace)
        finally:
            await provider.aclose()
