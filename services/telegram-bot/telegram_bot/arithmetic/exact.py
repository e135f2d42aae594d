"""Exact numbers: add, subtract and multiply without rounding, divide to far more than is shown.

Both contexts are our own: the decimal context of the thread, whatever a library made of it, changes
nothing here.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

EXACT = Context(
    prec=400, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow]
)
_LONG = Context(
    prec=28, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow]
)


def product(*factors: Decimal) -> Decimal:
    """Multiply, exactly.

    >>> product(Decimal("0.1"), Decimal("0.2"), Decimal(5))
    Decimal('0.10')
    """
    result = Decimal(1)
    for factor in factors:
        result = EXACT.multiply(result, factor)
    return result


def total(numbers: "list[Decimal] | tuple[Decimal, ...]") -> Decimal:
    """Add, exactly.

    >>> total([Decimal("0.1"), Decimal("1E+30")])
    Decimal('1000000000000000000000000000000.1')
    """
    result = Decimal(0)
    for number in numbers:
        result = EXACT.add(result, number)
    return result


def less(whole: Decimal, part: Decimal) -> Decimal:
    """Subtract, exactly."""
    return EXACT.subtract(whole, part)


def quotient(number: Decimal, by: Decimal) -> Decimal:
    """Divide to 28 significant digits; `by` is not 0."""
    return _LONG.divide(number, by)


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """Return `part` as a share of `whole` (not 0), in percent.

    >>> percent_of(Decimal(1), Decimal(8))
    Decimal('12.5')
    """
    return _LONG.divide(EXACT.multiply(part, Decimal(100)), whole)


def in_lots(amount: Decimal, step: Decimal, each: Decimal = Decimal(1)) -> Decimal:
    """Cut `amount / each`, 0 or more, down to a multiple of `step`; the quotient is not rounded.

    >>> in_lots(Decimal(100), Decimal("0.00001"), each=Decimal("1690.64"))
    Decimal('0.05914')
    """
    return EXACT.multiply(EXACT.divide_int(amount, EXACT.multiply(each, step)), step)
