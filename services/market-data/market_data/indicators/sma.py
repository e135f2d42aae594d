"""Simple moving average: the plain mean of the last n closes."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain, repeat

from market_data.indicators.steps import EXACT, SHORT


def simple_means(closes: Sequence[Decimal], period: int) -> list[Decimal]:
    """Return the mean of the `period` closes that end at index `period - 1` and at each one after.

    Returns:
        `len(closes) - period + 1` values, summed exactly, written with 12 significant digits; none
        where there are fewer closes.
    """
    return [SHORT.divide(total, Decimal(period)) for total in running_sums(closes, period)]


def running_sums(numbers: Sequence[Decimal], period: int) -> Iterator[Decimal]:
    """Yield the exact sum of each `period` neighbours, oldest first.

    Raises:
        ValueError: If the period is below 1.
    """
    if period < 1:
        raise ValueError(f"an average is over 1 close or more, not {period}")
    total = Decimal(0)
    for index, (entering, leaving) in enumerate(
        zip(numbers, chain(repeat(Decimal(0), period), numbers), strict=False)
    ):
        total = EXACT.add(total, EXACT.subtract(entering, leaving))
        if index >= period - 1:
            yield total
