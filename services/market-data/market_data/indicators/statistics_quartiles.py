"""Minimum, quartiles and maximum.

A quartile that falls between two values is interpolated in a straight line: type 7 of Hyndman and
Fan, the default of NumPy, R and spreadsheets.
"""

from collections.abc import Sequence
from decimal import Decimal

from market_data.indicators.steps import EXACT


def five_numbers(values: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
    """Return minimum, lower quartile, median, upper quartile and maximum, exactly.

    Args:
        values: One or more, in any order.
    """
    ordered = sorted(values)
    lowest, lower, middle, upper, highest = (_quartile(ordered, number) for number in range(5))
    return lowest, lower, middle, upper, highest


def _quartile(ordered: Sequence[Decimal], number: int) -> Decimal:
    """The value `number` quarters of the way through."""
    index, quarters = divmod((len(ordered) - 1) * number, 4)
    below = ordered[index]
    if not quarters:
        return below
    further = EXACT.multiply(EXACT.subtract(ordered[index + 1], below), Decimal(quarters))
    return EXACT.add(below, EXACT.divide(further, Decimal(4)))
