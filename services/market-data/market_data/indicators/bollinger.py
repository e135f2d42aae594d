"""Bollinger bands (John Bollinger): the mean of n closes, and k standard deviations around it.

The standard deviation is the population's, over n, as Bollinger, TA-Lib and TradingView have it.
Sums and squares are exact; the only rounding is that of the results.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from market_data.indicators.sma import running_sums
from market_data.indicators.steps import EXACT, SHORT

MULTIPLE = Decimal(2)
_ROOT = Context(prec=30)


@dataclass(frozen=True, slots=True)
class Bands:
    """One candle's bands, in the quote asset. The lower one may be 0 or less."""

    upper: Decimal
    middle: Decimal
    lower: Decimal


def bollinger(closes: Sequence[Decimal], period: int, multiple: Decimal = MULTIPLE) -> list[Bands]:
    """Return the bands at index `period - 1` and at each one after it.

    Returns:
        `len(closes) - period + 1` values with 12 significant digits; none where there are fewer
        closes.

    Raises:
        ValueError: If the period is below 1.
    """
    squares = [EXACT.multiply(close, close) for close in closes]
    sums = zip(running_sums(closes, period), running_sums(squares, period), strict=True)
    return [_bands(total, of_squares, Decimal(period), multiple) for total, of_squares in sums]


def _bands(total: Decimal, of_squares: Decimal, count: Decimal, multiple: Decimal) -> Bands:
    # n * sum of squares - square of the sum is n^2 times the variance, and exact.
    spread = EXACT.subtract(EXACT.multiply(count, of_squares), EXACT.multiply(total, total))
    distance = _ROOT.multiply(multiple, _ROOT.sqrt(spread))
    upper, lower = _ROOT.add(total, distance), _ROOT.subtract(total, distance)
    return Bands(*(SHORT.divide(sum_, count) for sum_ in (upper, total, lower)))
