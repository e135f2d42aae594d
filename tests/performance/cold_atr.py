"""How long `/atr BTC` takes on a market that nobody has asked about: four timeframes, cold.

make prove PROOFS=cold_atr

Starts market-data on one emulated exchange after the other, each 100 ms away, with the limits that
hold for the real one, and asks for the four timeframes at once as the bot does. Every run starts a
new service. The goals: p95 within 2 s, and on Kraken, which allows a call a second, within 5 s.
"""

import asyncio
import logging
import sys
from collections.abc import Sequence
from time import perf_counter

import httpx
import structlog

from common.clock import SystemClock
from market_data.app import create_app
from market_data.settings import Settings
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.exchange_faults import hang
from tests.support.exchanges import EXCHANGES
from tests.support.serving import serve

TIMEFRAMES = ("15m", "1h", "4h", "1d")
AWAY_SECONDS = 0.1
RUNS = {"kraken": 4}
USUAL_RUNS = 8
GOALS = {"kraken": 5.0}
USUAL_GOAL = 2.0


async def ask(client: httpx.AsyncClient, timeframe: str) -> int:
    """Return the bars behind one answer."""
    reply = await client.get("/v1/indicators/BTC/atr", params={"tf": timeframe})
    reply.raise_for_status()
    return int(reply.json()["bars"])


async def once(name: str) -> tuple[float, int]:
    """Return the seconds until all four answers were there, and the calls that they took."""
    exchange = ExchangeEmulator(SystemClock(), dialect=EXCHANGES[name].dialect)
    exchange.trouble = hang(AWAY_SECONDS)
    async with serve(exchange.app) as upstream:
        settings = Settings.model_validate({"providers": name, f"{name}_url": upstream})
        async with serve(create_app(settings)) as address:
            async with httpx.AsyncClient(base_url=address, timeout=30.0) as client:
                began = perf_counter()
                bars = await asyncio.gather(*(ask(client, text) for text in TIMEFRAMES))
                taken = perf_counter() - began
    if min(bars) < 250:
        raise SystemExit(f"{name}: {bars} bars are too few for a settled ATR.")
    return taken, len(exchange.requests)


def at_share(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so many of them do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(f"/atr BTC over {' '.join(TIMEFRAMES)}, cold, {AWAY_SECONDS * 1_000:.0f} ms away")
    missed = []
    for name in EXCHANGES:
        runs = [await once(name) for _ in range(RUNS.get(name, USUAL_RUNS))]
        seconds, calls = [taken for taken, _ in runs], [sent for _, sent in runs]
        goal = GOALS.get(name, USUAL_GOAL)
        p50, p95 = at_share(seconds, 0.5), at_share(seconds, 0.95)
        print(
            f"{name:<10} {len(runs)} runs   p50 {p50:5.2f} s   p95 {p95:5.2f} s   "
            f"goal {goal:.0f} s   {min(calls)} to {max(calls)} calls"
        )
        missed += [name] if p95 > goal else []
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    asyncio.run(main())
