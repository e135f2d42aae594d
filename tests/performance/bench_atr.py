"""How long ATR takes: `make prove PROOFS=bench_atr`.

Times are CPU time, the best of some rounds, in nanoseconds a bar; on a busy machine only their
ratios in one run say something. Goals: the float core takes at most 150 ns a bar on an idle core,
and one more bar at most twice what a bar of the core takes.
"""

import sys
from collections.abc import Callable
from decimal import Decimal
from random import Random
from time import process_time

import numpy as np
import talib

from common.market import EPOCH, Candle, Timeframe
from market_data.indicators.atr import KeptAtr, average_true_ranges
from market_data.indicators.wilder import Smoothing, wilder

BARS = 100_000
CANDLES = 5_000
PERIOD = 14
ROUNDS = 9
MOST_NS, MOST_TIMES = 150.0, 2.0


def walk(bars: int) -> tuple[list[int], list[int], list[int]]:
    """Draw highs, lows and closes of a random walk in integer ticks."""
    random = Random(1)
    high, low, close = [], [], []
    last = 6_725_010
    for _ in range(bars):
        opened, last = last, last + random.randint(-3_000, 3_000)
        high.append(max(opened, last) + random.randint(0, 500))
        low.append(min(opened, last) - random.randint(0, 500))
        close.append(last)
    return high, low, close


def priced(high: list[Decimal], low: list[Decimal], close: list[Decimal]) -> list[Candle]:
    """Make hourly candles of the first rows."""
    return [
        Candle(EPOCH + hour * Timeframe.H1.length, last, top, bottom, last, Decimal(1))
        for hour, (top, bottom, last) in enumerate(zip(high[:CANDLES], low, close, strict=False))
    ]


def best(work: Callable[[], object], bars: int) -> float:
    """Return the CPU time of the fastest round, in nanoseconds a bar."""
    times = []
    for _ in range(ROUNDS):
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return min(times) / bars * 1e9


def bar_by_bar(high: list[float], low: list[float], close: list[float]) -> float:
    """Advance the float core one bar at a time, as bars come in; return the last value."""
    smoothing, before = Smoothing(high[0] - low[0], PERIOD), close[0]
    for top, bottom, last in zip(high, low, close, strict=True):
        smoothing.add((top if top > before else before) - (bottom if bottom < before else before))
        before = last
    return smoothing.value


def close_by_close(candles: list[Candle]) -> None:
    """Advance a kept ATR one candle at a time, with its checks and its exact ranges."""
    kept = KeptAtr.start(candles[: PERIOD + 1], PERIOD)
    for candle in candles[PERIOD + 1 :]:
        kept.advance((candle,))


def main() -> int:
    ticks = walk(BARS)
    high, low, close = ([float(tick) for tick in column] for column in ticks)
    arrays = np.array(high), np.array(low), np.array(close)
    candles = priced(*([Decimal(tick).scaleb(-2) for tick in column] for column in ticks))

    core = best(lambda: wilder(high, low, close, PERIOD), BARS)
    one_more = best(lambda: bar_by_bar(high, low, close), BARS)
    rows = [
        ("float core, whole series", core),
        ("float core, one more bar", one_more),
        ("TA-Lib, whole series", best(lambda: talib.ATR(*arrays, PERIOD), BARS)),
        ("candles, whole series", best(lambda: average_true_ranges(candles, PERIOD), CANDLES)),
        ("candles, one more close", best(lambda: close_by_close(candles), CANDLES)),
    ]
    print(f"ATR({PERIOD}), best of {ROUNDS} rounds")
    for name, taken in rows:
        print(f"{name:<26}{taken:>9.1f} ns/bar{taken / core:>9.2f}x the core")
    print(f"goals: the core {MOST_NS:.0f} ns/bar, one more bar {MOST_TIMES:.0f}x the core")
    return 0 if core <= MOST_NS and one_more <= MOST_TIMES * core else 1


if __name__ == "__main__":
    sys.exit(main())
