"""How a number is written: half-up, never an exponent, never `-0.00`, never 0 for an unknown.

Values are `Decimal`s; None, NaN, infinity and absurd magnitudes read `n/a`. `step` is a market's
tick or lot: with it a value shows exactly the step's decimals, without it about five significant
digits. The text is plain: `<0.000…1` still has to be escaped where it enters HTML.
"""

import re
from decimal import ROUND_DOWN, Decimal

from telegram_bot.formatting.rounding import (
    FINEST,
    known,
    limited,
    on_step,
    price_digits,
    significant,
    thousands,
    to_places,
    trimmed,
    without_negative_zero,
)
from telegram_bot.reader import _, later, reader

UNKNOWN = "n/a"

_UNITS = ("", later("K"), later("M"), later("B"), later("T"))
# A space inside a number must not break the line.
_SEPARATORS = {
    "1.234,56": str.maketrans({",": ".", ".": ","}),
    "1 234,56": str.maketrans({",": "\xa0", ".": ","}),
}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def price(value: Decimal | None, step: Decimal | None = None) -> str:
    """Write a price, or a distance between prices, in the quote asset.

    >>> price(Decimal("67250.1"), Decimal("0.01")), price(Decimal("67250.126"), Decimal("0.05"))
    ('67,250.10', '67,250.15')
    >>> price(Decimal("67250.123")), price(Decimal("2.34567")), price(Decimal("0.00001234"))
    ('67,250.12', '2.3457', '0.00001234')
    >>> price(None)
    'n/a'
    """
    if not known(value):
        return UNKNOWN
    if step is None and 0 < abs(value) < Decimal(1).scaleb(-FINEST):
        return ("<" if value > 0 else ">-") + _written(Decimal(1).scaleb(-FINEST))
    return _written(price_digits(value, step))


def spread(value: Decimal | None, step: Decimal) -> str:
    """Write a distance between prices on the tick, but one below half a tick as what it is.

    >>> spread(Decimal("845.324"), Decimal("0.01")), spread(Decimal("0.0012"), Decimal("0.01"))
    ('845.32', '0.0012')
    """
    if known(value) and 0 < abs(value) * 2 < step:
        return price(value)
    return price(value, step)


def signed_price(value: Decimal | None, step: Decimal | None = None) -> str:
    """Write a change of price with its sign.

    >>> signed_price(Decimal("1582.55"), Decimal("0.01")), signed_price(Decimal(0), Decimal("0.01"))
    ('+1,582.55', '0.00')
    """
    if not known(value):
        return UNKNOWN
    return _written(price_digits(value, step), signed=True)


def plain(value: Decimal | None, step: Decimal | None = None) -> str:
    """Write the machine form, to be copied: no separators; without a step every digit there is.

    >>> plain(Decimal("67250.1"), Decimal("0.01")), plain(Decimal("1E-10"))
    ('67250.10', '0.0000000001')
    """
    if not known(value):
        return UNKNOWN
    exact = value if step is None else on_step(value, step)
    return f"{without_negative_zero(limited(exact)):f}"


def folded(value: Decimal | None, step: Decimal | None = None) -> str:
    """Write a price with five or more leading zeros counted in subscript; for prose, not tables.

    >>> folded(Decimal("0.000000009876"))
    '0.0₈9876'
    """
    return re.sub(
        r"(?<=0[.,])0{5,}(?=[1-9])",
        lambda zeros: "0" + str(len(zeros.group())).translate(_SUBSCRIPTS),
        price(value, step),
    )


def money(value: Decimal | None) -> str:
    """Write an amount of the quote asset: two decimals, more of them only below 1.

    >>> money(Decimal("99.98445")), money(Decimal("0.0051234"))
    ('99.98', '0.0051234')
    """
    if not known(value) or abs(value) < 1:
        return price(value)
    return _written(to_places(value, 2))


def signed_money(value: Decimal | None) -> str:
    """Write a gain or a loss of the quote asset with its sign.

    >>> signed_money(Decimal("1582.554")), signed_money(Decimal("-0.25"))
    ('+1,582.55', '-0.25')
    """
    if not known(value) or abs(value) < 1:
        return signed_price(value)
    return _written(to_places(value, 2), signed=True)


def exactly(value: Decimal) -> str:
    """Write an amount with every digit it has, no idle zeros.

    >>> exactly(Decimal("1234.5000")), exactly(Decimal("0.00000001")), exactly(Decimal("1E+3"))
    ('1,234.5', '0.00000001', '1,000')
    """
    return _written(trimmed(limited(value), 0))


