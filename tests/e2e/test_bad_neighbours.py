"""What people see when market-data or the exchange behind it misbehaves."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from common.clock import FrozenClock
from common.deadlines import BOT_SECONDS
from telegram_bot.adapters.market_data_connection import MarketConnection
from telegram_bot.adapters.market_data_http import HttpMarketData
from tests.support.exchange_emulator import ExchangeEmulator, Fault
from tests.support.exchange_faults import answers, hang, page_of_html, too_many_requests
from tests.support.playground import playground
from tests.support.serving import serve
from tests.support.stack import Chat, assistant, bot

UNAVAILABLE = "Market data is unavailable right now (ref "


@asynccontextmanager
async def chat_with(market_address: str, patience: float = BOT_SECONDS) -> AsyncIterator[Chat]:
    """A chat with a bot that gives market-data so many seconds for an answer."""
    async with playground(flood=None) as telegram:
        connection = MarketConnection(market_address)
        market = HttpMarketData(connection, patience)
        async with bot(telegram, market_address, market=market):
            yield Chat(telegram)
        await connection.aclose()


@pytest.mark.parametrize(
    "answer",
    [
        HTMLResponse("<h1>Bad gateway</h1>", 502),
        HTMLResponse("<h1>It works</h1>"),
        JSONResponse({"tickers": "none"}),
        JSONResponse({"message": "over capacity"}),
        Response(b'{"tickers": [', media_type="application/json"),
    ],
    ids=["502 page", "200 page", "wrong shape", "other JSON", "cut off"],
)
async def test_nonsense_of_market_data_is_an_outage_with_a_button_to_try_again(
    answer: Response,
) -> None:
    async def respond(_: Request) -> Response:
        return answer

    async with serve(Starlette(routes=[Route("/{path:path}", respond)])) as address:
        async with chat_with(address) as chat:
            told = await chat.ask("/price BTC")

    assert told["text"].startswith(UNAVAILABLE)
    assert Chat.labels(told) == [["🔄 Try again"]]


async def test_market_data_that_hangs_is_not_waited_for() -> None:
    over = asyncio.Event()

    async def say_nothing(_: Request) -> Response:
        await over.wait()
        return Response()

    async with serve(Starlette(routes=[Route("/{path:path}", say_nothing)])) as address:
        async with chat_with(address, patience=0.5) as chat:
            price, atr = await asyncio.gather(chat.ask("/price BTC"), chat.ask("/atr BTC 4h"))
        over.set()

    assert price["text"].startswith(UNAVAILABLE) and atr["text"].startswith(UNAVAILABLE)


async def test_market_data_that_is_down_is_said_and_coming_back_is_a_tap_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with chat_with(f"http://127.0.0.1:{port}") as chat:
        told = await chat.ask("/price BTC")
        still = await chat.notice(told, "Try again")

    assert told["text"].startswith(UNAVAILABLE) and "unavailable" in still


@asynccontextmanager
async def on_an_exchange() -> AsyncIterator[tuple[Chat, ExchangeEmulator]]:
    """The real Coinbase adapter against the emulator, from chat to exchange."""
    clock = FrozenClock(datetime(2026, 3, 13, 12, 2, tzinfo=UTC))
    emulator = ExchangeEmulator(clock)
    async with serve(emulator.app) as exchange:
        async with assistant(clock=clock, providers="coinbase", coinbase_url=exchange) as chat:
            yield chat, emulator


async def test_prices_of_an_exchange_are_not_called_simulated() -> None:
    async with on_an_exchange() as (chat, _):
        price, atr = await chat.ask("/price BTC"), await chat.ask("/atr BTC 4h")

    assert "Coinbase" in price["text"] and "simulated" not in price["text"] + atr["text"]
    assert "ATR(14) · BTC/USD · 4h" in atr["text"] and "built from 1h" in atr["text"]


@pytest.mark.parametrize(
    "fault",
    [
        answers(200, "over capacity"),
        answers(500),
        answers(451, "not in your country"),
        page_of_html(200),
        page_of_html(503),
        too_many_requests("7"),
        hang(3),
    ],
    ids=["200 with an error", "500", "451", "HTML", "503 HTML", "429", "3 s hang"],
)
async def test_an_exchange_in_trouble_never_gives_a_wrong_price(fault: Fault) -> None:
    async with on_an_exchange() as (chat, exchange):
        exchange.trouble = fault
        told = await chat.ask("/price BTC")

    assert told["text"].startswith(UNAVAILABLE)


async def test_an_outage_is_bridged_by_the_last_price_marked_stale() -> None:
    clock = FrozenClock(datetime(2026, 3, 13, 12, 2, tzinfo=UTC))
    emulator = ExchangeEmulator(clock)
    async with serve(emulator.app) as exchange:
        async with assistant(
            clock=clock, one_clock=True, providers="coinbase", coinbase_url=exchange
        ) as chat:
            fresh = await chat.ask("/price BTC")
            emulator.trouble = answers(500)
            clock.advance(240)
            stale = await chat.ask("/price BTC")

    assert "Stale" not in fresh["text"]
    assert "⚠️ Stale: last price" in stale["text"] and "4 min" in stale["text"]
