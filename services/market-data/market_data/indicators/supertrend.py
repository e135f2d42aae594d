"""Supertrend as TradingView draws it: a band on one side of the price that flips when crossed.

Basic bands lie `multiple` ATRs below and above the middle of each bar. The final lower band may
only rise while closes stay on or above it, the upper one only fall while they stay on or below it;
a close beyond its band lets that one start anew. The trend starts down with the first ATR, turns
up at a close above the upper band and down at a close below the lower band.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from common.market import Candle
from common.wire import Direction, Supertrend
from market_data.indicators.atr import average_true_ranges
from market_data.indicators.steps import EXACT, on_tick

_HALF = Decimal("0.5")


def supertrend(
    candles: Sequence[Candle], step: Decimal, period: int = 10, multiple: Decimal = Decimal(3)
) -> Supertrend | None:
    """Return the trend at the last candle and the level at whose close it flips.

    Args:
        candles: Closed candles, oldest first.
        step: The tick size; the level is rounded to it, half up.

    Returns:
        None where there are fewer than `period + 1` candles, or where the level would not be a
        price above 0.

    Raises:
        ValueError: If a candle is out of order, or the period is below 1.
    """
    return supertrends(candles, step, period, multiple)[-1] if len(candles) > period else None


def supertrends(
    candles: Sequence[Candle],
    step: Decimal,
    period: int = 10,
    multiple: Decimal = Decimal(3),
    last: int = 1,
) -> list[Supertrend | None]:
    """Return the same at each of the `last` candles, or at as many as have an ATR.

    Raises:
        ValueError: As `supertrend` does, and if there are fewer than `period + 1` candles.
    """
    walked = list(_walk(candles, average_true_ranges(candles, period), multiple))
    return [
        _written(direction, level, step, period, multiple) for direction, level in walked[-last:]
    ]


def _written(
    direction: Direction, level: Decimal, step: Decimal, period: int, multiple: Decimal
) -> Supertrend | None:
    flips_at = on_tick(max(level, Decimal(0)), step)
    if flips_at == 0:
        return None
    return Supertrend(period=period, multiple=multiple, direction=direction, flips_at=flips_at)


def _walk(
    candles: Sequence[Candle], atrs: Sequence[Decimal], multiple: Decimal
) -> Iterator[tuple[Direction, Decimal]]:
    """Go through the candles that have an ATR, and yield the trend and its band at each."""
    bars = candles[-len(atrs) :]
    direction: Direction = "down"
    lower, upper = _bands(bars[0], atrs[0], multiple)
    close_before = bars[0].close
    yield direction, upper
    for bar, atr in zip(bars[1:], atrs[1:], strict=True):
        below, above = _bands(bar, atr, multiple)
        lower = below if close_before < lower else max(below, lower)
        upper = above if close_before > upper else min(above, upper)
        if direction == "down" and bar.close > upper:
            direction = "up"
        elif direction == "up" and bar.close < lower:
            direction = "down"
        close_before = bar.close
        yield direction, lower if direction == "up" else upper


def _bands(bar: Candle, atr: Decimal, multiple: Decimal) -> tuple[Decimal, Decimal]:
    middle = EXACT.multiply(EXACT.add(bar.high, bar.low), _HALF)
    distance = EXACT.multiply(multiple, atr)
    return EXACT.subtract(middle, distance), EXACT.add(middle, distance)
