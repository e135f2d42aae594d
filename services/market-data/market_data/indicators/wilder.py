"""Wilder's running mean, the float core of ATR.

The first value is the plain mean of the first n numbers; then
((n - 1) * value before + number) / n. The result is within 1e-12 of the exact one.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from math import fsum  # sum() adds floats differently from Python 3.12 on

from market_data.indicators.true_range import true_ranges_of_columns


def wilder(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], period: int
) -> list[float]:
    """Return the ATR of columns of equal length, in their unit: give integer ticks.

    Returns:
        Values at index `period - 1` and on; none where there are fewer than `period` rows.

    Raises:
        ValueError: If the period is below 1, or the columns differ in length.
    """
    return smoothed(true_ranges_of_columns(high, low, close), period)


def smoothed(ranges: Iterable[float], period: int) -> list[float]:
    """Return Wilder's running mean of `ranges`, seeded by the plain mean of the first `period`.

    Returns:
        The value at index `period - 1` and on; none where there are fewer than `period` ranges.

    Raises:
        ValueError: If the period is below 1.
    """
    if period < 1:
        raise ValueError(f"an ATR period is 1 or more, not {period}")
    rest = iter(ranges)
    first = list(islice(rest, period))
    if len(first) < period:
        return []
    value, weight, bars = fsum(first) / period, period - 1.0, float(period)
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
