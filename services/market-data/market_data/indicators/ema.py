"""Exponential moving average, seeded as TA-Lib and StockCharts do.

The first value stands at index n - 1 and is the mean of the first n numbers; then
EMA = EMA before + 2 / (n + 1) * (number - EMA before).
"""

from collections.abc import Sequence
from decimal import Decimal
from math import fsum

from market_data.indicators.digits import written_from
from market_data.indicators.offsets import offsets


def exponential_means(closes: Sequence[Decimal], period: int) -> list[Decimal]:
    """Return the EMA at index `period - 1` and at each one after it.

    Returns:
        `len(closes) - period + 1` values, within 1e-12, written with 12 significant digits; none
        where there are fewer closes.

    Raises:
        ValueError: If the period is below 1.
    """
    origin = closes[0] if closes else Decimal(0)
    means = smoothed_exponentially(offsets(closes, origin), period)
    return [written_from(origin, mean) for mean in means]


def smoothed_exponentially(numbers: Sequence[float], period: int) -> list[float]:
    """Do the arithmetic on floats; conditions and length as above."""
    if period < 1:
        raise ValueError(f"an average is over 1 number or more, not {period}")
    if len(numbers) < period:
        return []
    weight = 2.0 / (period + 1)
    mean = fsum(numbers[:period]) / period
    return [mean, *[mean := mean + weight * (one - mean) for one in numbers[period:]]]
