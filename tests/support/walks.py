"""Random walks of candles on a tick, the same at every run: oracles are asked about them.

`KINDS`: calm bars, jumps between bars with candles missing, and flat stretches.
`PRICES`: from ten billionths to ten millions, each with a tick that fits.
"""

from decimal import Decimal
from random import Random

from common.market import Candle, Timeframe
from tests.support.candles import START, candle

KINDS = ("walk", "gaps", "flats")
PRICES = {  # first price in ticks, decimals of the tick
    "tiny": (123_456, 15),
    "cents": (6_725_010, 2),
    "huge": (1_000_000_000, 2),
}


def walk(
    kind: str,
    length: int,
    *,
    price: str = "cents",
    seed: int = 1,
    timeframe: Timeframe = Timeframe.D1,
) -> list[Candle]:
    """Draw `length` candles."""
    random = Random(f"{kind} {length} {price} {seed}")
    last, places = PRICES[price]
    spread = max(1, last // 100)
    at, bars = START, []
    for bar in range(length):
        opened, reach = last, spread
        if kind == "gaps" and random.random() < 0.05:
            opened = max(spread, last + random.randint(-9 * spread, 9 * spread))
            at += random.randint(1, 3) * timeframe.length
        if kind == "flats" and bar // 50 % 2:
            reach = 0
        last = max(spread, opened + random.randint(-reach, reach))
        high = max(opened, last) + random.randint(0, reach)
        low = max(1, min(opened, last) - random.randint(0, reach))
        low_, high_, close_, open_ = (
            Decimal(ticks).scaleb(-places) for ticks in (low, high, last, opened)
        )
        bars.append(candle(low_, high_, close_, open=open_, at=at))
        at += timeframe.length
    return bars


def closes_of(candles: list[Candle]) -> list[Decimal]:
    return [one.close for one in candles]


def in_ticks(closes: list[Decimal], price: str) -> list[float]:
    """The same prices as whole numbers of ticks, which floats hold exactly."""
    return [float(close.scaleb(PRICES[price][1])) for close in closes]
