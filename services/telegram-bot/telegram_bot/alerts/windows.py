"""How far a price moved within a window: the extremes of the last hour, or day, kept as it goes."""

from bisect import bisect_left
from collections import deque
from decimal import Decimal

_HUNDRED = Decimal(100)


class Extremes:
    """The lows and highs of the last `seconds`; most prices of a window are never kept.

    A low that a later one undercuts can be the lowest of no window that is still to come.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lows: deque[tuple[float, Decimal]] = deque()
        self._highs: deque[tuple[float, Decimal]] = deque()

    def add(self, at: float, low: Decimal, high: Decimal) -> None:
        """Take in what the price did up to `at`, no earlier than the time before."""
        while self._lows and self._lows[-1][1] >= low:
            self._lows.pop()
        self._lows.append((at, low))
        while self._highs and self._highs[-1][1] <= high:
            self._highs.pop()
        self._highs.append((at, high))
        for kept in (self._lows, self._highs):
            while kept[0][0] < at - self.seconds:
                kept.popleft()

    def lowest(self, since: float) -> Decimal | None:
        """Return the lowest price at or after `since`; None: there was none."""
        return _first_since(self._lows, since)

    def highest(self, since: float) -> Decimal | None:
        return _first_since(self._highs, since)

    def moves(
        self, since: float, low: Decimal, high: Decimal, last: Decimal
    ) -> tuple[Decimal, Decimal]:
        """Return how far a look went down, as a negative number, and up, in percent.

        Its high counts from what was before it; its last price also from its own low, which came
        first. Both are 0 where nothing was before and nothing happened in it.

        >>> hour = Extremes(3_600)
        >>> hour.add(0, Decimal(100), Decimal(100))
        >>> [str(move) for move in hour.moves(0, Decimal(99), Decimal(103), Decimal(102))]
        ['-1', '3.030303030303030303030303030']
        """
        lowest, highest = self.lowest(since), self.highest(since)
        ups = [_percent(low, last)]
        downs = [_percent(high, last)]
        if lowest is not None:
            ups.append(_percent(lowest, high))
        if highest is not None:
            downs.append(_percent(highest, low))
        return min(Decimal(0), *downs), max(Decimal(0), *ups)


def _first_since(kept: deque[tuple[float, Decimal]], since: float) -> Decimal | None:
    place = bisect_left(kept, since, key=lambda entry: entry[0])
    return kept[place][1] if place < len(kept) else None


def _percent(start: Decimal, end: Decimal) -> Decimal:
    return (end - start) * _HUNDRED / start
