"""Whether an upstream may be asked: not for a while after it has failed too often."""

from collections import deque
from typing import Literal

from common.clock import Clock

State = Literal["closed", "open", "half_open"]
FAILURES, WITHIN = 5, 30.0  # so many failures in so many seconds are an outage
LEAST, RATE_WITHIN = 10, 300.0  # of so many calls in so many seconds, more than half failed
PAUSE, LONGEST_PAUSE = 15.0, 300.0  # before the first probe, and before the next ones at most
_PROBE_SECONDS = 1.0  # for those who come while a probe is under way


class Breaker:
    """Closed: calls go. Open: none does. Half open: one does, and its outcome decides.

    Attributes:
        turn: Another number once it opens and with each probe. Who was let go in an earlier turn
            says nothing about this one.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=1_000)
        self._pause = PAUSE
        self._open_until: float | None = None
        self._probing = False
        self.turn = 0

    @property
    def state(self) -> State:
        if self._open_until is None:
            return "closed"
        return "open" if self._clock.monotonic() < self._open_until else "half_open"

    @property
    def left(self) -> float:
        """Seconds until a call may go; 0 when one may go now."""
        if self._open_until is None:
            return 0.0
        return max(0.0, self._open_until - self._clock.monotonic())

    def admit(self) -> float:
        """Let a call go and return 0, or return the seconds after which asking makes sense.

        Whoever was let go says afterwards how it went, `succeeded`, `failed` or `gave_up`, and in
        which turn that was; by default in this one.
        """
        if self.state == "closed":
            return 0.0
        if self.left > 0 or self._probing:
            return max(self.left, _PROBE_SECONDS)
        self._probing = True
        self.turn += 1
        return 0.0

    def succeeded(self, turn: int | None = None) -> None:
        """The upstream answered, be it that it does not have what was asked for."""
        if turn not in (None, self.turn):
            return
        if self.state == "closed":
            self._outcomes.append((self._clock.monotonic(), True))
        elif self._probing:
            self._open_until = None
            self._pause = PAUSE
            self._outcomes.clear()
        self._probing = False

    def failed(self, turn: int | None = None) -> None:
        """The upstream did not answer, or with nonsense."""
        if turn not in (None, self.turn):
            return
        if self.state == "closed":
            self._outcomes.append((self._clock.monotonic(), False))
            if self._too_many():
                self._open()
        elif self._probing:
            self._pause = min(LONGEST_PAUSE, 2 * self._pause)
            self._open()
        self._probing = False

    def gave_up(self, turn: int | None = None) -> None:
        """Nobody knows how it went: the asker left before."""
        if turn in (None, self.turn):
            self._probing = False

    def open_for(self, seconds: float) -> None:
        """Let nothing go for so long: the upstream asked for it, or turned us away."""
        self._probing = False
        self.turn += 1
        self._open_until = max(self._open_until or 0.0, self._clock.monotonic() + seconds)

    def _open(self) -> None:
        self.turn += 1
        self._open_until = self._clock.monotonic() + self._pause
        self._outcomes.clear()

    def _too_many(self) -> bool:
        now = self._clock.monotonic()
        while self._outcomes[0][0] < now - RATE_WITHIN:
            self._outcomes.popleft()
        recent = sum(not fine for at, fine in self._outcomes if at > now - WITHIN)
        bad = sum(not fine for _, fine in self._outcomes)
        return recent >= FAILURES or (
            len(self._outcomes) >= LEAST and 2 * bad > len(self._outcomes)
        )
