"""Prices as floats that keep their digits: the distance of each one from an origin.

10,000,000.01 and 10,000,000.02 differ in the last digits that a float has; their distances from the
first price do not. A market that stands still has distances of exactly 0.
"""

from collections.abc import Sequence
from decimal import Decimal

from market_data.indicators.steps import EXACT


def offsets(prices: Sequence[Decimal], origin: Decimal) -> list[float]:
    """Return each price less `origin`, subtracted exactly, then rounded to a float."""
    return [float(EXACT.subtract(price, origin)) for price in prices]
