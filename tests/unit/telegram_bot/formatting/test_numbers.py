"""How numbers are written: the examples of the design, and rules that hold for every number."""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telegram_bot.formatting import numbers
from tests.support.wild_replies import steps

D = Decimal
EXACT = Context(prec=100)
values = st.decimals(-(10**25), 10**25, allow_nan=False, allow_infinity=False) | st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(-(10**9), 10**9),
    st.integers(-30, 15),
)


def every_form(value: Decimal, step: Decimal = D("0.01")) -> list[str]:
    return [
        numbers.price(value),
        numbers.price(value, step),
        numbers.signed_price(value),
        numbers.signed_price(value, step),
        numbers.plain(value),
        numbers.plain(value, step),
        numbers.folded(value),
        numbers.money(value),
        numbers.quantity(value, step),
        numbers.signed_percent(value),
        numbers.table_percent(value),
        numbers.share(value),
        numbers.compact(value),
        numbers.about(value),
        numbers.digits(value, 10),
        numbers.times(value),
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("67250.123", "67,250.12"),
        ("145.3278", "145.33"),
        ("2.34567", "2.3457"),
        ("1.0001", "1.0001"),
        ("0.9998", "0.9998"),
        ("0.00001234", "0.00001234"),
        ("9.9999951", "10.00"),
        ("0.000000009876", "0.000000009876"),
        ("1E-10", "0.0000000001"),
        ("1E+7", "10,000,000.00"),
        ("-5", "-5.00"),
        ("0", "0.00"),
        ("-0", "0.00"),
        ("1E-19", "<0.000000000000000001"),
        ("-1E-19", ">-0.000000000000000001"),
        ("NaN", "n/a"),
        ("Infinity", "n/a"),
        ("1E+70", "n/a"),
    ],
)
def test_a_price_without_a_tick_shows_about_five_digits(value: str, written: str) -> None:
    assert numbers.price(D(value)) == written


@pytest.mark.parametrize(
    ("value", "step", "written"),
    [
        ("67250.1", "0.01", "67,250.10"),
        ("67250.1", "0.01000000", "67,250.10"),
        ("67250.126", "0.05", "67,250.15"),
        ("0.00001234", "1E-8", "0.00001234"),
        ("27123.4", "1", "27,123"),
        ("27126", "10", "27,130"),
        ("0.125", "0.01", "0.13"),
        ("-0.001", "0.01", "0.00"),
        ("1E-10", "1E-12", "0.000000000100"),
        ("1E+7", "0.1", "10,000,000.0"),
    ],
)
def test_a_price_with_a_tick_shows_the_decimals_of_the_tick(
    value: str, step: str, written: str
) -> None:
    assert numbers.price(D(value), D(step)) == written


def test_leading_zeros_can_be_counted_in_subscript() -> None:
    assert numbers.folded(D("0.000000009876")) == "0.0₈9876"
    assert numbers.folded(D("0.00001234")) == "0.00001234"
    assert numbers.folded(D("1E-10"), D("1E-12")) == "0.0₉100"


def test_a_change_of_price_carries_its_sign() -> None:
    assert numbers.signed_price(D("1582.55"), D("0.01")) == "+1,582.55"
    assert numbers.signed_price(D("-1582.55")) == "-1,582.55"
    assert numbers.signed_price(D("-0.001"), D("0.01")) == "0.00"


def test_the_machine_form_has_no_separators_and_without_a_step_every_digit() -> None:
    assert numbers.plain(D("67250.1"), D("0.01")) == "67250.10"
    assert numbers.plain(D("1234567.123456789")) == "1234567.123456789"
    assert numbers.plain(D("1E-99")).startswith("0.0000")
    assert numbers.plain(D("1E+3")) == "1000"


def test_a_quantity_is_floored_to_the_lot() -> None:
    assert numbers.quantity(D("0.0591492"), D("0.00001")) == "0.05914"
    assert numbers.quantity(D("12.99"), D("1")) == "12"


def test_money_has_cents_and_more_digits_only_below_one() -> None:
    assert numbers.money(D("99.98445")) == "99.98"
    assert numbers.money(D("10000")) == "10,000.00"
    assert numbers.money(D("0.0051234")) == "0.0051234"


@pytest.mark.parametrize(
    ("value", "written", "in_a_table"),
    [
        ("2.41", "+2.41%", "+2.41%"),
        ("-0.004", "0.00%", "0.00%"),
        ("0.005", "+0.01%", "+0.01%"),
        ("-12.345", "-12.35%", "-12.3%"),
        ("9.995", "+10.00%", "+10.0%"),
        ("999.95", "+999.95%", "+1,000%"),
        ("999.996", "+1,000%", "+1,000%"),
        ("1234.6", "+1,235%", "+1,235%"),
        ("12345.6", "+12,346%", "+12.3K%"),
        ("-12345.6", "-12,346%", "-12.3K%"),
    ],
)
def test_changes_are_signed_and_shorter_when_they_are_large(
    value: str, written: str, in_a_table: str
) -> None:
    assert numbers.signed_percent(D(value)) == written
    assert numbers.table_percent(D(value)) == in_a_table


