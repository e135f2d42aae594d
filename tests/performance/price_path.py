"""P5 and P6: many users, one exchange that is 100 ms away, and a control that asks it each time.

make prove PROOFS=price_path

The control answers as many bots do: a blocking call to the exchange inside an `async def` handler,
for every question. Goals: the median of 50 users at most a fiftieth of the control's, and at most a
fiftieth of its upstream calls an answer (P5); on a market that nobody has asked for, 50 users at
once cost each upstream question once, and the slowest answer takes at most twice the way (P6).
"""

import asyncio
import sys
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.clock import SystemClock
from common.market import Timeframe
from market_data.app import create_app
from market_data.settings import Settings
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.exchange_faults import hang
from tests.support.load import users
from tests.support.serving import serve

AWAY = 0.1  # seconds to the exchange and back
USERS = 50
TICKER = "/v1/tickers/BTC-USD"


def _quiet() -> None:
    structlog.configure(processors=[_drop])


def _drop(*_: object) -> str:
    raise structlog.DropEvent


def exchange(pipe: Connection) -> None:
    """Run the exchange in a process of its own; answer each message with what it was asked."""

    async def serve_it() -> None:
        emulator = ExchangeEmulator(SystemClock())
        emulator.trouble = hang(AWAY)
        async with serve(emulator.app) as address:
            pipe.send(address)
            while await asyncio.to_thread(pipe.recv):
                asked = ((it.path, it.params.get("granularity")) for it in emulator.requests)
                pipe.send(Counter(asked))
                emulator.requests.clear()

    asyncio.run(serve_it())


def control(pipe: Connection, upstream: str) -> None:
    """Run the control: the call blocks the loop, and everybody waits for everybody."""

    async def ticker(_: Request) -> Response:
        asked = urllib.request.Request(
            f"{upstream}/products/BTC-USD/ticker", headers={"User-Agent": "control"}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return Response(answer.read(), media_type="application/json")

    asyncio.run(_serve_until_told(Starlette(routes=[Route(TICKER, ticker)]), pipe))


def ours(pipe: Connection, upstream: str) -> None:
    """Run market-data on that exchange."""
    _quiet()
    settings = Settings.model_validate({"providers": "coinbase", "coinbase_url": upstream})
    asyncio.run(_serve_until_told(create_app(settings), pipe))


async def _serve_until_told(app: Starlette, pipe: Connection) -> None:
    async with serve(app) as address:
        pipe.send(address)
        await asyncio.to_thread(pipe.recv)


@asynccontextmanager
async def running(
    program: Callable[..., None], *arguments: str
) -> AsyncIterator[tuple[Connection, str]]:
    """Start a program of this file in a process and yield the pipe to it and its address."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=program, args=(there, *arguments), daemon=True)
    process.start()
    try:
        yield here, await asyncio.to_thread(here.recv)
        here.send(None)
        await asyncio.to_thread(process.join, 10)
    finally:
        process.kill()


async def way(upstream: str) -> float:
    """Seconds that the exchange takes for the questions of one cold market, asked side by side."""
    now = SystemClock().now()
    candles = [
        f"/products/BTC-USD/candles?granularity={timeframe.seconds}"
        f"&start={_written(timeframe.opening(now) - 291 * timeframe.length)}&end={_written(now)}"
        for timeframe in (Timeframe.M5, Timeframe.H1)
    ]
    taken = 0.0
    for _ in range(3):
        paths = ("/products/BTC-USD/ticker", "/products/BTC-USD/stats", *candles)
        loads = await asyncio.gather(
            *(users(upstream, path, 1, seconds=5, most=1, agent="way") for path in paths)
        )
        taken = max(load.latencies[0] for load in loads)
    return taken


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


async def main() -> int:
    missed = []
    async with running(exchange) as (told, upstream):
        away = await way(upstream)

        def asked() -> Counter[tuple[str, str | None]]:
            told.send("what were you asked?")
            counted: Counter[tuple[str, str | None]] = told.recv()
            return counted

        async with running(control, upstream) as (_, address):
            await users(address, TICKER, 1, seconds=1)
            asked()
            theirs = await users(address, TICKER, USERS, seconds=20)
            their_calls = asked().total() / len(theirs.latencies)
        async with running(ours, upstream) as (_, address):
            await users(address, "/v1/symbols", 1, seconds=5, most=1)
            asked()
            cold = await users(address, TICKER, USERS, seconds=5, most=1)
            questions = asked()
            await asyncio.sleep(6)
            load = await users(address, TICKER, USERS, seconds=10)
            our_calls = asked().total() / len(load.latencies)
            assert load.statuses == cold.statuses == {200}

    print(f"50 users, exchange {AWAY * 1_000:.0f} ms away")
    for name, one, calls in (("control", theirs, their_calls), ("ours", load, our_calls)):
        print(
            f"{name:<8} p50 {one.p50 * 1e3:9.2f} ms   p99 {one.p99 * 1e3:9.2f} ms   "
            f"{one.a_second:8.0f} answers/s   {calls:.5f} upstream calls an answer"
        )
    latency, calls = load.p50 / theirs.p50, our_calls / their_calls
    print(f"P5: p50 1/{1 / latency:.0f}, upstream calls 1/{1 / calls:.0f} (goal 1/50 each)")
    missed += ["P5"] if max(latency, calls) > 1 / 50 else []

    slowest, most = max(cold.latencies), max(questions.values())
    print(
        f"P6: {len(questions)} upstream questions of a cold market, each asked {most} time(s); "
        f"slowest of {USERS} users {slowest * 1e3:.0f} ms, {slowest / away:.2f} x the exchange's "
        f"own {away * 1e3:.0f} ms (goal 2)"
    )
    missed += ["P6"] if most != 1 or slowest > 2 * away else []
    print(f"missed: {', '.join(missed)}" if missed else "met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
