"""Chandelier exit (Charles LeBeau): a trailing stop that hangs from the highest high."""

from collections.abc import Sequence
from decimal import Decimal

from common.market import Candle
from common.wire import Chandelier
from market_data.indicators.atr import average_true_ranges
from market_data.indicators.steps import EXACT, on_tick
from market_data.indicators.stops import long_stop


def chandelier(
    candles: Sequence[Candle], step: Decimal, period: int = 22, multiple: Decimal = Decimal(3)
) -> Chandelier | None:
    """Return the exits at the last candle.

    Long: the highest high of the last `period` candles less `multiple` times ATR(`period`).
    Short: their lowest low plus the same. `period` is the ATR's too: 22, not 14.

    Args:
        candles: Closed candles, oldest first.
        step: The tick size; exits are rounded to it, half up.

    Returns:
        None where there are fewer than `period + 1` candles, or where the long exit would not be a
        price above 0.

    Raises:
        ValueError: If a candle is out of order, or the period is below 1.
    """
    return chandeliers(candles, step, period, multiple)[-1] if len(candles) > period else None


def chandeliers(
    candles: Sequence[Candle],
    step: Decimal,
    period: int = 22,
    multiple: Decimal = Decimal(3),
    last: int = 1,
) -> list[Chandelier | None]:
    """Return the same at each of the `last` candles, or at as many as have an ATR.

    Raises:
        ValueError: As `chandelier` does, and if there are fewer than `period + 1` candles.
    """
    atrs = average_true_ranges(candles, period)[-last:]
    ends = range(len(candles) - len(atrs) + 1, len(candles) + 1)
    return [
        _exits(candles[end - period : end], EXACT.multiply(multiple, atr), step, multiple)
        for end, atr in zip(ends, atrs, strict=True)
    ]


def _exits(
    bars: Sequence[Candle], distance: Decimal, step: Decimal, multiple: Decimal
) -> Chandelier | None:
    long = long_stop(max(bar.high for bar in bars), distance, step)
    if long is None:
        return None
    short = on_tick(EXACT.add(min(bar.low for bar in bars), distance), step)
    return Chandelier(period=len(bars), multiple=multiple, long=long, short=short)
