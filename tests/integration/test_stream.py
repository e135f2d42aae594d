"""Live prices over a real socket: server-sent events, hot tickers, slow and many readers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from common.clock import Clock, FrozenClock, SystemClock
from common.http import create_client
from common.wire import Problem, TickerReply
from market_data.app import create_app
from market_data.settings import Settings
from market_data.streams import Streams
from tests.support.coinbase_feed import FeedEmulator
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.serving import serve

NOON = datetime(2026, 3, 13, 12, 2, tzinfo=UTC)


@asynccontextmanager
async def service(
    clock: Clock | None = None, **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Starlette]]:
    app = create_app(Settings(**{"providers": "simu", **settings}), clock or SystemClock())
    app.state.heartbeat = 0.2
    async with serve(app) as address, create_client(address) as client:
        yield client, app


async def events(
    client: httpx.AsyncClient, path: str, **headers: str
) -> AsyncIterator[dict[str, str]]:
    """Yield the events of a stream as dictionaries of their fields."""
    async with client.stream("GET", path, headers=headers, timeout=10) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                yield fields
                fields = {}


async def first(stream: AsyncIterator[dict[str, str]], kind: str) -> dict[str, str]:
    async with asyncio.timeout(10):
        async for event in stream:
            if event.get("event") == kind:
                return event
    raise AssertionError(f"the stream ended without a {kind}")


async def test_a_stream_tells_tickers_candles_and_that_it_is_alive() -> None:
    async with service() as (client, _):
        stream = events(client, "/v1/stream?symbols=btc,eth&tf=1m")
        assert await anext(stream) == {"retry": "2000"}
        seen: dict[str, dict[str, str]] = {}
        async with asyncio.timeout(10):
            while not {"ticker", "candle"} <= seen.keys():
                event = await anext(stream)
                seen[event["event"]] = event

    reply = msgspec.json.decode(seen["ticker"]["data"], type=TickerReply)
    assert reply.symbol in ("BTC-USD", "ETH-USD") and reply.quality == "simulated"
    assert "opened_at" in seen["candle"]["data"]
    assert int(seen["candle"]["id"]) != int(seen["ticker"]["id"])


async def test_a_quiet_stream_sends_heartbeats() -> None:
    async with service(providers="recorded") as (client, _):
        stream = events(client, "/v1/stream?symbols=AAPL")
        await first(stream, "ticker")

        assert (await first(stream, "heartbeat"))["data"] == "{}"


async def test_who_comes_back_gets_nothing_that_was_seen() -> None:
    async with service(providers="recorded") as (client, _):
        staying = events(client, "/v1/stream?symbols=AAPL")
        seen = (await first(staying, "ticker"))["id"]
        again = events(client, "/v1/stream?symbols=AAPL", **{"Last-Event-ID": seen})
        assert await anext(again) == {"retry": "2000"}

        assert (await anext(again))["event"] == "heartbeat"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/stream", 422, "invalid-parameter"),
        ("/v1/stream?symbols=BTX", 404, "unknown-symbol"),
        ("/v1/stream?symbols=btc&tf=7m", 422, "unsupported-timeframe"),
        (f"/v1/stream?symbols={','.join(map(str, range(51)))}", 422, "invalid-parameter"),
    ],
)
async def test_a_wrong_stream_is_a_problem_and_not_a_stream(
    path: str, status: int, code: str
) -> None:
    async with service() as (client, app):
        answer = await client.get(path)

        assert answer.status_code == status
        assert msgspec.json.decode(answer.content, type=Problem).code == code
        assert app.state.streams.open == 0


async def test_a_reader_who_leaves_before_the_first_byte_is_not_counted_for_ever() -> None:
    app = create_app(Settings(providers="simu"), SystemClock())
    begun = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:  # to a socket that takes nothing
        begun.set()
        await asyncio.Event().wait()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/v1/stream",
        "query_string": b"symbols=btc",
        "headers": [],
    }
    await app(scope, receive, send)

    assert app.state.streams.open == 0


def _open(address: str, path: str) -> socket.socket:
    """Open a stream by hand, with the smallest buffer, and read nothing of it."""
    host, port = urlsplit(address).netloc.split(":")
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    plain.connect((host, int(port)))
    plain.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return plain


async def test_a_thousand_streams_are_bounded_and_others_are_answered() -> None:
    async with service() as (client, app):
        app.state.streams = Streams(app.state.markets, SystemClock(), most=100)
        address = str(client.base_url)
        plain = [
            await asyncio.to_thread(_open, address, "/v1/stream?symbols=btc") for _ in range(300)
        ]
        async with asyncio.timeout(20):
            while app.state.streams.open < 100:
                await asyncio.sleep(0.02)

        refused, fine = await client.get("/v1/stream?symbols=btc"), await client.get(
            "/v1/tickers/btc"
        )

        assert refused.status_code == 503 and refused.headers["retry-after"] == "30"
        assert fine.status_code == 200
        for one in plain:
            one.close()
        async with asyncio.timeout(20):
            while app.state.streams.open:
                await asyncio.sleep(0.05)
        await app.state.streams.aclose()


async def test_a_reader_of_one_byte_at_a_time_delays_nobody_and_gets_the_latest() -> None:
    clock = FrozenClock(NOON)
    async with service(clock) as (client, app):
        app.state.streams = Streams(app.state.markets, clock, pulse=0.02)
        slow = await asyncio.to_thread(
            _open, str(client.base_url), "/v1/stream?symbols=btc,eth,sol"
        )
        try:
            stream = events(client, "/v1/stream?symbols=btc")
            for _ in range(3):
                clock.advance(3)
                await first(stream, "ticker")
                assert len(await asyncio.to_thread(slow.recv, 1)) == 1
        finally:
            slow.close()
            await app.state.streams.aclose()


async def test_a_watched_market_is_answered_without_an_upstream_call() -> None:
    clock = FrozenClock(NOON)
    exchange = ExchangeEmulator(clock)
    async with serve(exchange.app) as rest, FeedEmulator(clock).serve() as feed:
        settings = Settings(providers="coinbase", coinbase_url=rest, coinbase_feed_url=feed.url)
        async with serve(create_app(settings, clock)) as address:
            async with create_client(address) as client:
                cold = await client.get("/v1/tickers/btc")
                async with asyncio.timeout(10):
                    while feed.connections == 0:
                        await asyncio.sleep(0.01)
                await asyncio.sleep(0.2)
                asked = len(exchange.requests)
                for _ in range(20):
                    clock.advance(0.2)
                    hot = await client.get("/v1/tickers/btc")
                    await asyncio.sleep(0.02)

    assert cold.status_code == hot.status_code == 200
    assert hot.json()["source"] == "coinbase" and hot.json()["stale"] is False
    assert [seen.path for seen in exchange.requests[asked:]] == []
