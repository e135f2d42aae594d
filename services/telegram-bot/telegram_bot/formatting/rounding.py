"""Rounding, half up, at a precision where no digit of a market gets lost. `Decimal` in and out."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeGuard

FINEST = 18  # decimals of the smallest price that is written out

_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
_LARGEST = 60  # decimal exponent; nothing that is traded comes near it


def known(value: Decimal | None) -> TypeGuard[Decimal]:
    """Say whether a value is a number that a market can have."""
    return value is not None and value.is_finite() and value.adjusted() <= _LARGEST


def price_digits(value: Decimal, step: Decimal | None) -> Decimal:
    """Round to the tick; without one to five significant digits, at least two decimals."""
    if step is not None:
        return on_step(value, step)
    rounded = to_places(value, _price_places(value))
    # Rounding may have carried: 9.99999 became 10.0000, which shows one decimal less.
    return trimmed(to_places(rounded, _price_places(rounded)), 2)


def _price_places(value: Decimal) -> int:
    return min(FINEST, max(2, 4 - value.adjusted())) if value else 2


def on_step(value: Decimal, step: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Return the multiple of `step`, with the decimals of `step`."""
    steps = _EXACT.divide(value, step).to_integral_value(rounding)
    return to_places(_EXACT.multiply(steps, step), max(0, -_exponent(step.normalize(_EXACT))))


def significant(value: Decimal, count: int) -> Decimal:
    """Round to `count` significant digits, also where rounding carries: 9.996 is 10.0."""
    for _ in range(2):
        if value:
            value = to_places(value, count - 1 - value.adjusted())
    return value


def to_places(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), context=_EXACT)


def trimmed(value: Decimal, least: int) -> Decimal:
    """Drop zeros at the end, but keep `least` decimals."""
    return to_places(value, max(least, -_exponent(value.normalize(_EXACT))))


def limited(value: Decimal) -> Decimal:
    """Keep every digit of a value, down to where nobody counts any more."""
    return to_places(value, _LARGEST) if _exponent(value) < -_LARGEST else value


def thousands(value: Decimal, power: int) -> Decimal:
    """Divide by 1000 to the power of `power`, exactly."""
    return value.scaleb(-3 * power, _EXACT)


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)


def without_negative_zero(value: Decimal) -> Decimal:
    return value if value else abs(value)
