"""Stops at multiples of ATR."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_data.indicators.stops import DEFAULT_MULTIPLES, stops

TICK = Decimal("0.01")
positive = st.decimals(min_value=Decimal("0.01"), max_value=10**7, places=6)


def test_it_gives_the_table_of_the_specification() -> None:
    table = stops(Decimal("67250.10"), Decimal("845.32"), DEFAULT_MULTIPLES, TICK)

    assert [
        (f"{stop.multiple}", f"{stop.long}", f"{stop.short}", f"{stop.distance_pct:.2f}")
        for stop in table
    ] == [
        ("1", "66404.78", "68095.42", "1.26"),
        ("1.5", "65982.12", "68518.08", "1.89"),
        ("2", "65559.46", "68940.74", "2.51"),
        ("3", "64714.14", "69786.06", "3.77"),
    ]


@pytest.mark.parametrize(
    ("atr", "long"), [("99", "1.00"), ("99.996", None), ("100", None), ("250", None)]
)
def test_a_long_stop_that_is_no_price_above_zero_is_null(atr: str, long: str | None) -> None:
    (stop,) = stops(Decimal(100), Decimal(atr), [Decimal(1)], TICK)

    assert stop.long == (None if long is None else Decimal(long))
    assert stop.short == Decimal(100) + Decimal(atr).quantize(TICK)


def test_tiny_prices_stay_on_their_tick() -> None:
    (stop,) = stops(
        Decimal("0.0000123456"), Decimal("1.23456789012E-7"), [Decimal(2)], Decimal("1E-10")
    )

    assert f"{stop.long:f} {stop.short:f}" == "0.0000120987 0.0000125925"


def test_an_atr_of_zero_puts_every_stop_on_the_entry() -> None:
    for stop in stops(Decimal("1.00"), Decimal(0), DEFAULT_MULTIPLES, TICK):
        assert stop.long == stop.short == 1 and stop.distance_pct == 0


@pytest.mark.parametrize(("entry", "atr"), [("0", "1"), ("-5", "1"), ("5", "-1")])
def test_what_cannot_be_is_refused(entry: str, atr: str) -> None:
    with pytest.raises(ValueError, match="an entry above 0"):
        stops(Decimal(entry), Decimal(atr), DEFAULT_MULTIPLES, TICK)


@given(positive, positive)
def test_both_sides_lie_within_half_a_tick_of_the_exact_distance(
    entry: Decimal, atr: Decimal
) -> None:
    for stop in stops(entry, atr, DEFAULT_MULTIPLES, TICK):
        assert abs(stop.short - (entry + stop.multiple * atr)) <= TICK / 2
        assert stop.long is None or abs(stop.long - (entry - stop.multiple * atr)) <= TICK / 2
        assert stop.long is None or stop.long > 0
