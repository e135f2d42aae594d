"""`python -m tests.support.tls_caller '{KIND: ADDRESS}'`: call with what the programs call with.

A process of its own, because a process reads once whom it trusts. Prints what came of each call.
"""

import asyncio
import json
import sys

from common.clock import SystemClock
from common.errors import CryptoAssistantError
from common.http import create_client
from common.market import Symbol
from market_data.providers.coinbase_feed import CoinbaseFeed
from telegram_bot.adapters.market_data_connection import MarketConnection
from telegram_bot.adapters.telegram_connections import Connections
from telegram_bot.adapters.telegram_feed import HttpFeed
from telegram_bot.adapters.telegram_post import HttpPost
from telegram_bot.outgoing import Outgoing

_TOKEN = "4242:nothing-real-nothing-real-nothing"
_PATIENCE_SECONDS = 3.0


async def post(address: str) -> str:
    """Send a message as the bot does."""
    connections = Connections(2)
    try:
        outcome = await HttpPost(connections, address, _TOKEN).post(
            1, Outgoing("sendMessage", {"text": "Hello"})
        )
    finally:
        await connections.aclose()
    return type(outcome).__name__


async def poll(address: str) -> str:
    """Ask for updates as the bot does."""
    client = create_client()
    try:
        await HttpFeed(client, address, _TOKEN).fetch(None, 0.0)
    except CryptoAssistantError as error:
        return type(error).__name__
    finally:
        await client.aclose()
    return "polled"


async def ask(address: str) -> str:
    """Ask market-data as the bot does."""
    connection = MarketConnection(address)
    try:
        answer = await connection.get("/v1/tickers", {"symbols": "BTC"}, None, _PATIENCE_SECONDS)
    except CryptoAssistantError as error:
        return type(error).__name__
    finally:
        await connection.aclose()
    return f"status-{answer.status}"


async def feed(address: str) -> str:
    """Watch a market as market-data does."""
    watched = CoinbaseFeed(SystemClock(), address, idle=5.0)
    running = asyncio.create_task(watched.run())
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while watched.latest(Symbol("BTC", "USD")) is None:
                await asyncio.sleep(0.01)
    except TimeoutError:
        return "silent"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return "hot"


async def call(addresses: dict[str, str]) -> dict[str, str]:
    """Make the named calls side by side."""
    calls = {"post": post, "poll": poll, "ask": ask, "feed": feed}
    outcomes = await asyncio.gather(*(calls[kind](to) for kind, to in addresses.items()))
    return dict(zip(addresses, outcomes, strict=True))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(call(json.loads(sys.argv[1])))))
