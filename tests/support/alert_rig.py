"""Alerts from a price to Telegram on real sockets, with prices that a test says.

A market-data service that streams what it is told stands at one end, a Bot API that remembers when
a message came at the other; between them are the engine, its feed, a database and the sender.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from common import wire
from common.clock import SystemClock
from common.http import create_client
from common.market import Timeframe
from telegram_bot.adapters import database, database_schema
from telegram_bot.adapters.database import Database
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.market_data_alerts import HttpAlertFeed
from telegram_bot.adapters.telegram_post import HttpPost, create_post_transport
from telegram_bot.alerts.engine import Engine
from telegram_bot.people import Strangers
from telegram_bot.turns import Turn
from telegram_bot.updates.broadcasting import Broadcasting
from telegram_bot.updates.limits import ChatLimits, Limits
from telegram_bot.updates.sending import Sending
from telegram_bot.updates.working import Working
from telegram_bot.work import Tally
from tests.support.alerts import STEP, rule
from tests.support.bench_telegram import TOKEN
from tests.support.replayed_bot import NobodyAsks
from tests.support.replayed_telegram import RecordingTelegram
from tests.support.replies import candles_reply, problem, ticker_reply
from tests.support.serving import serve

BTC = "BTC-USD"
PULSE = 0.5  # seconds between what a stream tells, as in the service


@dataclass
class ToldMarket:
    """Market data that says what it is told; `streams` False: it can be asked only."""

    streams: bool
    price: Decimal = Decimal(60_000)
    asked: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/stream", self._stream),
                Route("/v1/tickers", self._tickers),
                Route("/v1/candles/{symbol}", self._candles),
            ]
        )

    def _ticker(self) -> wire.TickerReply:
        now = SystemClock().now()
        return ticker_reply(symbol=BTC, price=self.price, as_of=now, age_ms=0, alertable=True)

    async def _stream(self, request: Request) -> Response:
        self.asked.append("stream")
        if not self.streams:
            told = problem(code="overloaded", status=503, detail="busy", asked=None)
            return Response(wire.encode(told), 503)

        async def events() -> AsyncIterator[bytes]:
            last, pulses = None, 0
            while True:
                pulses += 1
                if pulses % 20 == 0:
                    yield b"event: heartbeat\ndata: {}\n\n"
                if self.price != last:
                    last = self.price
                    yield b"event: ticker\ndata: " + wire.encode(self._ticker()) + b"\n\n"
                await asyncio.sleep(PULSE)

        return StreamingResponse(events(), media_type="text/event-stream")

    async def _tickers(self, request: Request) -> Response:
        self.asked.append("tickers")
        told = wire.TickersReply(tickers=[self._ticker()], problems=[])
        return Response(wire.encode(told))

    async def _candles(self, request: Request) -> Response:
        ticker = self._ticker()
        told = candles_reply([], Timeframe.M1, symbol=BTC, as_of=ticker.as_of)
        return Response(wire.encode(told))


@dataclass
class Rig:
    """Everything that runs."""

    market: ToldMarket
    telegram: RecordingTelegram
    base: Database
    chats: int = 0

    async def latency(self) -> float:
        """Set an alert, let the price touch it, and return the seconds until Telegram knows."""
        self.chats += 1
        level = self.market.price + 1
        await self.base.alerts.add(
            rule(str(level)), self.chats, self.chats, state="armed", step=STEP, most=9
        )
        await asyncio.sleep(1.0)  # the engine knows of it
        before = self.telegram.messages
        began = time.perf_counter()
        self.market.price = level
        while self.telegram.messages == before:
            await asyncio.sleep(0.005)
        return time.perf_counter() - began


@asynccontextmanager
async def rig(url: str, *, streams: bool) -> AsyncIterator[Rig]:
    """Run everything over an empty database."""
    engine = open_engine(url)
    database_schema.prepare(engine)
    market, telegram, tally = ToldMarket(streams), RecordingTelegram(), Tally()
    server = await telegram.start()
    transport = create_post_transport()
    async with serve(market.app()) as address, database.opened(engine, 5.0) as base:
        client = create_client(address)
        post = HttpPost(transport, f"http://127.0.0.1:{telegram.port}", TOKEN)
        sending = Sending(post, base.outbox, Limits(ChatLimits(), time.monotonic), tally)
        working = Working(base.inbox, base.lanes, NobodyAsks(), sending, tally)
        broadcasting = Broadcasting(base.outbox, working.start)
        feed = HttpAlertFeed(client)
        alerts = Engine(
            base.alert_book, feed, Strangers(), SystemClock(), tally, woken=broadcasting.wake
        )
        epoch = await base.lease.take()
        assert epoch is not None
        turn = Turn(epoch)
        tasks = [
            asyncio.create_task(work)
            for work in (alerts.run(turn), broadcasting.run(), _holding(base, turn))
        ]
        try:
            yield Rig(market, telegram, base)
        finally:
            turn.over.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await working.finish(0.0)
            await client.aclose()
            await transport.aclose()
            server.close()


async def _holding(base: Database, turn: Turn) -> None:
    while True:
        await asyncio.sleep(1.0)
        await base.lease.renew(turn.epoch)
        await base.lanes.beat()
