"""Average true range one candle at a time: Wilder's, as market-data computes it."""

from collections import deque
from dataclasses import dataclass, field
from math import fsum

from common.market import Candle


@dataclass(slots=True)
class RunningAtr:
    """Floats, within 1e-12 of the exact value.

    Attributes:
        value: In the quote asset; None for fewer than `period` candles.
    """

    period: int
    value: float | None = None
    _close: float | None = None
    _first: list[float] = field(default_factory=list)

    def see(self, candle: Candle) -> float | None:
        """Take in the next closed candle, and return the value at it."""
        high, low = float(candle.high), float(candle.low)
        before = self._close
        span = high - low
        if before is not None:
            span = max(span, abs(high - before), abs(low - before))
        self._close = float(candle.close)
        if self.value is not None:
            self.value = ((self.period - 1.0) * self.value + span) / self.period
        else:
            self._first.append(span)
            if len(self._first) == self.period:
                self.value = fsum(self._first) / self.period
        return self.value


@dataclass(slots=True)
class Extremes:
    """The highest high and the lowest low of the last `period` candles."""

    period: int
    _bars: deque[tuple[float, float]] = field(default_factory=deque)

    def see(self, candle: Candle) -> tuple[float, float]:
        """Take in a candle, and return highest and lowest with it."""
        self._bars.append((float(candle.high), float(candle.low)))
        if len(self._bars) > self.period:
            self._bars.popleft()
        return max(high for high, _ in self._bars), min(low for _, low in self._bars)
