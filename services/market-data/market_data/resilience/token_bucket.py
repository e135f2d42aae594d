"""How fast an upstream may be asked: a steady rate, and a burst after a quiet spell."""

from common.clock import Clock


class TokenBucket:
    """Tokens drip in at `rate` a second, up to `burst`; calls take theirs in the order asked."""

    def __init__(self, rate: float, burst: float, clock: Clock) -> None:
        """Start full.

        Args:
            clock: Should run in real time: a limit is the upstream's, whatever time prices are of.
        """
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._counted_at = clock.monotonic()

    def wait(self, amount: float = 1.0) -> float:
        """Return the seconds that `take` would ask to wait, without taking anything."""
        self._drip()
        return max(0.0, (amount - self._tokens) / self._rate)

    def take(self, amount: float = 1.0) -> float:
        """Take tokens and return the seconds to wait before using them."""
        wait = self.wait(amount)
        self._tokens -= amount
        return wait

    def give_back(self, amount: float = 1.0) -> None:
        """Undo a `take` whose tokens were not used."""
        self._tokens = min(self._burst, self._tokens + amount)

    def leave(self, most: float) -> None:
        """Keep at most so many tokens; below 0, a pause. For an upstream that counts itself."""
        self._drip()
        self._tokens = min(self._tokens, most)

    def _drip(self) -> None:
        now = self._clock.monotonic()
        dripped = (now - self._counted_at) * self._rate
        self._tokens = min(self._burst, self._tokens + dripped)
        self._counted_at = now
