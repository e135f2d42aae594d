"""Counts of values by size."""

from bisect import bisect_left
from collections.abc import Sequence


class Histogram:
    """How many values fell into each bucket.

    Attributes:
        bounds: Upper bounds of the buckets, rising; a value on a bound belongs below it.
        counts: By bucket; the last one holds what is above all bounds.
        total: The sum of all values.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value
