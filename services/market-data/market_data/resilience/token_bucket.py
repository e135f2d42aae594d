"""How fast an upstream may be asked: a steady rate, and a burst after a quiet spell."""

from common.clock import Clock


class TokenBucket:
    """Tokens drip in at `rate` a second, up to `burst`; each call takes one, in the order asked."""

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

    def take(self) -> float:
        """Take a token and return the seconds to wait before using it."""
        now = self._clock.monotonic()
        dripped = (now - self._counted_at) * self._rate
        self._tokens = min(self._burst, self._tokens + dripped) - 1.0
        self._counted_at = now
        return max(0.0, -self._tokens / self._rate)
