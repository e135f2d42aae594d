"""What the dialects share reads exactly, and says why it refuses."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import EPOCH, Symbol, Ticker, Timeframe
from market_data.providers import exchange_words as words
from market_data.providers.exchange_words import BadAnswer

MONDAY = datetime(2025, 6, 16, tzinfo=UTC)


@pytest.mark.parametrize("value", ["1e-10", Decimal("1E-10"), "0.0000000001"])
def test_a_number_is_exact_in_each_of_its_forms(value: Any) -> None:
    assert words.number(value) == Decimal("0.0000000001")


@pytest.mark.parametrize(
    "value", [None, True, 1.5, "", "abc", "NaN", "Infinity", "1e99", Decimal("1e-99"), [], {}]
)
def test_what_is_no_number_of_a_sensible_size_is_refused(value: Any) -> None:
    with pytest.raises(BadAnswer, match="is not a number|is out of bounds"):
        words.number(value)


@pytest.mark.parametrize(
    ("value", "step"), [(0, "1"), (2, "0.01"), ("10", "0.0000000001"), (Decimal(8), "0.00000001")]
)
def test_decimals_make_a_step(value: Any, step: str) -> None:
    assert words.places(value) == Decimal(step)


@pytest.mark.parametrize("value", [-1, 21, "1.5", None, "two"])
def test_a_step_needs_a_sensible_number_of_decimals(value: Any) -> None:
    with pytest.raises(BadAnswer):
        words.places(value)


@pytest.mark.parametrize(
    ("value", "a_second"), [(1_710_328_245, 1), ("1710328245", 1), ("1710328245000", 1_000)]
)
def test_a_time_may_be_an_int_or_text_in_seconds_or_milliseconds(value: Any, a_second: int) -> None:
    assert words.instant(value, a_second) == datetime(2024, 3, 13, 11, 10, 45, tzinfo=UTC)


@given(st.integers(0, 10**13 - 1))
def test_milliseconds_are_kept(milliseconds: int) -> None:
    elapsed = words.instant(str(milliseconds), 1_000) - EPOCH

    assert elapsed.total_seconds() * 1_000 == pytest.approx(milliseconds)


@pytest.mark.parametrize("value", [-1, 10**10, "noon", None, []])
def test_what_is_no_time_of_this_age_is_refused(value: Any) -> None:
    with pytest.raises(BadAnswer):
        words.instant(value)


def test_weeks_open_on_monday_and_nothing_else_is_a_week() -> None:
    assert words.candle(Timeframe.W1, MONDAY, 1, 2, 1, 2, 0).opened_at == MONDAY
    with pytest.raises(BadAnswer, match="opens no 1w candle"):
        words.candle(Timeframe.W1, MONDAY.replace(day=19), 1, 2, 1, 2, 0)


def ticker(price: str, bid: Any, ask: Any) -> Ticker:
    nothing = {"high": "0", "low": None, "volume": "many"}
    return words.ticker(Symbol("BTC", "USD"), MONDAY, price=price, bid=bid, ask=ask, **nothing)


@pytest.mark.parametrize("price", ["89.9", "111.2"])
def test_a_trade_a_tenth_outside_the_book_is_refused(price: str) -> None:
    with pytest.raises(BadAnswer, match="far outside"):
        ticker(price, "100", "101")


@pytest.mark.parametrize("price", ["90", "100.5", "111.1"])
def test_a_trade_near_the_book_stands_and_so_does_one_without_a_book(price: str) -> None:
    for bid, ask in (("100", "101"), (None, "0")):
        found = ticker(price, bid, ask)

        assert found.price == Decimal(price)
        assert found.bid == (Decimal(bid) if bid else None)
        assert (found.high_24h, found.low_24h, found.volume_24h) == (None, None, None)
