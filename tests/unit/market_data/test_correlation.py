"""Correlation beside NumPy and SciPy, on candles that markets have in common."""

from decimal import Decimal

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle, Timeframe
from market_data.indicators.correlation import closes_at, common_openings, correlations
from tests.support.candles import START, candle_lists, flat, series, without
from tests.support.walks import KINDS, PRICES, closes_of, in_ticks, walk

D1 = Timeframe.D1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [4, 90, 1_000])
def test_the_matrix_equals_numpy(kind: str, length: int) -> None:
    columns = [
        closes_of(walk(kind, length, price=price, seed=seed)) for seed in (1, 2) for price in PRICES
    ]
    ticks = [in_ticks(column, price) for column, price in zip(columns, [*PRICES] * 2, strict=True)]

    theirs = np.corrcoef(np.diff(np.log(np.array(ticks)), axis=1))

    found = correlations(columns)
    for row, others in zip(found, theirs, strict=True):
        assert [float(one or 0) for one in row] == pytest.approx(list(others), abs=1e-9)


def test_two_markets_equal_scipy() -> None:
    one, other = (closes_of(walk("gaps", 90, seed=seed)) for seed in (3, 4))
    returns = [np.diff(np.log([float(close) for close in closes])) for closes in (one, other)]

    matrix = correlations([one, other])

    theirs = scipy.stats.pearsonr(*returns).statistic
    assert float(matrix[0][1] or 0) == pytest.approx(theirs, abs=1e-11)


@given(st.lists(candle_lists(min_size=12, max_size=12), min_size=2, max_size=5))
def test_the_matrix_is_symmetric_with_ones_on_its_diagonal(many: list[list[Candle]]) -> None:
    found = correlations([closes_of(candles) for candles in many])

    for i, row in enumerate(found):
        for j, value in enumerate(row):
            assert value == found[j][i]
            assert value is None or -1 <= value <= 1
        assert row[i] in (1, None)


def test_a_market_that_stands_still_varies_with_nothing() -> None:
    moving = closes_of(walk("walk", 10))

    assert correlations([moving, closes_of(flat(7, 10))]) == [[1, None], [None, None]]


def test_a_market_and_its_mirror_move_against_each_other() -> None:
    up = [Decimal(2) ** power for power in (0, 1, 3, 2, 5)]
    down = [1 / one for one in up]

    assert correlations([up, down]) == [[1, -1], [-1, 1]]


def test_only_candles_that_every_market_has_are_common() -> None:
    daily = series([(1, 1, 1)] * 14, D1)  # from a Monday
    weekdays = without(daily, 5, 6, 12, 13)
    holiday = without(weekdays, 3)

    openings = common_openings([daily, weekdays, holiday])

    assert openings == [one.opened_at for one in holiday]
    assert common_openings([daily[:5], daily[5:]]) == []


def test_closes_are_read_at_common_times() -> None:
    candles = series([(close, close, close) for close in (10, 20, 30)], D1)

    assert closes_at(candles, [START, START + 2 * D1.length]) == [10, 30]
