"""Prices on the tick and amounts in whole lots, exactly.

`EXACT` adds, subtracts and multiplies without rounding: a result of more than 400 digits raises
`decimal.Inexact` or `decimal.InvalidOperation`. `SHORT` divides to 12 significant digits. Both are
contexts of their own, so the decimal context of the thread, whatever a library made of it, changes
nothing here.
"""

from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)

_FAULTS = [DivisionByZero, InvalidOperation, Overflow]
EXACT = Context(prec=400, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[*_FAULTS, Inexact])
SHORT = Context(prec=12, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=_FAULTS)


def on_tick(price: Decimal, step: Decimal) -> Decimal:
    """Round a price of 0 or more to a multiple of `step`, half up, with the decimals of `step`.

    Raises:
        ValueError: If the price is below 0, or the step is not above 0.

    >>> on_tick(Decimal("66404.775"), Decimal("0.01"))
    Decimal('66404.78')
    """
    _refuse(price, step)
    ticks = EXACT.divide_int(
        EXACT.add(EXACT.multiply(price, Decimal(2)), step), EXACT.multiply(step, Decimal(2))
    )
    return EXACT.multiply(ticks, step)


def in_lots(amount: Decimal, step: Decimal, each: Decimal = Decimal(1)) -> Decimal:
    """Cut `amount / each`, 0 or more, down to a multiple of `step`; the quotient is not rounded.

    Args:
        amount: Of an asset, or of money where `each` is a price.
        each: What one unit costs, above 0.

    Raises:
        ValueError: If the amount is below 0, or `step` or `each` is not above 0.

    >>> in_lots(Decimal("0.0591492"), Decimal("0.00001"))
    Decimal('0.05914')
    >>> in_lots(Decimal(100), Decimal("0.1"), each=Decimal(3))
    Decimal('33.3')
    """
    _refuse(amount, step)
    _refuse(amount, each)
    return EXACT.multiply(EXACT.divide_int(amount, EXACT.multiply(each, step)), step)


def in_percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return `part` as a share of `whole` (not 0), in percent with 12 significant digits."""
    return SHORT.divide(EXACT.multiply(part, Decimal(100)), whole)


def _refuse(number: Decimal, step: Decimal) -> None:
    if number < 0:
        raise ValueError(f"only a number of 0 or more is rounded to steps, not {number}")
    if step <= 0:
        raise ValueError(f"a step is above 0, not {step}")
