"""ATR beside TA-Lib, an implementation that others wrote and many use.

TA-Lib leaves the first bar's range out, so that its first value is the mean of ranges 1 to n, one
bar later than ours. Two honest ways around that: let TA-Lib see a bar before ours whose range says
nothing (it is left out) and whose close lies inside our first bar, or go on from TA-Lib's value.
"""

from itertools import islice
from random import Random

import numpy as np
import pytest
import talib

from market_data.indicators.true_range import true_ranges_of_columns
from market_data.indicators.wilder import Smoothing, wilder

TOLERANCE = 1e-12
Columns = tuple[list[float], list[float], list[float]]


def walk(length: int, seed: int, *, price: int = 6_725_010, kind: str = "walk") -> Columns:
    """Draw integer ticks: a random walk, with jumps between bars, or with flat stretches."""
    random = Random(seed)
    high, low, close = [], [], []
    spread = max(1, price // 2_000)
    last = price
    for bar in range(length):
        opened, reach = last, spread
        if kind == "gaps" and random.random() < 0.05:
            opened = max(100, last + random.randint(-40 * spread, 40 * spread))
        if kind == "flats" and bar // 50 % 2:
            reach = 0
        last = max(100, opened + random.randint(-reach, reach))
        high.append(float(max(opened, last) + random.randint(0, reach)))
        low.append(float(max(1, min(opened, last) - random.randint(0, reach))))
        close.append(float(last))
    return high, low, close


def by_talib(columns: Columns, period: int) -> list[float]:
    high, low, close = (np.array(column) for column in columns)
    return [float(one) for one in talib.ATR(high, low, close, timeperiod=period)]


def assert_close(ours: list[float], theirs: list[float]) -> None:
    assert len(ours) == len(theirs) > 0
    for one, other in zip(ours, theirs, strict=True):
        assert abs(one - other) <= TOLERANCE * other


CASES = [
    ("walk", 15, 14),
    ("walk", 250, 14),
    ("gaps", 1_000, 7),
    ("flats", 1_000, 14),
    ("gaps", 20_000, 50),
    ("flats", 20_000, 2),
    ("walk", 100_000, 14),
    ("gaps", 3_000, 90),
]


@pytest.mark.parametrize(("kind", "length", "period"), CASES)
def test_it_equals_talib_that_sees_a_bar_before_the_first(
    kind: str, length: int, period: int
) -> None:
    columns = walk(length, seed=length + period, kind=kind)
    before = columns[2][0]  # this close lies inside the first bar, whose range is then high - low
    longer = tuple([before, *column] for column in columns)

    theirs = by_talib((longer[0], longer[1], longer[2]), period)[period:]

    assert_close(wilder(*columns, period), theirs)


@pytest.mark.parametrize(("kind", "length", "period"), CASES)
def test_going_on_from_the_first_value_of_talib_equals_talib(
    kind: str, length: int, period: int
) -> None:
    columns = walk(length, seed=length - period, kind=kind)
    theirs = by_talib(columns, period)[period:]

    smoothing = Smoothing(theirs[0], period)
    ours = [
        smoothing.add(one) for one in islice(true_ranges_of_columns(*columns), period + 1, None)
    ]

    assert_close([theirs[0], *ours], theirs)


@pytest.mark.parametrize("price", [1_000, 10**12])
def test_it_equals_talib_at_small_and_large_numbers_of_ticks(price: int) -> None:
    columns = walk(2_000, seed=7, price=price)
    before = columns[2][0]

    theirs = by_talib(([before, *columns[0]], [before, *columns[1]], [before, *columns[2]]), 14)[
        14:
    ]

    assert_close(wilder(*columns, 14), theirs)
