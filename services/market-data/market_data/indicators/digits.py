"""How indicators write what they computed with floats: 12 significant digits."""

from decimal import Decimal

from market_data.indicators.steps import SHORT


def written(value: float) -> Decimal:
    """Round to 12 significant digits; a zero has no sign.

    >>> written(0.1 + 0.2), written(-0.0)
    (Decimal('0.3'), Decimal('0'))
    """
    return Decimal(f"{value + 0.0:.12g}")


def written_from(origin: Decimal, offset: float) -> Decimal:
    """Round `origin + offset` to 12 significant digits, losing nothing to a large origin.

    >>> written_from(Decimal("10000000.01"), 0.005)
    Decimal('10000000.015')
    """
    return SHORT.add(origin, Decimal(offset))
