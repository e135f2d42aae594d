"""Coinbase's live feed over a real WebSocket: hot while it can be trusted, silent when not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from common.clock import FrozenClock, SystemClock
from common.market import Symbol, Ticker
from market_data.providers.coinbase_feed import CoinbaseFeed
from market_data.providers.coinbase_words import ticker_of_feed
from tests.support.coinbase_feed import Fault, FeedEmulator
from tests.support.reference import reference_folder

BTC, ETH = Symbol("BTC", "USD"), Symbol("ETH", "USD")
NOON = datetime(2026, 3, 13, 12, tzinfo=UTC)


async def _at_once(_: float) -> None:
    await asyncio.sleep(0.005)


@asynccontextmanager
async def connected(
    *, idle: float = 0.5, most: int = 50
) -> AsyncIterator[tuple[CoinbaseFeed, FeedEmulator]]:
    """A feed that runs; its monotonic time is the machine's, SIMU's stands still."""
    async with FeedEmulator(FrozenClock(NOON)).serve() as exchange:
        feed = CoinbaseFeed(SystemClock(), exchange.url, idle=idle, most=most, sleep=_at_once)
        running = asyncio.create_task(feed.run())
        try:
            yield feed, exchange
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def hot(feed: CoinbaseFeed, symbol: Symbol = BTC) -> Ticker:
    async with asyncio.timeout(5):
        while (ticker := feed.latest(symbol)) is None:
            await asyncio.sleep(0.005)
        return ticker


async def cold(feed: CoinbaseFeed, symbol: Symbol = BTC) -> None:
    async with asyncio.timeout(5):
        while feed.latest(symbol) is not None:
            await asyncio.sleep(0.005)


async def test_a_market_is_hot_soon_after_it_was_asked_for() -> None:
    async with connected() as (feed, exchange):
        assert feed.latest(BTC) is None

        ticker = await hot(feed)

        assert ticker == await exchange.simu.ticker(BTC) or ticker.price > 0
        assert (ticker.symbol, ticker.at) == (BTC, NOON)
        assert ticker.price == (await exchange.simu.ticker(BTC)).price
        assert feed.latest(ETH) is None
        await hot(feed, ETH)
        assert exchange.connections == 1
        assert [said["product_ids"] for said in exchange.asked] == [["BTC-USD"], ["ETH-USD"]]


@pytest.mark.parametrize("fault", ["silent", "hang up", "garbage", "error", "missed trade"])
async def test_a_feed_in_trouble_is_not_believed_and_comes_back(fault: Fault) -> None:
    async with connected(idle=0.2) as (feed, exchange):
        await hot(feed)
        exchange.fault = fault
        await cold(feed)

        exchange.fault = "none"

        assert (await hot(feed)).symbol == BTC


@pytest.mark.parametrize(
    "odd",
    [{"price": "1"}, {"price": "0"}, {"time": None}, {"product_id": ""}, {"trade_id": "many"}],
)
async def test_one_market_that_makes_no_sense_does_not_cost_the_others_their_feed(
    odd: dict[str, Any],
) -> None:
    async with connected() as (feed, exchange):
        exchange.odd["ETH-USD"] = odd
        await hot(feed)
        assert feed.latest(ETH) is None
        async with asyncio.timeout(20):
            while exchange.asked[-1]["product_ids"] != ["ETH-USD"]:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.1)

        assert feed.latest(BTC) is not None and feed.latest(ETH) is None
        assert exchange.connections == 1
        exchange.odd.clear()
        assert (await hot(feed, ETH)).symbol == ETH


async def test_a_market_that_the_exchange_does_not_know_is_left_out() -> None:
    async with connected() as (feed, exchange):
        exchange.unlisted = {"ETH-USD"}
        feed.latest(BTC)
        feed.latest(ETH)

        await hot(feed)

        for _ in range(10):  # asked for again and again, as people do
            await asyncio.sleep(0.01)
            assert feed.latest(ETH) is None and feed.latest(BTC) is not None
        assert exchange.connections == 1


async def test_a_connection_that_says_nothing_is_replaced() -> None:
    async with connected(idle=0.1) as (feed, exchange):
        exchange.fault = "silent"
        feed.latest(BTC)
        async with asyncio.timeout(5):
            while exchange.connections < 3:
                await asyncio.sleep(0.01)

        assert feed.latest(BTC) is None


async def test_a_quiet_market_stays_hot_while_heartbeats_confirm_its_last_trade() -> None:
    async with connected(idle=0.2) as (feed, exchange):
        await hot(feed)
        exchange.fault = "heartbeats only"
        await asyncio.sleep(0.5)

        assert feed.latest(BTC) is not None and exchange.connections == 1


async def test_only_the_markets_asked_for_last_are_watched() -> None:
    async with connected(most=1) as (feed, exchange):
        await hot(feed, BTC)
        await hot(feed, ETH)
        async with asyncio.timeout(5):
            while exchange.asked[-1]["type"] != "unsubscribe":
                await asyncio.sleep(0.005)

        assert exchange.asked[-1]["product_ids"] == ["BTC-USD"]


async def test_an_exchange_that_is_not_there_is_tried_again() -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    feed = CoinbaseFeed(SystemClock(), "ws://127.0.0.1:1/", sleep=note)
    feed.latest(BTC)
    running = asyncio.create_task(feed.run())
    async with asyncio.timeout(5):
        while len(pauses) < 8:
            await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert pauses[0] < pauses[3] < 31 and max(pauses) <= 30
    assert feed.latest(BTC) is None


@pytest.mark.reference
def test_recorded_messages_are_read_exactly() -> None:
    path = reference_folder() / "raw" / "coinbase_exchange_ticker.jsonl"
    lines = [json.loads(line)["msg"] for line in path.read_text().splitlines()]
    said = [message for message in lines if message.get("type") == "ticker"]

    for message in said:
        symbol = Symbol.parse(message["product_id"])
        ticker = ticker_of_feed(symbol, message, datetime(2030, 1, 1, tzinfo=UTC))
        written = (ticker.price, ticker.bid, ticker.ask, ticker.high_24h, ticker.volume_24h)
        names = ("price", "best_bid", "best_ask", "high_24h", "volume_24h")
        assert [f"{value:f}" for value in written if value is not None] == [
            message[name] for name in names
        ]
    assert len(said) > 10
