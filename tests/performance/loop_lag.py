"""P13: how long market-data keeps its event loop from a reader while it does its heaviest work.

make prove PROOFS=loop_lag

Readers ask for kept prices without a pause, while the lists of four exchanges, as long as the real
ones, are read anew, and the dearest questions are asked: 1,000 candles, statistics, a matrix of
correlations, all indicators with their series, 50 names at once, names that nobody lists. Exchanges
and askers are processes of their own. A probe asks for its turn every millisecond; the time that it
waits, as far as the service itself used it (another program's turn on the core is not ours), must
stay within 20 ms, on one core of this machine.
"""

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import msgspec
import structlog
from starlette.requests import Request

from common.clock import SystemClock
from common.garbage import keep_what_is_there
from market_data.app import create_app
from market_data.settings import Settings
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.exchanges import EXCHANGES
from tests.support.load import users
from tests.support.serving import serve

GOAL_MS = 20.0
NAMES = ("coinbase", "kraken", "bitstamp", "binance")
LISTED = 1_500  # markets of each exchange
READERS = 10
SYMBOLS = "BTC,ETH,SOL,XRP,ADA,DOGE,LTC"
MANY = ",".join([SYMBOLS, *(f"NOPE{number}" for number in range(43))])
HEAVY = (
    "/v1/candles/BTC-USD?tf=1h&limit=1000",
    "/v1/statistics/BTC-USD?tf=1h",
    f"/v1/correlation?symbols={SYMBOLS}&tf=1d",
    "/v1/indicators/BTC-USD?tf=1h&series=true&last=500",
    f"/v1/tickers?symbols={MANY}",
    "/v1/tickers/BITCOINX",
    "/v1/symbols?limit=1000",
    "/openapi.json",
    "/metrics",
)


class Probe:
    """Looks at how late its turn comes, in milliseconds."""

    def __init__(self) -> None:
        self.worst: dict[str, float] = {}
        self.during = "start"

    async def run(self) -> None:
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            late = min(time.perf_counter() - wall - 0.001, time.thread_time() - cpu) * 1e3
            self.worst[self.during] = max(self.worst.get(self.during, 0.0), late)


def long_list(request: Request, answer: Any) -> Any:
    """The healthy answer; a list of markets grown to `LISTED` by ADA under other names."""
    if "exchangeInfo" in request.url.path:
        return answer | {"symbols": [*answer["symbols"], *_grown(answer["symbols"])]}
    if request.url.path.endswith("AssetPairs"):
        pairs = answer["result"]
        more = {f"Q{number}USD": pair for number, pair in enumerate(_grown(pairs.values()))}
        return answer | {"result": pairs | more}
    if isinstance(answer, list) and "candle" not in request.url.path and _ada(answer):
        return [*answer, *_grown(answer)]
    return answer


def _ada(rows: Any) -> str | None:
    texts = (msgspec.json.encode(row).decode() for row in rows)
    return next((text for text in texts if '"ADA' in text), None)


def _grown(rows: Any) -> list[Any]:
    one = (_ada(rows) or "").replace("ada", "ADA")
    return [json.loads(one.replace("ADA", f"Q{number}")) for number in range(LISTED)]


async def be_exchanges() -> None:
    """Serve until killed; say where."""
    said = {}
    async with AsyncExitStack() as stack:
        for name in NAMES:
            exchange = ExchangeEmulator(SystemClock(), dialect=EXCHANGES[name].dialect)
            exchange.trouble = _async(long_list)
            said[name] = await stack.enter_async_context(serve(exchange.app))
        print(json.dumps(said), flush=True)
        await asyncio.Event().wait()


def _async(fault: Callable[[Request, Any], Any]) -> Callable[[Request, Any], Awaitable[Any]]:
    async def later(request: Request, answer: Any) -> Any:
        return fault(request, answer)

    return later


async def be_readers(address: str) -> None:
    await users(address, "/v1/tickers/BTC-USD", READERS, seconds=600)


@asynccontextmanager
async def another(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """This file in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.performance.loop_lag", *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    probe = Probe()
    async with AsyncExitStack() as stack:
        exchanges = await stack.enter_async_context(another("exchanges"))
        assert exchanges.stdout is not None
        where = json.loads(await exchanges.stdout.readline())
        settings = Settings.model_validate(
            {"providers": ",".join(NAMES)} | {f"{name}_url": url for name, url in where.items()}
        )
        app = create_app(settings)
        keep_what_is_there()
        address = await stack.enter_async_context(serve(app))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=address, timeout=60, headers={"Accept-Encoding": "identity"})
        )
        probing = asyncio.create_task(probe.run())
        probe.during = "reading four long lists"
        (await client.get("/readyz")).raise_for_status()
        await stack.enter_async_context(another("readers", address))
        for path in HEAVY:
            probe.during = path[:60]
            for _ in range(2):
                status = (await client.get(path)).status_code
            if status not in (200, 404):
                print(f"{path} answered {status}")
            await asyncio.sleep(0.2)
        probing.cancel()
    for during, late in probe.worst.items():
        print(f"{late:6.1f} ms at most   {during}")
    worst = max(probe.worst.values())
    print(f"P13: the loop was kept for {worst:.1f} ms at most (goal {GOAL_MS:.0f} ms)")
    return int(worst > GOAL_MS)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["exchanges"]:
            asyncio.run(be_exchanges())
        case ["readers", where]:
            asyncio.run(be_readers(where))
        case _:
            sys.exit(asyncio.run(main()))
