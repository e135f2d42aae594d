"""Where no alert is: as long as a value stays inside, the database is not asked."""

from dataclasses import dataclass
from decimal import Decimal

from telegram_bot.alerts.ranks import rank

_NEVER = 2**63


@dataclass(frozen=True, slots=True)
class Band:
    """The nearest touches around a measure of one market.

    Attributes:
        rise: The least rank at which something wakes upwards; `fall`: the greatest downwards.
        both: The least size that wakes in either direction.
        wakes_at: When the next resting alert does, in UTC seconds.
    """

    rise: int = _NEVER
    fall: int = -_NEVER
    both: int = _NEVER
    wakes_at: float = float("inf")

    @property
    def empty(self) -> bool:
        return self == Band()

    def holds(self, low: Decimal, high: Decimal, at: float) -> bool:
        """Say whether nothing can wake between two values up to `at`."""
        if at >= self.wakes_at:
            return False
        lowest, highest = rank(low), rank(high)
        return (
            highest < self.rise
            and lowest > self.fall
            and highest < self.both
            and -lowest < self.both
        )
