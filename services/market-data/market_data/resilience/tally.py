"""What became of the calls to one upstream, counted for people and for /metrics."""

from collections import Counter
from datetime import datetime
from typing import Literal

from common.clock import Clock
from market_data.resilience.histogram import Histogram

# ok: answered; failed: not, or nonsense; slow: not in time; busy, barred: not even asked.
Outcome = Literal["ok", "failed", "slow", "busy", "barred"]
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds, upper bounds
_SMOOTH = 0.2  # weight of the newest latency
_SHOWN = 200  # characters of an error


class Tally:
    """Counts by operation.

    Attributes:
        outcomes: By operation and outcome.
        latencies: By operation, of calls that were sent.
        last_success: When the upstream last answered.
        last_error: What it was that went wrong last, and `failed_at` when.
        latency: Seconds, smoothed over the last few answers; None before the first.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.outcomes: Counter[tuple[str, Outcome]] = Counter()
        self.latencies: dict[str, Histogram] = {}
        self.last_success: datetime | None = None
        self.last_error: str | None = None
        self.failed_at: datetime | None = None
        self.latency: float | None = None

    def sent(self, op: str, outcome: Outcome, seconds: float, error: str = "") -> None:
        """Count a call that went out."""
        self.outcomes[op, outcome] += 1
        self.latencies.setdefault(op, Histogram(BUCKETS)).add(seconds)
        if outcome == "ok":
            self.last_success = self._clock.now()
            before = seconds if self.latency is None else self.latency
            self.latency = before + _SMOOTH * (seconds - before)
        else:
            self.last_error, self.failed_at = error[:_SHOWN], self._clock.now()

    def kept_back(self, op: str, outcome: Outcome) -> None:
        """Count a call that did not go out."""
        self.outcomes[op, outcome] += 1

    def count(self, *outcomes: Outcome) -> int:
        return sum(n for (_, outcome), n in self.outcomes.items() if outcome in outcomes)
