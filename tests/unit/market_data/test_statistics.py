"""Statistics beside NumPy and SciPy, and at the edges where those give up."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle, Timeframe
from market_data.indicators.statistics import of_prices, of_returns
from market_data.indicators.statistics_days import best_and_worst
from market_data.indicators.statistics_drawdown import max_drawdown
from market_data.indicators.statistics_moments import moments
from market_data.indicators.statistics_quartiles import five_numbers
from market_data.indicators.statistics_returns import change_pct, close_at, log_returns
from market_data.indicators.statistics_year import (
    candles_per_year,
    days_per_year,
    sharpe,
    volatility,
)
from tests.support.candles import START, candle, candle_lists, flat, series
from tests.support.walks import KINDS, PRICES, closes_of, in_ticks, walk

CASES = [(kind, price) for kind in KINDS for price in PRICES]
LENGTHS = (3, 20, 365, 1_000)
D1 = Timeframe.D1


def near(ours: Decimal | float | None, theirs: float, digits: int = 10) -> bool:
    assert ours is not None
    return float(ours) == pytest.approx(theirs, rel=10.0**-digits, abs=10.0**-digits)


def days(*closes: str | int) -> list[Candle]:
    return series([(close, close, close) for close in closes], D1)


# Distributions


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("kind", "price"), CASES)
def test_a_distribution_of_prices_equals_numpy_and_scipy(
    kind: str, price: str, length: int
) -> None:
    closes = closes_of(walk(kind, length, price=price))
    ticks = np.array(in_ticks(closes, price))

    found = of_prices(closes)

    unit = Decimal(1).scaleb(-PRICES[price][1])
    assert near(found.mean / unit, ticks.mean())
    assert near(found.sd / unit, ticks.std(ddof=1))
    assert near(found.skewness, scipy.stats.skew(ticks))
    assert near(found.kurtosis, scipy.stats.kurtosis(ticks))
    ours = (
        found.minimum,
        found.lower_quartile,
        found.median,
        found.upper_quartile,
        found.maximum,
    )
    theirs = np.percentile(ticks, [0, 25, 50, 75, 100])
    assert [float(one / unit) for one in ours] == list(theirs)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("kind", "price"), CASES)
def test_a_distribution_of_returns_equals_numpy_and_scipy(
    kind: str, price: str, length: int
) -> None:
    closes = closes_of(walk(kind, length, price=price))
    theirs = 100 * np.diff(np.log(in_ticks(closes, price)))

    found = of_returns(log_returns(closes))

    assert near(found.mean, theirs.mean())
    assert near(found.sd, theirs.std(ddof=1))
    assert near(found.skewness, scipy.stats.skew(theirs))
    assert near(found.kurtosis, scipy.stats.kurtosis(theirs))
    assert near(found.minimum, theirs.min())
    assert near(found.lower_quartile, np.percentile(theirs, 25))
    assert near(found.median, np.median(theirs))
    assert near(found.upper_quartile, np.percentile(theirs, 75))
    assert near(found.maximum, theirs.max())


def test_prices_that_differ_in_the_last_digit_alone_keep_their_spread() -> None:
    closes = [Decimal("10000000.01"), Decimal("10000000.02"), Decimal("10000000.04")]

    found = of_prices(closes)

    assert found.sd == Decimal("0.0152752523165")
    assert found.mean == Decimal("10000000.0233")  # 12 significant digits
    assert found.median == Decimal("10000000.02")


def test_a_market_that_stands_still_has_no_spread_and_no_shape() -> None:
    found = of_prices([Decimal("0.0000000001")] * 5)

    assert found.mean == Decimal("1E-10") and found.sd == 0
    assert found.minimum == found.median == found.maximum == Decimal("1E-10")
    assert found.skewness is None and found.kurtosis is None


def test_growth_by_the_same_share_every_day_has_no_spread_although_floats_round() -> None:
    closes = [Decimal("1.01") ** power for power in range(1, 200)]

    found = of_returns(log_returns(closes))

    assert found.sd == 0 and found.skewness is None
    assert near(found.mean, 100 * float(np.log(1.01)))


def test_one_number_has_no_standard_deviation() -> None:
    with pytest.raises(ValueError, match="2 numbers, not 1"):
        moments([1.0])


@given(st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=30))
def test_moments_equal_exact_fractions(numbers: list[int]) -> None:
    count = len(numbers)
    mean = Fraction(sum(numbers), count)
    second, third, fourth = (
        sum((number - mean) ** power for number in numbers) / count for power in (2, 3, 4)
    )

    found = moments([float(number) for number in numbers])

    assert near(found.mean, float(mean), 12)
    assert near(found.sd**2, float(second * count / (count - 1)), 12)
    if second == 0:
        assert found.sd == 0 and found.skewness is None and found.kurtosis is None
    else:
        assert near(found.skewness, float(third) / float(second) ** 1.5)
        assert near(found.kurtosis, float(fourth / second**2) - 3)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_quartiles_equal_numpy(ticks: list[int]) -> None:
    ours = five_numbers([Decimal(one).scaleb(-2) for one in ticks])

    assert [float(one * 100) for one in ours] == pytest.approx(
        list(np.percentile(ticks, [0, 25, 50, 75, 100])), rel=1e-12
    )


def test_quartiles_of_prices_are_exact() -> None:
    numbers = [Decimal("0.3"), Decimal("0.1"), Decimal("0.4"), Decimal("0.2")]

    assert five_numbers(numbers) == tuple(map(Decimal, ("0.1", "0.175", "0.25", "0.325", "0.4")))


# Returns


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("100", "110", "0.0953101798043248600439521"),
        ("100", "100", "0"),
        ("10000000", "10000000.00000001", "9.999999999999995E-16"),
        ("1000000", "0.0000000001", "-36.84136148790473"),
        ("0.0000000001", "1000000", "36.84136148790473"),
        ("100", "50", "-0.6931471805599453094172321"),
    ],
)
def test_log_returns_keep_their_digits(before: str, after: str, expected: str) -> None:
    (found,) = log_returns([Decimal(before), Decimal(after)])

    assert found == pytest.approx(float(expected), rel=1e-15)


def test_log_returns_add_up_to_that_of_the_whole() -> None:
    closes = closes_of(walk("gaps", 500))

    (whole,) = log_returns([closes[0], closes[-1]])
    assert sum(log_returns(closes)) == pytest.approx(whole, rel=1e-12)


def test_a_change_is_signed_with_six_decimals() -> None:
    assert change_pct(Decimal(3), Decimal(4)) == Decimal("33.333333")
    assert change_pct(Decimal(4), Decimal(3)) == -25


def test_the_close_at_an_instant_is_of_the_last_candle_that_had_closed() -> None:
    candles = days(10, 11, 12)

    def at(**since: float) -> Decimal | None:
        return close_at(candles, D1, START + timedelta(**since))

    assert at(hours=23) is None
    assert at(days=1) == at(days=1.5) == 10
    assert at(days=2) == 11 and at(days=40) == 12


# Drawdown


@given(candle_lists(max_size=25))
def test_the_drawdown_is_the_deepest_of_all_pairs(candles: list[Candle]) -> None:
    falls = [
        1 - Fraction(later.close) / Fraction(earlier.close)
        for index, earlier in enumerate(candles)
        for later in candles[index:]
    ]

    found = max_drawdown(candles)

    assert float(found.depth_pct) == pytest.approx(float(100 * max(falls)), rel=1e-10)
    assert found.peak_at <= found.trough_at
    by_opening = {one.opened_at: one.close for one in candles}
    assert (by_opening[found.peak_at], by_opening[found.trough_at]) == (found.peak, found.trough)


@pytest.mark.parametrize(("kind", "price"), CASES)
def test_the_drawdown_equals_numpy(kind: str, price: str) -> None:
    candles = walk(kind, 700, price=price)
    ticks = np.array(in_ticks(closes_of(candles), price))

    theirs = 100 * (1 - ticks / np.maximum.accumulate(ticks)).max()
    assert near(max_drawdown(candles).depth_pct, theirs)


def test_the_drawdown_names_its_peak_its_trough_and_its_recovery() -> None:
    found = max_drawdown(days(90, 100, 95, 100, 60, 80, 100, 120, 110))

    assert found.depth_pct == 40 and found.peak == 100 and found.trough == 60
    assert found.peak_at == START + D1.length  # the first of equal highs
    assert found.trough_at == START + 4 * D1.length
    assert found.recovered_at == START + 6 * D1.length


def test_a_fall_that_lasts_has_not_recovered() -> None:
    found = max_drawdown(days(100, 60, 99))

    assert found.depth_pct == 40 and found.recovered_at is None


def test_a_smaller_fall_from_a_lower_peak_may_be_the_deeper_one() -> None:
    assert max_drawdown(days(10, 5, 1000, 600)).depth_pct == 50


def test_a_market_that_never_fell_has_a_depth_of_zero() -> None:
    found = max_drawdown(days(10, 11, 11, 12))

    assert found.depth_pct == 0 and found.peak == found.trough == 10
    assert found.peak_at == found.trough_at == START


# Figures per year


def test_a_year_has_365_days_or_252_sessions() -> None:
    assert (days_per_year(False), days_per_year(True)) == (365, 252)


@pytest.mark.parametrize(
    ("timeframe", "expected"), [("1m", 525_600), ("4h", 2_190), ("1d", 365), ("1w", 365 / 7)]
)
def test_a_market_round_the_clock_fills_the_year_with_candles(
    timeframe: str, expected: float
) -> None:
    length = Timeframe.parse(timeframe)

    assert candles_per_year(flat(1, 3, length), length, sessions=False) == pytest.approx(expected)


def test_sessions_count_the_candles_that_a_day_had() -> None:
    session = [START + timedelta(days=day, hours=hour) for day in range(5) for hour in range(7)]
    hours = [candle(1, 1, 1, at=at) for at in session]

    assert candles_per_year(hours, Timeframe.H1, sessions=True) == 7 * 252
    assert candles_per_year(flat(1, 9, D1), D1, sessions=True) == 252
    assert candles_per_year(flat(1, 9, Timeframe.W1), Timeframe.W1, sessions=True) == 52


@pytest.mark.parametrize("per_year", [365, 252])
@pytest.mark.parametrize(("kind", "price"), CASES)
def test_volatility_and_sharpe_equal_numpy(kind: str, price: str, per_year: int) -> None:
    closes = closes_of(walk(kind, 365, price=price))
    theirs = np.diff(np.log(in_ticks(closes, price)))

    returns = log_returns(closes)

    assert near(volatility(returns, per_year), theirs.std(ddof=1) * np.sqrt(per_year))
    assert near(sharpe(returns, per_year), theirs.mean() / theirs.std(ddof=1) * np.sqrt(per_year))


@pytest.mark.parametrize(
    "closes",
    [
        ["5"] * 10,  # flat
        ["1", "2", "4", "8"],  # the same return every day
        [str(Decimal("1.01") ** power) for power in range(100)],  # the same but for rounding
        ["5", "6"],  # one day
        ["5"],
        [],
    ],
)
def test_without_a_spread_there_is_no_sharpe_ratio(closes: list[str]) -> None:
    assert sharpe(log_returns([Decimal(close) for close in closes]), 365) is None


# Days


def test_the_best_and_the_worst_day_are_told_with_their_change() -> None:
    found = best_and_worst(days(100, 110, 99, "108.9", "98.01"))

    assert found is not None
    best, worst = found
    assert best.opened_at == START + D1.length and best.change_pct == 10
    assert worst.opened_at == START + 2 * D1.length and worst.change_pct == -10


def test_one_day_alone_has_no_change() -> None:
    assert best_and_worst(days(100)) is None and best_and_worst([]) is None


@pytest.mark.parametrize("kind", KINDS)
def test_best_and_worst_equal_numpy(kind: str) -> None:
    candles = walk(kind, 400)
    closes = np.array([float(close) for close in closes_of(candles)])
    theirs = 100 * (closes[1:] / closes[:-1] - 1)

    found = best_and_worst(candles)

    assert found is not None
    best, worst = found
    assert float(best.change_pct) == pytest.approx(theirs.max(), abs=1e-6)
    assert float(worst.change_pct) == pytest.approx(theirs.min(), abs=1e-6)
    days_of = {after.opened_at: (before, after) for before, after in pairwise(candles)}
    before, after = days_of[best.opened_at]
    assert change_pct(before.close, after.close) == best.change_pct
