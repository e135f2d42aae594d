"""ATR: the published table, the recorded values, and what must hold for every series."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle
from market_data.indicators.atr import PERIODS, average_true_ranges, candles_wanted
from market_data.indicators.true_range import true_ranges, true_ranges_of_columns
from market_data.indicators.wilder import smoothed, wilder
from tests.support.candles import candle_lists, flat, scaled, series, shifted, without
from tests.support.reference import CANDLE_SERIES, reference_candles, reference_values
from tests.support.stockcharts import CLOSES, HIGHS, LOWS, PUBLISHED

periods = st.integers(1, 12)
enough = candle_lists(min_size=13)


def test_it_gives_the_seventeen_values_of_the_published_table() -> None:
    bars = series(zip(LOWS, HIGHS, CLOSES, strict=True))

    values = average_true_ranges(bars, 14)

    assert len(values) == len(PUBLISHED) == 17
    for value, published in zip(values, PUBLISHED, strict=True):
        assert abs(value - Decimal(published)) <= Decimal("1e-9")


@pytest.mark.reference
@pytest.mark.parametrize("name", CANDLE_SERIES)
def test_it_equals_the_recorded_values(name: str) -> None:
    expected = reference_values(name, "atr14_seed_tr0")

    values = average_true_ranges(reference_candles(name), 14)

    assert len(expected) > 1000
    for row, value in expected.items():
        assert abs(values[row - 13] - value) <= value * Decimal("1e-9")


def test_the_first_range_is_high_less_low_and_a_gap_counts_from_the_close_before_it() -> None:
    bars = series([("90", "110", "100"), ("150", "160", "155"), ("80", "90", "85")])

    assert true_ranges(bars) == [20, 60, 75]
    assert true_ranges(bars[1:], close_before=bars[0].close) == [60, 75]


def test_the_first_value_is_the_mean_and_later_ones_weigh_it_n_less_one_times() -> None:
    bars = series([(10, 12, 11), (10, 14, 12), (11, 19, 15), (12, 16, 14)])

    assert average_true_ranges(bars, 3) == [Decimal("4.66666666667"), Decimal("4.44444444444")]


def test_a_period_of_one_is_the_true_range_itself() -> None:
    bars = series([(10, 12, 11), (10, 14, 12), (20, 21, 20)])

    assert average_true_ranges(bars, 1) == [2, 4, 9]


def test_a_true_range_is_exact_where_floats_and_28_digits_are_not() -> None:
    low, high = "10000000.0000000000000000000000000001", "10000000.0000000000000000000000000003"

    assert true_ranges(series([(low, high, high)])) == [Decimal("2e-28")]


@pytest.mark.parametrize("period", [0, -1])
def test_a_period_below_one_is_refused(period: int) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        average_true_ranges(flat(5, 3), period)
    with pytest.raises(ValueError, match="1 or more"):
        wilder([2.0], [1.0], [1.5], period)


def test_as_many_candles_as_the_period_are_too_few() -> None:
    with pytest.raises(ValueError, match=r"ATR\(14\) needs 15 candles, not 14"):
        average_true_ranges(flat(5, 14), 14)
    assert len(average_true_ranges(flat(5, 15), 14)) == 2


def test_candles_out_of_order_or_repeated_are_refused() -> None:
    bars = flat(5, 5)

    for wrong in ([*bars, bars[-1]], bars[::-1], [bars[1], bars[0], *bars[2:]]):
        with pytest.raises(ValueError, match="each once"):
            average_true_ranges(wrong, 2)


def test_a_candle_that_is_missing_changes_nothing_but_the_range_after_it() -> None:
    bars = series([(10, 12, 11), (30, 32, 31), (10, 12, 11), (10, 12, 11)])

    assert average_true_ranges(without(bars, 1), 2) == [2, 2]


def test_candles_wanted_settle_every_period_and_stay_within_a_thousand() -> None:
    assert candles_wanted(14) == 250
    assert candles_wanted(50) == 550
    assert candles_wanted(200) == 1000
    for period in PERIODS:
        weight_of_the_seed = (1 - 1 / period) ** (candles_wanted(period) - period)
        assert weight_of_the_seed < 1e-4
    assert (PERIODS[0], PERIODS[-1]) == (2, 90)


@pytest.mark.parametrize("price", ["0.0000000001", "10000000", "1E+30"])
def test_a_flat_market_has_an_atr_of_zero_at_every_price(price: str) -> None:
    assert set(average_true_ranges(flat(price, 40), 14)) == {Decimal(0)}


def test_tiny_and_huge_prices_keep_their_digits() -> None:
    rows = [(10, 13, 12), (11, 15, 14), (12, 13, 12), (9, 14, 10)]
    plain = average_true_ranges(series(rows), 3)

    for factor in ("1e-10", "1e-8", "1e7"):
        small = average_true_ranges(scaled(series(rows), Decimal(factor)), 3)
        for value, wanted in zip(small, plain, strict=True):
            assert abs(value / Decimal(factor) - wanted) <= Decimal("1e-10")


@given(enough, periods)
def test_it_lies_between_the_smallest_and_the_largest_true_range(
    bars: list[Candle], period: int
) -> None:
    ranges = true_ranges(bars)
    slack = max(ranges) * Decimal("1e-11")

    for value in average_true_ranges(bars, period):
        assert value >= 0
        assert min(ranges) - slack <= value <= max(ranges) + slack


@given(enough, periods, st.integers(-12, 12))
def test_it_grows_with_the_scale_of_the_prices(bars: list[Candle], period: int, power: int) -> None:
    factor = Decimal(1).scaleb(power)
    plain = average_true_ranges(bars, period)

    larger = average_true_ranges(scaled(bars, factor), period)

    for value, wanted in zip(larger, plain, strict=True):
        assert abs(value - wanted * factor) <= wanted * factor * Decimal("1e-11")


@given(enough, periods, st.integers(0, 10**9))
def test_moving_every_price_by_the_same_amount_changes_nothing(
    bars: list[Candle], period: int, by: int
) -> None:
    assert true_ranges(shifted(bars, Decimal(by))) == true_ranges(bars)
    moved = shifted(bars, Decimal(by))
    assert average_true_ranges(moved, period) == average_true_ranges(bars, period)


@given(enough, periods, st.integers(0, 20))
def test_a_later_candle_does_not_change_an_earlier_value(
    bars: list[Candle], period: int, cut: int
) -> None:
    shorter = bars[: max(period + 1, len(bars) - cut)]
    values = average_true_ranges(shorter, period)

    assert average_true_ranges(bars, period)[: len(values)] == values


@given(enough, periods)
def test_how_a_decimal_is_written_does_not_matter(bars: list[Candle], period: int) -> None:
    longer = scaled(bars, Decimal("1.000"))

    assert average_true_ranges(longer, period) == average_true_ranges(bars, period)


@given(candle_lists(decimals=st.just(0)), periods)
def test_columns_of_ticks_give_what_candles_give(bars: list[Candle], period: int) -> None:
    high, low, close = (
        [float(getattr(bar, name)) for bar in bars] for name in ("high", "low", "close")
    )
    exact = [float(one) for one in true_ranges(bars)]

    assert list(true_ranges_of_columns(high, low, close)) == exact
    assert wilder(high, low, close, period) == smoothed(exact, period)


def test_no_rows_have_no_ranges() -> None:
    assert true_ranges([]) == []
    assert list(true_ranges_of_columns([], [], [])) == []
    assert wilder([], [], [], 14) == []


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        wilder([2.0, 3.0], [1.0, 1.0], [1.5], 1)
