"""P11: how soon market-data is ready on a quarter of a core, and its memory after 10,000 requests.

make prove PROOFS=market_data_start

Runs what the image holds (the locked packages alone, compiled) on this machine's Python, once with
SIMU and once with what is deployed: four exchanges, here emulated on loopback, and recordings.
Ready is the first 200 of `/readyz`. Goals: within 1.5 s with SIMU, or 1.5 times what a program of
Starlette and uvicorn alone needs in the same run; at most 60 MB (of 2^20 bytes) with SIMU. What is
deployed asks four exchanges before it is ready and keeps an HTTP client, certificates and a store
besides: its time is told without a goal, its memory held to 64 MB.
"""

import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from common.clock import SystemClock
from local.ports import free_port
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.exchanges import EXCHANGES
from tests.support.image_layout import lay_out
from tests.support.load import cpu_seconds, users
from tests.support.quota import throttled
from tests.support.serving import serve

SHARE = 0.25
ROUNDS = 3
GOAL_SECONDS, GOAL_RATIO = 1.5, 1.5
GOALS_MB = {"simu": 60.0, "deployed": 64.0}
REQUESTS, READERS = 10_000, 20
DEPLOYED = ("coinbase", "kraken", "bitstamp", "binance")
PATHS = ("/v1/tickers/BTC-USD", "/v1/candles/BTC-USD?tf=1h", "/v1/indicators/BTC-USD/atr?tf=1h")
_BARE = """\
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
app = Starlette(routes=[Route("/readyz", lambda request: PlainTextResponse("ok"))])
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def ready(port: int) -> None:
    """Wait for the first 200 of `/readyz`."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.005)
            continue
        writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
        status = (await reader.readline()).split()
        writer.close()
        if status[1:2] == [b"200"]:
            return


async def started(layout: str, command: list[str], **settings: str) -> tuple[float, float, str]:
    """Start on a share of a core; return seconds until ready, CPU seconds and who throttled."""
    port = free_port()
    words = [sys.executable, "-S", *command]
    if "-c" in command:
        words.append(str(port))
    environment = _environment(layout, port, settings)
    began = time.perf_counter()
    with throttled(words, SHARE, environment) as (process, how):
        await ready(port)
        return time.perf_counter() - began, cpu_seconds(process.pid), how


async def used(layout: str, **settings: str) -> tuple[float, float]:
    """Megabytes when ready, and after `REQUESTS` answers."""
    port = free_port()
    words = [sys.executable, "-S", "-m", "market_data"]
    with throttled(words, 1.0, _environment(layout, port, settings)) as (process, _):
        await ready(port)
        before = memory_mb(process.pid)
        each = REQUESTS // READERS // len(PATHS) + 1
        for path in PATHS:
            address = f"http://127.0.0.1:{port}"
            load = await users(address, path, READERS, seconds=120, most=each)
            if load.statuses != {200}:
                raise SystemExit(f"{path} answered {load.statuses}.")
        return before, memory_mb(process.pid)


def _environment(layout: str, port: int, settings: dict[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ours = {"PYTHONPATH": layout, "MARKET_DATA_PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | ours | settings


async def exchanges(stack: AsyncExitStack, folder: Path) -> dict[str, str]:
    """Settings as deployed, with emulated exchanges."""
    settings = {"PROVIDERS": ",".join((*DEPLOYED, "recorded"))}
    for name in DEPLOYED:
        exchange = ExchangeEmulator(SystemClock(), dialect=EXCHANGES[name].dialect)
        address = await stack.enter_async_context(serve(exchange.app))
        settings[f"{name.upper()}_URL"] = address
    return settings | {"CANDLE_STORE": str(folder / "candles.sqlite")}


async def main() -> int:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        layout = lay_out("market-data", folder / "app")
        as_deployed = await exchanges(stack, folder)
        program = ["-m", "market_data"]
        times: dict[str, list[tuple[float, float, str]]] = {"bare": [], "simu": [], "deployed": []}
        for _ in range(ROUNDS):
            times["bare"].append(await started(layout, ["-c", _BARE]))
            times["simu"].append(await started(layout, program, PROVIDERS="simu"))
            times["deployed"].append(await started(layout, program, **as_deployed))
        memory = {
            "simu": await used(layout, PROVIDERS="simu"),
            "deployed": await used(layout, **as_deployed),
        }
    print(f"Python {sys.version.split()[0]}, {SHARE} of a core by {times['simu'][0][2]}")
    for name, rounds in times.items():
        seconds, cpu, _ = zip(*rounds, strict=True)
        print(f"{name:<10} ready after {median(seconds):5.2f} s, {median(cpu):5.2f} s of CPU")
    for name, (before, after) in memory.items():
        print(
            f"{name:<10} {before:5.1f} MB when ready, {after:5.1f} MB after {REQUESTS} requests "
            f"(goal {GOALS_MB[name]:.0f} MB)"
        )
    soon = median(seconds for seconds, _, _ in times["simu"])
    ratio = soon / median(seconds for seconds, _, _ in times["bare"])
    heavy = any(after > GOALS_MB[name] for name, (_, after) in memory.items())
    print(
        f"P11: ready after {soon:.2f} s (goal {GOAL_SECONDS} s), {ratio:.2f} x Starlette and "
        f"uvicorn alone (or {GOAL_RATIO} x)"
    )
    return int((soon > GOAL_SECONDS and ratio > GOAL_RATIO) or heavy)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