def undoubted(value: Decimal) -> str:
    """Write an amount so that nobody reads it in two ways: no separator of thousands.

    >>> undoubted(Decimal("61200")), undoubted(Decimal("61.200"))
    ('61200', '61.2')
    """
    return in_style(f"{trimmed(limited(value), 0):f}")


def quantity(value: Decimal | None, step: Decimal) -> str:
    """Write an amount of the base asset, floored to the lot: never more than there is.

    >>> quantity(Decimal("0.0591492"), Decimal("0.00001"))
    '0.05914'
    """
    if not known(value):
        return UNKNOWN
    return _written(on_step(value, step, ROUND_DOWN))


def signed_percent(value: Decimal | None) -> str:
    """Write a change in percent: two decimals, none from 1000 % on.

    >>> [signed_percent(Decimal(text)) for text in ("2.41", "-12.345", "-0.004", "1234.6")]
    ['+2.41%', '-12.35%', '0.00%', '+1,235%']
    """
    return _percent(value, ((0, 2), (1000, 0)))


def table_percent(value: Decimal | None) -> str:
    """Write a change for a narrow column: one decimal from 10 % on, at most nine characters.

    >>> [table_percent(Decimal(text)) for text in ("-1.2", "22.14", "9.996", "123456")]
    ['-1.20%', '+22.1%', '+10.0%', '+123K%']
    """
    if known(value) and abs(value) >= 10_000:
        return ("+" if value > 0 else "") + compact(value) + "%"
    return _percent(value, ((0, 2), (10, 1), (1000, 0)))


def share(value: Decimal | None, digits: int = 2) -> str:
    """Write a part of a whole, in percent and without a plus sign; shorter from 1000 % on.

    >>> share(Decimal("1.25698")), share(Decimal("71.68"), 0), share(Decimal(12345))
    ('1.26%', '72%', '12.3K%')
    """
    if not known(value):
        return UNKNOWN
    if abs(value) >= 1000:
        return compact(value) + "%"
    return _written(to_places(value, digits)) + "%"


def compact(value: Decimal | None) -> str:
    """Write a volume in three significant digits.

    >>> [compact(Decimal(text)) for text in ("999950", "28432123456", "0", "12.345")]
    ['1.00M', '28.4B', '0', '12.3']
    """
    if not known(value):
        return UNKNOWN
    if value == 0:
        return "0"
    if abs(value) < Decimal(1).scaleb(-FINEST):
        return price(value)
    for power, unit in enumerate(_UNITS):
        scaled = significant(thousands(value, power), 3)
        if abs(scaled) < 1000:
            return _written(scaled) + (_(unit) if unit else "")
    trillions = to_places(thousands(value, 4), 0)
    if abs(trillions) >= 1_000_000:
        most = in_style("999,999") + _("T")
        return f">{most}" if value > 0 else f"<-{most}"
    return _written(trillions) + _("T")


def about(value: Decimal | None) -> str:
    """Write a number for a sentence: three significant digits, no idle zeros.

    >>> about(Decimal("845.32")), about(Decimal("9.8")), about(Decimal("12345.6"))
    ('845', '9.8', '12,300')
    """
    if not known(value):
        return UNKNOWN
    return _written(trimmed(significant(value, 3), 0))


def digits(value: Decimal | None, count: int) -> str:
    """Write `count` significant digits in machine form, no idle zeros.

    >>> digits(Decimal("17.4998929123"), 9)
    '17.4998929'
    """
    if not known(value):
        return UNKNOWN
    return plain(trimmed(significant(value, count), 0))


def times(value: Decimal) -> str:
    """Write a multiple with one decimal, two where it needs them.

    >>> times(Decimal(2)), times(Decimal("1.25"))
    ('2.0', '1.25')
    """
    return _written(trimmed(to_places(value, 2), 1))


def _written(value: Decimal, *, signed: bool = False) -> str:
    """The one place where separators are chosen: the reader's."""
    clean = without_negative_zero(value)
    english = f"{clean:+,f}" if signed and clean else f"{clean:,f}"
    return in_style(english)


def in_style(english: str) -> str:
    """Write a number, given as `1,234.56`, with the reader's separators.

    >>> from telegram_bot.reader import Reader, reading_as
    >>> with reading_as(Reader(numbers="1.234,56")):
    ...     in_style("+1,582.55")
    '+1.582,55'
    """
    separators = _SEPARATORS.get(reader().numbers)
    return english.translate(separators) if separators else english


def _percent(value: Decimal | None, ladder: tuple[tuple[int, int], ...]) -> str:
    """Write with the decimals of the last rung (least size, decimals) that the value reaches."""
    if not known(value):
        return UNKNOWN
    rounded = value
    for least, places in ladder:
        if abs(rounded) >= least:
            rounded = to_places(value, places)
    return _written(rounded, signed=True) + "%"
