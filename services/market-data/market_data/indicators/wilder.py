"""Wilder's running mean, the float core of ATR.

The first value is the plain mean of the first n numbers; then
((n - 1) * value before + number) / n. The result is within 1e-12 of the exact one.
"""

from collections.abc import Sequence
from itertools import islice

from market_data.indicators.true_range import true_ranges_of_columns


def wilder(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], period: int
) -> list[float]:
    """Return the ATR of columns of equal length, in their unit: give integer ticks.

    Returns:
        Values at index `period - 1` and on; none where there are fewer than `period` rows.

    Raises:
        ValueError: If the period is below 1.
    """
    return smoothed(true_ranges_of_columns(high, low, close), period)


def smoothed(ranges: Sequence[float], period: int) -> list[float]:
    """Return Wilder's running mean of `ranges`, seeded by the plain mean of the first `period`.

    Returns:
        `len(ranges) - period + 1` values; none where there are fewer than `period` ranges.

    Raises:
        ValueError: If the period is below 1.
    """
    if period < 1:
        raise ValueError(f"an ATR period is 1 or more, not {period}")
    if len(ranges) < period:
        return []
    total = 0.0
    for one in islice(ranges, period):
        total += one  # sum() adds floats differently from Python 3.12 on
    value, weight, bars = total / period, period - 1.0, float(period)
    rest = islice(ranges, period, None)
    return [value, *[value := (weight * value + one) / bars for one in rest]]


class Smoothing:
    """The running mean after its start, one number at a time.

    It does the arithmetic of `smoothed` in the same order, so both give the same bits.

    Attributes:
        value: The mean so far.
    """

    __slots__ = ("value", "_weight", "_bars")

    def __init__(self, value: float, period: int) -> None:
        self.value = value
        self._weight, self._bars = period - 1.0, float(period)

    def add(self, one: float) -> float:
        """Take in one number and return the new mean."""
        value = self.value = (self._weight * self.value + one) / self._bars
        return value
