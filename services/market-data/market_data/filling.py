"""What is done about candles that are missing.

One or two in a row are taken for a time without trades and filled flat at the close before them, as
Kraken and Binance themselves write it. Three or more in a row are an outage and never filled: flat
candles there would say that nothing moved, and lower every average of ranges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from common.market import Candle, Timeframe
from common.wire import Gap

MOST_FILLED = 2  # in a row
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Mended:
    """A series in which short holes are filled.

    Attributes:
        candles: Oldest first.
        filled: When the candles that were made up opened, oldest first.
        gaps: What is still missing between the first and the last candle, oldest first.
    """

    candles: Sequence[Candle]
    filled: Sequence[datetime]
    gaps: Sequence[Gap]


def mend(candles: Sequence[Candle], timeframe: Timeframe, *, fill: bool = True) -> Mended:
    """Fill what may be filled, and tell the rest.

    Args:
        candles: Of `timeframe`, on its grid, oldest first, each once.
        fill: False to leave everything as the exchange published it.
    """
    length = timeframe.length
    if not candles or candles[-1].opened_at - candles[0].opened_at == length * (len(candles) - 1):
        return Mended(candles, [], [])  # nothing is missing
    mended: list[Candle] = list(candles[:1])
    filled: list[datetime] = []
    gaps: list[Gap] = []
    for before, after in pairwise(candles):
        step = after.opened_at - before.opened_at
        if step != length:
            missing = step // length - 1
            if fill and missing <= MOST_FILLED:
                flat = _flat(before, missing, length)
                mended += flat
                filled += [candle.opened_at for candle in flat]
            else:
                gap = Gap(
                    first=before.opened_at + length,
                    last=after.opened_at - length,
                    missing=missing,
                )
                gaps.append(gap)
        mended.append(after)
    return Mended(mended if filled else candles, filled, gaps)


def _flat(before: Candle, count: int, length: timedelta) -> list[Candle]:
    price = before.close
    return [
        Candle(before.opened_at + number * length, price, price, price, price, _NOTHING)
        for number in range(1, count + 1)
    ]
