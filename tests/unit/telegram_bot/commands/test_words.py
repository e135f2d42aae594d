from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import BadInput
from telegram_bot.commands.words import amount, market, number, shorten, words_of


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("70k", "70000"),
        ("1.5m", "1500000"),
        ("2B", "2000000000"),
        ("1t", "1000000000000"),
        ("70,000", "70000"),
        ("1,234,567.89", "1234567.89"),
        ("1_000", "1000"),
        ("70,5", "70.5"),
        ("0,001", "0.001"),
        ("1,5k", "1500"),
        (".5", "0.5"),
        ("0.00001234", "0.00001234"),
        ("0", "0"),
    ],
)
def test_people_may_write_numbers_as_they_do(written: str, meant: str) -> None:
    assert number(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    ["", "-5", "+5", "1.2.3", "1,2,3", "1,23,456", "nan", "inf", "1e999", "1e3", "k", ".", "5.",
     "70 000", "٣", "½", "_1", "1_", "1__0", "0x10", "9" * 5_000, "10000t", "1,000,5"],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_what_would_work(written: str) -> None:
    with pytest.raises(BadInput, match="Write 70000, 70,000, 70k or 1.5m"):
        number(written)


@pytest.mark.parametrize("written", ["0", "0.0", "0k"])
def test_an_amount_is_above_zero(written: str) -> None:
    with pytest.raises(BadInput, match="must be above 0"):
        amount(written)


@given(st.decimals(min_value=0, max_value=10**9, places=8, allow_nan=False, allow_infinity=False))
def test_every_plain_number_is_read_exactly(value: Decimal) -> None:
    assert number(f"{value:f}") == value


@given(st.integers(min_value=1, max_value=10**14))
def test_thousands_may_be_parted_by_commas_and_underscores(value: int) -> None:
    assert number(f"{value:,}") == number(f"{value:_}") == value


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_bad_input(text: str) -> None:
    try:
        value = number(text)
    except BadInput:
        return

    assert value.is_finite()
    assert 0 <= value < 10**15
    assert "E" not in f"{value:f}"


def test_commas_part_words_but_not_numbers() -> None:
    assert words_of("btc,eth  sol,4h @64,000 risk 1%,") == [
        "btc",
        "eth",
        "sol",
        "4h",
        "@64,000",
        "risk",
        "1%",
    ]


def test_a_market_is_written_without_a_slash() -> None:
    asked = ["$btc", "BTC/USDT", "bitcoin", "XBT-USD"]

    assert [market(word) for word in asked] == ["BTC", "BTC-USDT", "BTC", "BTC-USD"]


def test_a_long_word_is_repeated_in_part() -> None:
    assert shorten("x" * 41) == "x" * 39 + "…"
