"""Prices that one source alone moved far from the last good one: not believed at once."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import sqrt

from common.clock import Clock
from market_data.resilience.cache import Cache

TOLD_SECONDS = 300.0  # for so long the last good price may be told instead
COMPARED_SECONDS = 900.0  # for so long it says how far the next one may be
PERSISTENT_SECONDS = 60.0  # a jump that stays for a whole minute is a move
_ANSWERS = 3  # different ones, over that minute
_RANGES = 10  # of one minute
_LEAST, _UNKNOWN = Decimal("0.005"), Decimal("0.05")  # shares of the price


@dataclass(frozen=True, slots=True)
class Good:
    """A price that was believed.

    Attributes:
        at: When it was true.
        since: The same by the monotonic clock.
    """

    price: Decimal
    at: datetime
    since: float


@dataclass(slots=True)
class _Candidate:
    price: Decimal
    since: float
    last: datetime
    answers: int = 1


class Jumps:
    """The last good price of each market, and the jump that waits to be confirmed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._good: Cache[Good] = Cache(clock, most=2_000)
        self._candidates: Cache[_Candidate] = Cache(clock, most=2_000)

    def good(self, market: Hashable, within: float = TOLD_SECONDS) -> Good | None:
        """The last price that was believed, if that was within so many seconds."""
        kept = self._good.get(market)
        if kept is None or self._clock.monotonic() - kept.value.since > within:
            return None
        return kept.value

    def accept(self, market: Hashable, price: Decimal, at: datetime, age: float = 0.0) -> None:
        """Believe a price that was true `age` seconds ago."""
        self._good.put(market, Good(price, at, self._clock.monotonic() - age))
        self._candidates.drop(market)

    def believes(
        self,
        market: Hashable,
        price: Decimal,
        at: datetime,
        minute_range: Decimal | None,
        *,
        remember: bool = True,
    ) -> bool:
        """Say whether the price of one source may be believed.

        Args:
            at: When the source says it was true.
            minute_range: The usual range of a minute, in the quote asset; None if not known.
            remember: Whether it becomes the last good one if so, and counts as a repetition if not.
        """
        good = self.good(market, COMPARED_SECONDS)
        believed = good is None
        if good is not None:
            limit = _limit(good.price, self._clock.monotonic() - good.since, minute_range)
            believed = abs(price - good.price) <= limit
            believed = believed or (remember and self._persists(market, price, at, limit))
        if believed and remember:
            self.accept(market, price, at)
        return believed

    def _persists(self, market: Hashable, price: Decimal, at: datetime, limit: Decimal) -> bool:
        now, kept = self._clock.monotonic(), self._candidates.get(market)
        if kept is None or abs(price - kept.value.price) > limit:
            self._candidates.put(market, _Candidate(price, now, at))
            return False
        candidate = kept.value
        if at != candidate.last:
            candidate.answers, candidate.last = candidate.answers + 1, at
        return candidate.answers >= _ANSWERS and now - candidate.since >= PERSISTENT_SECONDS


def _limit(price: Decimal, age: float, minute_range: Decimal | None) -> Decimal:
    """How far a price may move in `age` seconds: ranges grow with the root of time."""
    if minute_range is None:
        return price * _UNKNOWN
    minutes = max(1.0, age / 60.0)
    return max(price * _LEAST, _RANGES * minute_range * Decimal(str(round(sqrt(minutes), 3))))
