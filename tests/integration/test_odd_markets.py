"""A market that has nothing sensible to say, on an exchange that is well: the others are fine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from common.errors import Unavailable
from common.features import Features
from common.market import Timeframe
from market_data.guarded import Guarded
from market_data.market import Markets
from market_data.paging import CandlesAsked
from market_data.resilience.guard import Guard
from tests.support.exchange_dialect import response
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.exchange_numbers import Bars, Quote
from tests.support.exchanges import EXCHANGES, Pace, connected

NOON = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
Ask = Callable[[Markets, str], Awaitable[Any]]


async def _far_from_its_book(request: Request, answer: Any) -> Any:
    """Nobody has traded for a week, and bids have moved on since."""
    thin = isinstance(answer, Quote) and _is_eth(request)
    return replace(answer, price=answer.price / 2) if thin else answer


async def _no_candles(request: Request, answer: Any) -> Any:
    return Bars() if isinstance(answer, Bars) and _is_eth(request) else answer


def _is_eth(request: Request) -> bool:
    return "eth" in str(request.url).lower()


async def _ticker(markets: Markets, text: str) -> Any:
    return await markets.ticker(text)


async def _candles(markets: Markets, text: str) -> Any:
    return await markets.candles(text, CandlesAsked(Timeframe.M5, 100))


@asynccontextmanager
async def market_of(name: str) -> AsyncIterator[tuple[Markets, ExchangeEmulator, Guard, Pace]]:
    """The use cases over one exchange; time passes while somebody sleeps, and by hand."""
    pace = Pace()
    provider, exchange = connected(name, pace)
    guard = Guard(name, pace, sleep=pace.sleep)
    markets = Markets([Guarded(provider, guard)], Features("local"), pace)
    try:
        yield markets, exchange, guard, pace
    finally:
        await markets.aclose()


@pytest.mark.parametrize("name", EXCHANGES)
@pytest.mark.parametrize(
    ("ask", "trouble"), [(_ticker, _far_from_its_book), (_candles, _no_candles)]
)
async def test_an_odd_market_does_not_take_its_exchange_away(
    name: str, ask: Ask, trouble: Any
) -> None:
    async with market_of(name) as (markets, exchange, guard, pace):
        btc, eth = (str(exchange.market(base)) for base in ("BTC", "ETH"))
        exchange.trouble = trouble
        for _ in range(12):
            pace.advance(5)
            with pytest.raises(Unavailable):
                await ask(markets, eth)

        assert guard.breaker.state == "closed"
        await ask(markets, btc)


@pytest.mark.parametrize("name", EXCHANGES)
@pytest.mark.parametrize(
    ("ask", "trouble", "most"), [(_ticker, _far_from_its_book, 12), (_candles, _no_candles, 9)]
)
async def test_who_asks_again_and_again_for_an_odd_market_leaves_the_limits_to_others(
    name: str, ask: Ask, trouble: Any, most: int
) -> None:
    async with market_of(name) as (markets, exchange, _, pace):
        eth = str(exchange.market("ETH"))
        await markets.symbol(eth)
        exchange.trouble = trouble
        asked = len(exchange.requests)
        for _ in range(40):
            pace.advance(0.25)
            with pytest.raises(Unavailable):
                await ask(markets, eth)

        # Ten seconds: a ticker every two, which at Coinbase is two calls; candles every five, each
        # three times, for they have come empty where there were some.
        assert len(exchange.requests) - asked <= most


async def test_an_exchange_that_is_down_is_still_left_alone() -> None:
    async def down(_: Request, __: Any) -> Response:
        return response({"message": "Internal server error"}, 500)

    async with market_of("coinbase") as (markets, exchange, guard, pace):
        await markets.symbol("BTC-USD")
        exchange.trouble = down
        for _ in range(6):
            pace.advance(5)
            with pytest.raises(Unavailable):
                await markets.ticker("BTC-USD")

        assert guard.breaker.state == "open"


async def test_a_market_that_failed_is_asked_again_soon() -> None:
    async with market_of("binance") as (markets, exchange, _, pace):
        await markets.symbol("ETH-USDT")
        exchange.trouble = _far_from_its_book
        with pytest.raises(Unavailable):
            await markets.ticker("ETH-USDT")
        exchange.trouble = None
        pace.advance(3)

        assert (await markets.ticker("ETH-USDT")).price > Decimal(0)
