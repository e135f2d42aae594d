"""How fast one person may ask: a bucket of tokens each, kept in memory."""

import math
from collections import OrderedDict
from dataclasses import dataclass

from common.clock import Clock

BURST = 20
PER_SECOND = 2.0  # 20 in 10 seconds
# An inline query comes with every letter; whoever holds a key down gets no more of them.
INLINE_BURST = 40
INLINE_PER_SECOND = 5.0
_MOST_PEOPLE = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    told: bool = False


class Pace:
    """Says whether a person may ask now. Who was told to wait waits until half of it is back.

    >>> from common.clock import SystemClock
    >>> Pace(SystemClock()).wait(user=1)
    0
    """

    def __init__(self, clock: Clock, burst: int = BURST, per_second: float = PER_SECOND) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_second
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def wait(self, user: int) -> int | None:
        """Return 0: ask; a number: say once to wait so many seconds; None: say nothing."""
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(user, _Bucket(self._burst, now))
        self._buckets.move_to_end(user)
        if len(self._buckets) > _MOST_PEOPLE:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        enough = self._burst / 2 if bucket.told else 1
        if bucket.tokens >= enough:
            bucket.tokens -= 1
            bucket.told = False
            return 0
        if bucket.told:
            return None
        bucket.told = True
        return math.ceil((self._burst / 2 - bucket.tokens) / self._per_second)
