"""Ticks and lots: exact, and indifferent to the decimal context of the thread."""

from decimal import ROUND_DOWN, Decimal, Inexact, localcontext
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_data.indicators.steps import EXACT, in_lots, in_percent, on_tick

amounts = st.decimals(min_value=0, max_value=Decimal("1e30"), places=12)
steps = st.sampled_from(["1", "0.01", "0.05", "0.25", "2.5", "1E-8", "1E-10", "1E+2"]).map(Decimal)


@given(amounts, steps)
def test_a_price_lands_on_the_nearest_tick_and_half_ways_go_up(
    price: Decimal, step: Decimal
) -> None:
    ticks = floor(Fraction(price) / Fraction(step) + Fraction(1, 2))

    assert Fraction(on_tick(price, step)) == ticks * Fraction(step)


@given(amounts, steps, st.decimals(min_value=Decimal("1e-6"), max_value=10**9, places=6))
def test_an_amount_is_cut_to_whole_lots(money: Decimal, step: Decimal, each: Decimal) -> None:
    lots = floor(Fraction(money) / Fraction(each) / Fraction(step))

    assert Fraction(in_lots(money, step, each)) == lots * Fraction(step)


@pytest.mark.parametrize(
    ("price", "step", "shown"),
    [
        ("67250.1", "0.01", "67250.10"),
        ("66404.775", "0.01", "66404.78"),
        ("0.00001234449", "1E-8", "0.00001234"),
        ("27123.5", "1", "27124"),
        ("0.005", "0.01", "0.01"),
        ("0.0049", "0.01", "0.00"),
    ],
)
def test_a_price_carries_the_decimals_of_its_tick(price: str, step: str, shown: str) -> None:
    assert f"{on_tick(Decimal(price), Decimal(step)):f}" == shown


def test_a_short_context_of_the_thread_changes_nothing() -> None:
    price = Decimal("123456789012345678901234567890123456.785")
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_DOWN

        assert str(on_tick(price, Decimal("0.01"))).endswith("456.79")
        assert str(in_lots(price, Decimal("0.01"))).endswith("456.78")
        assert in_percent(Decimal(1), Decimal(3)) == Decimal("33.3333333333")


def test_a_result_of_more_than_four_hundred_digits_is_an_error_not_a_rounding() -> None:
    with pytest.raises(Inexact):
        EXACT.add(Decimal("1E+300"), Decimal("1E-300"))
    with pytest.raises(ArithmeticError):
        on_tick(Decimal("1E+999999"), Decimal("0.01"))


@pytest.mark.parametrize("step", ["0", "-0.01"])
def test_a_step_that_is_not_above_zero_is_refused(step: str) -> None:
    with pytest.raises(ValueError, match="a step is above 0"):
        on_tick(Decimal(1), Decimal(step))


def test_numbers_below_zero_and_a_price_of_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        on_tick(Decimal("-0.01"), Decimal("0.01"))
    with pytest.raises(ValueError, match="0 or more"):
        in_lots(Decimal(-1), Decimal(1))
    with pytest.raises(ValueError, match="above 0"):
        in_lots(Decimal(1), Decimal(1), each=Decimal(0))
