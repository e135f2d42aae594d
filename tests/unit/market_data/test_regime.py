"""Volatility against its own past: bands, ratio and percentile."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_data.indicators.regime import regime


def with_ratio(ratio: str) -> list[Decimal]:
    """Fifty values whose last one, x, is `ratio` times their mean: (49 + x) / 50 = x / ratio."""
    last = Decimal(49) * Decimal(ratio) / (Decimal(50) - Decimal(ratio))
    return [Decimal(1)] * 49 + [last]


def mean_of_one(last: str) -> list[Decimal]:
    """Fifty values with a mean of exactly 1, so that the ratio is `last`."""
    return [Decimal(2) - Decimal(last)] + [Decimal(1)] * 48 + [Decimal(last)]


@pytest.mark.parametrize(
    ("ratio", "word"),
    [
        ("0", "low"),
        ("0.69", "low"),
        ("0.6999999999", "low"),
        ("0.7", "normal"),
        ("1", "normal"),
        ("1.2", "normal"),
        ("1.2000000001", "rising"),
        ("1.5", "rising"),
        ("1.5000000001", "high"),
        ("1.9", "high"),
    ],
)
def test_the_bands_begin_and_end_where_they_say(ratio: str, word: str) -> None:
    assert regime(mean_of_one(ratio))[:2] == (word, Decimal(ratio))


def test_the_mean_includes_the_last_value() -> None:
    assert regime(with_ratio("1.4"))[1] == Decimal("1.4")


def test_forty_nine_values_say_nothing() -> None:
    assert regime([Decimal(1)] * 49) == (None, None, None)
    assert regime([]) == (None, None, None)


def test_only_the_last_fifty_make_the_mean_and_the_last_two_hundred_the_rank() -> None:
    values = [Decimal(9)] * 500 + [Decimal(5)] * 150 + [Decimal(1)] * 50

    assert regime(values) == ("normal", Decimal(1), 25)


@pytest.mark.parametrize(
    ("below", "among", "percentile"),
    [(0, 200, 1), (121, 200, 61), (120, 200, 61), (199, 200, 100), (0, 50, 2), (49, 50, 100)],
)
def test_the_percentile_is_the_share_of_values_up_to_the_last_half_up(
    below: int, among: int, percentile: int
) -> None:
    values = [Decimal(1)] * below + [Decimal(3)] * (among - 1 - below) + [Decimal(2)]

    assert regime(values)[2] == percentile


def test_equal_values_rank_highest_and_are_normal() -> None:
    assert regime([Decimal("0.1")] * 60) == ("normal", Decimal(1), 100)


def test_a_market_that_does_not_move_has_no_ratio() -> None:
    assert regime([Decimal(0)] * 60) == (None, None, 100)


def test_floats_are_read_too() -> None:
    assert regime([2.0] * 49 + [4.0]) == ("high", Decimal("1.96078431373"), 100)


@given(st.lists(st.decimals(min_value=Decimal("1e-12"), max_value=10**6, places=12), min_size=50))
def test_the_scale_of_the_prices_does_not_matter(atrs: list[Decimal]) -> None:
    word, ratio, percentile = regime(atrs)

    assert regime([value.scaleb(-6) for value in atrs]) == (word, ratio, percentile)
    assert percentile is not None and 1 <= percentile <= 100
    assert ratio is not None and 0 < ratio <= 50
