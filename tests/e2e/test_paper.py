"""/paper from the market to the chat: bought, sold, measured, and left to a preset."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from common.clock import FrozenClock
from common.market import Symbol
from telegram_bot.profiles import load
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.serving import serve
from tests.support.stack import assistant

BTC = Symbol("BTC", "USD")


async def test_a_position_is_bought_sold_and_measured() -> None:
    async with assistant() as chat:
        bought = await chat.ask("/paper buy BTC 500 stop 10%")
        auto = await chat.ask("/paper auto ETH 1m st 10 3 risk 1%")
        why = await chat.ask("/paper why")
        sold = await chat.ask("/paper sell BTC")
        stats = await chat.ask("/paper stats")

    assert "Bought" in bought["text"] and "On paper at SIMU prices" in bought["text"]
    assert "🤖 ETH/USD · 1m · Supertrend 10, 3" in auto["text"]
    assert "No preset has decided anything yet" in why["text"]
    assert "BTC/USD: sold at" in sold["text"]
    assert "Win rate" in stats["caption"] and "simulated" in stats["caption"]


async def test_the_coinbase_profile_fills_at_coinbases_prices_and_only_on_paper() -> None:
    clock = FrozenClock(datetime(2026, 3, 13, 12, 0, 30, tzinfo=UTC))
    coinbase = ExchangeEmulator(clock)
    async with (
        serve(coinbase.app) as url,
        assistant(
            clock=clock, one_clock=True, profile="COINBASE", providers="coinbase", coinbase_url=url
        ) as chat,
    ):
        price = (await coinbase.numbers.quote(BTC)).price
        bought = await chat.ask("/paper buy BTC 500 stop 0.02%")
        heard = asyncio.create_task(chat.hear())
        while not heard.done():
            await asyncio.sleep(0.3)
            clock.advance(timedelta(seconds=20))
        stopped = await heard
        nobody = await chat.ask("/paper buy PEPE 500")

    line = "On paper at Coinbase prices: fee 0.6% a side, slippage 0.05%."
    assert line in bought["text"] and line in stopped["text"]
    assert "simulated" not in bought["text"]
    level = re.search(r"stop ([\d,.]+)", bought["text"])
    sold = re.search(r"BTC/USD: stop hit at ([\d,.]+)", stopped["text"])
    assert level is not None and sold is not None
    worst = 1 - load("COINBASE").slippage_pct / 100
    stop = price * (1 - Decimal("0.02") / 100)
    assert abs(_number(level[1]) - stop) <= Decimal("0.01")
    assert _number(sold[1]) <= stop * worst
    assert "On paper you can trade BTC, ETH, SOL" in nobody["text"]
    assert all(one.path.startswith(("/products", "/time")) for one in coinbase.requests)


async def test_the_coinbase_profile_fills_nothing_at_another_exchanges_price() -> None:
    async with assistant(profile="COINBASE") as chat:
        refused = await chat.ask("/paper buy BTC 500")

    assert "take Coinbase prices" in refused["text"] and "come from SIMU" in refused["text"]


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
