"""Averages and what is made of them, by hand and at their edges; TA-Lib judges the rest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle
from market_data.indicators.bollinger import Bands, bollinger
from market_data.indicators.digits import written, written_from
from market_data.indicators.ema import exponential_means, smoothed_exponentially
from market_data.indicators.macd import Macd, macds
from market_data.indicators.natr import normalised_true_ranges
from market_data.indicators.rsi import relative_strengths
from market_data.indicators.sma import simple_means
from tests.support.candles import candle_lists, flat, series
from tests.support.walks import closes_of


def prices(*numbers: int | str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


def test_a_simple_mean_is_of_the_last_closes() -> None:
    assert simple_means(prices(1, 2, 6, 4), 3) == [3, 4]
    assert simple_means(prices(1, 2), 3) == [] and simple_means([], 3) == []
    assert simple_means(prices(1, 1, 2), 3) == [Decimal("1.33333333333")]


def test_an_exponential_mean_starts_with_the_simple_one() -> None:
    assert exponential_means(prices(1, 2, 6, 8), 3) == [3, Decimal("5.5")]
    assert exponential_means(prices(1, 2), 3) == [] and exponential_means([], 3) == []


def test_an_average_over_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="not 0"):
        simple_means(prices(1), 0)
    with pytest.raises(ValueError, match="not 0"):
        smoothed_exponentially([1.0], 0)


def test_bollinger_bands_lie_two_population_deviations_around_the_mean() -> None:
    assert bollinger(prices(2, 4, 4, 4, 5, 5, 7, 9), 8) == [Bands(*prices(9, 5, 1))]
    assert bollinger(prices(2), 8) == []


def test_macd_starts_where_its_signal_does() -> None:
    closes = prices(*range(1, 35))

    (only,) = macds(closes)

    # On a straight line an EMA lags by half its length less a half: 5.5 and 12.5 closes.
    assert only == Macd(*prices(7, 7, 0))
    assert macds(closes[:-1]) == [] and macds([]) == []


def test_macd_wants_a_fast_and_a_slow_average() -> None:
    with pytest.raises(ValueError, match="26 and 12"):
        macds([], fast=26, slow=12)


def test_rsi_is_the_share_of_the_gains() -> None:
    assert relative_strengths(prices(10, 13, 12), 2) == [75]
    assert relative_strengths(prices(10, 13, 12, 10), 2) == prices(75, "37.5")
    assert relative_strengths(prices(10, 11, 12), 2) == [100]
    assert relative_strengths(prices(12, 11, 10), 2) == [0]
    assert relative_strengths(prices(12, 11), 2) == []


@pytest.mark.parametrize("price", ["0.0000000001", "1", "10000000.01"])
def test_a_market_that_stands_still_stays_where_it_is(price: str) -> None:
    candles, close = flat(price, 60), Decimal(price)
    closes = closes_of(candles)

    assert set(simple_means(closes, 20)) == set(exponential_means(closes, 20)) == {close}
    assert set(bollinger(closes, 20)) == {Bands(close, close, close)}
    assert set(macds(closes)) == {Macd(*prices(0, 0, 0))}
    assert set(relative_strengths(closes, 14)) == {None}  # neither strong nor weak
    assert set(normalised_true_ranges(candles, 14)) == {Decimal(0)}


def test_natr_is_atr_as_a_share_of_the_close() -> None:
    candles = series([(90, 110, 100), (90, 110, 100), (150, 160, 160)])

    assert normalised_true_ranges(candles, 2) == [20, 25]


@given(candle_lists(min_size=6, max_size=40), st.integers(1, 6))
def test_means_lie_between_the_lowest_and_the_highest_close(
    candles: list[Candle], period: int
) -> None:
    closes = closes_of(candles)
    slack = max(closes) * Decimal("1e-11")

    for mean in [*simple_means(closes, period), *exponential_means(closes, period)]:
        assert min(closes) - slack <= mean <= max(closes) + slack
    for bands in bollinger(closes, period):
        assert bands.lower <= bands.middle <= bands.upper


@given(candle_lists(min_size=3, max_size=40), st.integers(1, 6))
def test_rsi_lies_between_0_and_100(candles: list[Candle], period: int) -> None:
    for value in relative_strengths(closes_of(candles), period):
        assert value is None or 0 <= value <= 100


def test_numbers_are_written_with_twelve_digits_and_zero_without_a_sign() -> None:
    assert str(written(-0.0)) == "0"
    assert written(1 / 3) == Decimal("0.333333333333")
    assert written_from(Decimal("10000000.01"), 0.25) == Decimal("10000000.26")