def test_a_share_has_no_plus_sign() -> None:
    assert numbers.share(D("1.25698")) == "1.26%"
    assert numbers.share(D("39.7717"), 1) == "39.8%"
    assert numbers.share(D("71.68"), 0) == "72%"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("999950", "1.00M"),
        ("999999", "1.00M"),
        ("28432123456", "28.4B"),
        ("1840066958", "1.84B"),
        ("999.6", "1.00K"),
        ("12.345", "12.3"),
        ("9.996", "10.0"),
        ("0.00012345", "0.000123"),
        ("0", "0"),
        ("-28432", "-28.4K"),
        ("1234567890123456", "1,235T"),
        ("1E+20", ">999,999T"),
        ("-1E+20", "<-999,999T"),
        ("1E-20", "<0.000000000000000001"),
    ],
)
def test_a_volume_has_three_digits_and_a_unit(value: str, written: str) -> None:
    assert numbers.compact(D(value)) == written


def test_a_number_for_a_sentence_has_three_digits_and_no_idle_zeros() -> None:
    assert [numbers.about(D(text)) for text in ("845.32", "12345.6", "9.80", "999.6", "0")] == [
        "845",
        "12,300",
        "9.8",
        "1,000",
        "0",
    ]


def test_digits_are_counted_from_the_first_that_is_not_zero() -> None:
    assert numbers.digits(D("17.499892912345"), 9) == "17.4998929"
    assert numbers.digits(D("0.000012345678912"), 4) == "0.00001235"
    assert numbers.digits(D("123456.7"), 3) == "123000"


@pytest.mark.parametrize("value", [None, D("NaN"), D("sNaN"), D("-Infinity")])
def test_what_is_not_known_is_never_zero(value: Decimal | None) -> None:
    step = D("0.01")
    forms = [
        numbers.price(value, step),
        numbers.signed_price(value),
        numbers.plain(value),
        numbers.folded(value),
        numbers.money(value),
        numbers.quantity(value, step),
        numbers.signed_percent(value),
        numbers.table_percent(value),
        numbers.share(value),
        numbers.compact(value),
        numbers.about(value),
        numbers.digits(value, 3),
    ]

    assert set(forms) == {"n/a"}


@given(values, steps)
def test_no_form_has_an_exponent_or_a_negative_zero(value: Decimal, step: Decimal) -> None:
    for text in every_form(value, step):
        assert "e" not in text.lower().removesuffix("k%")
        assert not (text.startswith("-") and not text.strip("-0.,%KMBT"))


@given(values, steps)
def test_a_price_with_a_tick_reads_back_as_the_nearest_tick(value: Decimal, step: Decimal) -> None:
    read = D(numbers.price(value, step).replace(",", ""))

    with localcontext(EXACT):
        assert abs(read - value) * 2 <= step
        assert read % step == 0
    assert D(numbers.plain(value, step)) == read
    assert D(numbers.signed_price(value, step).replace(",", "")) == read


@given(values)
def test_a_price_without_a_tick_reads_back_to_five_digits(value: Decimal) -> None:
    text = numbers.price(value)
    if text[0] in "<>":
        assert 0 < abs(value) < D("1E-18")
        return
    read = D(text.replace(",", ""))

    assert abs(read - value) <= max(abs(value) * D("0.00005"), D("5E-19"))
    assert len(text.partition(".")[2]) >= 2


@given(values)
def test_the_machine_form_without_a_step_loses_nothing(value: Decimal) -> None:
    assert abs(EXACT.subtract(D(numbers.plain(value)), value)) <= D("5E-61")


@given(values.map(abs), steps)
def test_a_quantity_is_never_more_than_there_is(value: Decimal, step: Decimal) -> None:
    read = D(numbers.quantity(value, step).replace(",", ""))

    with localcontext(EXACT):
        assert read <= value < read + step


@given(st.decimals(-(10**7), 10**7, allow_nan=False, allow_infinity=False))
def test_a_change_reads_back_as_its_rounding_with_the_sign_of_what_is_shown(
    value: Decimal,
) -> None:
    text = numbers.signed_percent(value)
    read = D(text.removesuffix("%").replace(",", ""))
    cent = value.quantize(D("0.01"), ROUND_HALF_UP)

    expected = value.quantize(D(1), ROUND_HALF_UP) if abs(cent) >= 1000 else cent
    assert read == expected
    assert text[0] == ("+" if read > 0 else "-" if read < 0 else "0")


@given(values)
def test_a_change_in_a_table_takes_at_most_nine_characters_below_a_trillion_percent(
    value: Decimal,
) -> None:
    assert len(numbers.table_percent(value)) <= (9 if abs(value) < 10**12 else 11)


@given(values.filter(lambda value: D("1E-18") <= abs(value) < 10**15))
def test_a_volume_reads_back_to_three_digits(value: Decimal) -> None:
    text = numbers.compact(value)
    power = "KMBT".find(text[-1]) + 1
    read = D(text.rstrip("KMBT").replace(",", "")).scaleb(3 * power)

    assert abs(read - value) <= abs(value) * D("0.0051")
