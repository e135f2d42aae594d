"""Whoever waits gives up after the one waited for, never before."""

import inspect

from common.deadlines import BOT_SECONDS, EXCHANGE_SECONDS, MARKET_DATA_SECONDS, SILENCE_SECONDS
from market_data.app import create_app
from market_data.resilience.guard import Guard
from telegram_bot.adapters.market_data_connection import MarketConnection
from telegram_bot.adapters.market_data_http import HttpMarketData

COLD_ON_KRAKEN = 3.5  # seconds for four timeframes: tests/performance/cold_atr.py


def test_each_waits_longer_than_the_next_may_take() -> None:
    assert COLD_ON_KRAKEN < MARKET_DATA_SECONDS < SILENCE_SECONDS < BOT_SECONDS


async def test_the_programs_wait_for_as_long_as_is_written_there() -> None:
    client = MarketConnection("http://127.0.0.1:1")

    assert client.timeout.sock_read == SILENCE_SECONDS
    assert _default(HttpMarketData, "seconds") == BOT_SECONDS
    assert _default(create_app, "deadline") == MARKET_DATA_SECONDS
    assert _default(Guard, "seconds") == EXCHANGE_SECONDS
    await client.aclose()


def _default(made: object, name: str) -> object:
    assert callable(made)
    return inspect.signature(made).parameters[name].default
