"""How far a price moved within a window: the extremes of the last hour, or day, kept as it goes."""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from decimal import Decimal

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An extreme, and between which instants it was."""

    begins: float
    at: float
    price: Decimal


class Extremes:
    """The lows and highs of the last `seconds`; most prices of a window are never kept.

    A low that a later one undercuts can be the lowest of no window that is still to come.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lows: deque[_Kept] = deque()
        self._highs: deque[_Kept] = deque()

    def add(self, begins: float, at: float, low: Decimal, high: Decimal) -> None:
        """Take in what the price did between two instants, no earlier than what was before."""
        while self._lows and self._lows[-1].price >= low:
            self._lows.pop()
        self._lows.append(_Kept(begins, at, low))
        while self._highs and self._highs[-1].price <= high:
            self._highs.pop()
        self._highs.append(_Kept(begins, at, high))
        for kept in (self._lows, self._highs):
            while kept[0].at < at - self.seconds:
                kept.popleft()

    def lowest(self, at: float, anchor: float) -> Decimal | None:
        """Return the lowest price of the window that ends at `at`; None: there was none.

        Args:
            anchor: What began before it does not count.
        """
        return _first(self._lows, at - self.seconds, anchor)

    def highest(self, at: float, anchor: float) -> Decimal | None:
        """Return the highest price, as `lowest` does."""
        return _first(self._highs, at - self.seconds, anchor)

    def moves(
        self, at: float, anchor: float, low: Decimal, high: Decimal, last: Decimal
    ) -> tuple[Decimal, Decimal]:
        """Return how far a look went down, as a negative number, and up, in percent.

        Its high counts from what was before it; its last price also from its own low, which came
        first. Both are 0 where nothing was before and nothing happened in it.

        >>> hour = Extremes(3_600)
        >>> hour.add(0, 0, Decimal(100), Decimal(100))
        >>> [str(move) for move in hour.moves(60, 0, Decimal(99), Decimal(103), Decimal(102))]
        ['-1', '3.030303030303030303030303030']
        """
        lowest, highest = self.lowest(at, anchor), self.highest(at, anchor)
        ups = [_percent(low, last)]
        downs = [_percent(high, last)]
        if lowest is not None:
            ups.append(_percent(lowest, high))
        if highest is not None:
            downs.append(_percent(highest, low))
        return min(Decimal(0), *downs), max(Decimal(0), *ups)


def _first(kept: deque[_Kept], start: float, anchor: float) -> Decimal | None:
    """Both ends rise from one to the next, so the first that fits is where both begin to."""
    place = max(
        bisect_left(kept, start, key=lambda entry: entry.at),
        bisect_left(kept, anchor, key=lambda entry: entry.begins),
    )
    return kept[place].price if place < len(kept) else None


def _percent(start: Decimal, end: Decimal) -> Decimal:
    return (end - start) * _HUNDRED / start
