"""Where no alert is: as long as a value stays inside, the database is not asked."""

from dataclasses import dataclass, field
from decimal import Decimal

from telegram_bot.alerts.ranks import least

_NEVER = 2**63


@dataclass(frozen=True, slots=True)
class Band:
    """The nearest touches around a measure of one market.

    Attributes:
        rise: The least rank at which something wakes upwards; `fall`: the greatest downwards.
        both: The least size that wakes in either direction.
        wakes_at: When the next resting alert does, in UTC seconds.
        below, above: The same as values: inside of them nothing wakes. They may be a little too
            near, never too far.
    """

    rise: int = _NEVER
    fall: int = -_NEVER
    both: int = _NEVER
    wakes_at: float = float("inf")
    below: Decimal = field(init=False, compare=False)
    above: Decimal = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "below", _below(max(self.fall, -self.both)))
        object.__setattr__(self, "above", _above(min(self.rise, self.both)))

    @property
    def empty(self) -> bool:
        return self == Band()

    def holds(self, low: Decimal, high: Decimal, at: float) -> bool:
        """Say whether nothing can wake between two values up to `at`."""
        return self.below <= low and high < self.above and at < self.wakes_at


def _above(edge: int) -> Decimal:
    """Return a value below which every rank is less than `edge`."""
    if edge >= _NEVER:
        return Decimal("Infinity")
    return least(edge) if edge > 0 else -least(1 - edge)


def _below(edge: int) -> Decimal:
    """Return a value from which on every rank is greater than `edge`."""
    if edge <= -_NEVER:
        return Decimal("-Infinity")
    if edge >= 0:
        return least(edge + 1)
    return -least(-edge - 1) if edge < -1 else Decimal(0)
