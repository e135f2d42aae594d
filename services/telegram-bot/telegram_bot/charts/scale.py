"""From values to pixels, and the round values that an axis names."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, isfinite, log10

_ROUND = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Scale:
    """A panel's vertical scale: `low` lies on the pixel `bottom`, `high` on `top`."""

    low: float
    high: float
    top: float
    bottom: float

    def pixel(self, value: float) -> float:
        """Return the vertical pixel of a value; values outside end at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)


def around(values: list[float], top: float, bottom: float, margin: float = 0.06) -> Scale:
    """Return a scale that holds all values with some air around them.

    Values that are all equal lie in the middle.
    """
    low, high = min(values), max(values)
    air = (high - low) * margin or abs(high) * 0.01 or 1.0
    return Scale(low - air, high + air, top, bottom)


def from_zero(values: list[float], top: float, bottom: float) -> Scale:
    """Return a scale from 0 up to a little above the largest value."""
    high = max(values, default=0.0)
    return Scale(0.0, high * 1.08 or 1.0, top, bottom)


def step_of(low: float, high: float, most: int) -> Decimal:
    """Return the distance, 1, 2, 2.5 or 5 times a power of ten, of at most `most` values between.

    >>> step_of(64_200, 69_900, 5), step_of(0.00001, 0.000014, 4)
    (Decimal('2E+3'), Decimal('0.000001'))
    """
    rough = (high - low) / max(1, most)
    power = floor(log10(rough)) if rough > 0 and isfinite(rough) else 0
    for factor in _ROUND:
        step = factor.scaleb(power)
        if float(step) >= rough * (1 - 1e-9):
            break
    return step


def round_values(low: float, high: float, most: int) -> tuple[list[Decimal], Decimal]:
    """Return round values inside a range, and the distance between them.

    >>> [f"{value:f}" for value in round_values(64_200, 69_900, 5)[0]]
    ['66000', '68000']
    """
    step = step_of(low, high, most)
    first, last = ceil(low / float(step)), floor(high / float(step))
    return [number * step for number in range(first, last + 1)], step
