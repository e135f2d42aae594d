"""Exact numbers as 64-bit integers: how many decimals a row's prices and its volume are kept with.

Nothing is ever rounded. A row whose digits do not fit beside each other in 63 bits, such as a price
of 1e12 with 18 decimals, is not kept.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import NamedTuple

from common.market import EPOCH, Candle

MOST = 2**63 - 1
MOST_DECIMALS = 40
# More digits than MOST and MOST_DECIMALS have together; a longer number raises and is not rounded.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
_SECOND = timedelta(seconds=1)


class Ticks(NamedTuple):
    """A candle in whole numbers: epoch seconds, prices in ticks, volume in lots."""

    opened: int
    open: int
    high: int
    low: int
    close: int
    volume: int


@dataclass(frozen=True, slots=True)
class Scale:
    """Decimals of the whole numbers of a row.

    Attributes:
        price: A tick is 10 ** -price of the quote asset.
        volume: A lot is 10 ** -volume of the base asset.
    """

    price: int
    volume: int

    def ticks(self, candle: Candle) -> Ticks | None:
        """Return the candle in whole numbers; None where it needs more decimals or more room."""
        try:
            return Ticks(
                (candle.opened_at - EPOCH) // _SECOND,
                _whole(candle.open, self.price),
                _whole(candle.high, self.price),
                _whole(candle.low, self.price),
                _whole(candle.close, self.price),
                _whole(candle.volume, self.volume),
            )
        except (ArithmeticError, ValueError):
            return None

    def candle(self, ticks: Ticks) -> Candle:
        """Return the candle that `ticks` made these numbers of.

        Raises:
            ValueError: If they are no candle's.
        """
        price = -self.price
        return Candle(
            EPOCH + timedelta(seconds=ticks.opened),
            _EXACT.scaleb(Decimal(ticks.open), price),
            _EXACT.scaleb(Decimal(ticks.high), price),
            _EXACT.scaleb(Decimal(ticks.low), price),
            _EXACT.scaleb(Decimal(ticks.close), price),
            _EXACT.scaleb(Decimal(ticks.volume), -self.volume),
        )


def needed(candle: Candle) -> Scale:
    """The fewest decimals with which the candle is exact.

    Raises:
        ArithmeticError: If a number has more than 60 digits.
    """
    prices = (candle.open, candle.high, candle.low, candle.close)
    return Scale(max(_decimals(price) for price in prices), _decimals(candle.volume))


def _whole(value: Decimal, decimals: int) -> int:
    scaled = _EXACT.scaleb(value, decimals)
    number = int(scaled)
    if number != scaled or number > MOST:
        raise ValueError(f"{value} is not a whole number of 1e-{decimals}, or too large")
    return number


def _decimals(value: Decimal) -> int:
    """Digits behind the point, without zeros at the end.

    >>> _decimals(Decimal("1.50")), _decimals(Decimal("1E+3")), _decimals(Decimal("0.000"))
    (1, 0, 0)
    """
    exponent = _EXACT.normalize(value).as_tuple().exponent
    return max(0, -int(exponent))
