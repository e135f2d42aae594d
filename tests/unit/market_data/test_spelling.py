"""Did you mean: by distance, then by volume."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_data.spelling import distance, suggestions

LISTED = {
    "BTC": Decimal(900),
    "ETH": Decimal(500),
    "TRX": Decimal(60),
    "STX": Decimal(50),
    "BTT": Decimal(100),
    "PEPE": Decimal(10),
    "DOGE": Decimal(40),
    "AVAX": Decimal(30),
    "1INCH": Decimal(1),
}
WORDS = st.text("ABC", max_size=6)


def test_the_nearest_with_the_largest_volume_comes_first() -> None:
    assert suggestions("BTX", LISTED) == ["BTC", "BTT", "STX"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("EHT", "ETH"), ("PEPPE", "PEPE"), ("DGOE", "DOGE"), ("1NICH", "1INCH"), ("BTCC", "BTC")],
)
def test_slips_of_the_finger_are_understood(typed: str, meant: str) -> None:
    assert suggestions(typed, LISTED)[0] == meant


def test_short_words_may_be_one_slip_away_and_longer_ones_two() -> None:
    assert suggestions("XXC", LISTED) == []
    assert suggestions("AVVXX", LISTED) == ["AVAX"]
    assert suggestions("Q" * 15, LISTED) == []


@given(WORDS, WORDS)
def test_distance_is_zero_for_equals_symmetric_and_at_most_the_longer(a: str, b: str) -> None:
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, b) == distance(b, a)
    assert abs(len(a) - len(b)) <= distance(a, b) <= max(len(a), len(b))
