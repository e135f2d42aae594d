"""Decimals as whole numbers of 64 bits that sort alike, so that a database can index them.

A rank holds 17 significant digits, more than any price has. Sources may change a market's tick:
the rank of a threshold stays what it is.
"""

from decimal import ROUND_DOWN, Context, Decimal

DIGITS = 17
_LARGEST = 30  # decimal exponent
_WIDTH: int = 10**DIGITS
_CUT = Context(prec=DIGITS, rounding=ROUND_DOWN)


def rank(value: Decimal) -> int:
    """Return a number that sorts as `value` does; equal ones may differ beyond the 17th digit.

    >>> rank(Decimal("69999.99")) < rank(Decimal(70000)) < rank(Decimal("70000.0000001"))
    True
    >>> rank(Decimal(-2)) < rank(Decimal("-0.5")) < rank(Decimal(0)) == 0 < rank(Decimal("1E-9"))
    True
    """
    size = abs(value)
    exponent = size.adjusted()
    if size == 0 or exponent < -_LARGEST:
        return 0
    if exponent > _LARGEST:
        size, exponent = Decimal(10) ** _LARGEST, _LARGEST
    digits = int(_CUT.plus(size).scaleb(DIGITS - 1 - exponent, _CUT))
    found: int = (exponent + _LARGEST + 1) * _WIDTH + digits
    return found if value > 0 else -found


def least(found: int) -> Decimal:
    """Return the least value of a rank above 0; of one that no value has, of the next.

    >>> least(rank(Decimal("70000"))), least(rank(Decimal("0.00001234")) + 1)
    (Decimal('70000.000000000000'), Decimal('0.000012340000000000001'))
    """
    exponent, digits = divmod(found, _WIDTH)
    places = exponent - _LARGEST - 1 - (DIGITS - 1)
    return Decimal(max(digits, _WIDTH // 10)).scaleb(places)
