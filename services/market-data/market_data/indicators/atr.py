"""Wilder's average true range, as TradingView and StockCharts compute it.

The first value stands at index n - 1 and is the mean of the first n true ranges; then
ATR = ((n - 1) * ATR before + true range) / n. TA-Lib leaves the first bar out and so starts
elsewhere; the two agree to 1e-8 after some 250 bars (n = 14).

True ranges are exact. Smoothing them is arithmetic on floats, within 1e-12 of the exact value, and
results are given with 12 significant digits.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from common.market import Candle
from market_data.indicators.digits import written
from market_data.indicators.order import refuse_disorder
from market_data.indicators.true_range import true_ranges
from market_data.indicators.wilder import Smoothing, smoothed

PERIODS = range(2, 91)
KEPT_VALUES = 200  # as many as the regime looks back on


def candles_wanted(period: int) -> int:
    """Return how many closed candles settle an ATR, so that its start no longer matters.

    >>> candles_wanted(14), candles_wanted(50), candles_wanted(90)
    (250, 550, 990)
    """
    return min(1000, max(250, 11 * period))


def average_true_ranges(candles: Sequence[Candle], period: int) -> list[Decimal]:
    """Return the ATR at the candle of index `period - 1` and at each one after it.

    Args:
        candles: Closed candles, oldest first, at least `period + 1` of them. Gaps are fine: a
            range then spans from the last close that is known.
        period: Number of bars to average over, 1 or more.

    Returns:
        `len(candles) - period + 1` values in the quote asset, 12 significant digits.

    Raises:
        ValueError: If there are too few candles, they are out of order, or the period is below 1.
    """
    return [written(value) for value in _floats(candles, period)]


class KeptAtr:
    """The ATR of one symbol, timeframe and period, kept and advanced at each close.

    It gives what `average_true_ranges` gives for all of its candles, to the last digit, without
    going through them again.

    Attributes:
        period: Number of bars to average over.
        bars: Candles taken in so far.
        opened_at: Opening time of the last of them.
        close: Its close, in the quote asset.
    """

    __slots__ = ("period", "bars", "opened_at", "close", "_smoothing", "_values")

    period: int
    bars: int
    opened_at: datetime
    close: Decimal
    _smoothing: Smoothing
    _values: deque[float]

    @classmethod
    def start(cls, candles: Sequence[Candle], period: int) -> "KeptAtr":
        """Begin with a window of candles; same conditions and errors as `average_true_ranges`."""
        kept = cls()
        values = _floats(candles, period)
        kept.period = period
        kept.bars = len(candles)
        kept.opened_at = candles[-1].opened_at
        kept.close = candles[-1].close
        kept._smoothing = Smoothing(values[-1], period)
        kept._values = deque(values, maxlen=KEPT_VALUES)
        return kept

    def advance(self, candles: Sequence[Candle]) -> None:
        """Take in the candles that closed since, oldest first; each costs the same short time.

        Raises:
            ValueError: If a candle is out of order, repeated or not newer than the last one. Then
                nothing has changed.
        """
        refuse_disorder(candles, after=self.opened_at)
        for one in true_ranges(candles, self.close):
            self._values.append(self._smoothing.add(float(one)))
        if candles:
            self.bars += len(candles)
            self.opened_at = candles[-1].opened_at
            self.close = candles[-1].close

    @property
    def value(self) -> Decimal:
        """The ATR at the last candle, in the quote asset, 12 significant digits."""
        return written(self._smoothing.value)

    @property
    def values(self) -> list[Decimal]:
        """The last 200 values or as many as there are, oldest first, 12 significant digits."""
        return [written(value) for value in self._values]


def _floats(candles: Sequence[Candle], period: int) -> list[float]:
    if len(candles) <= period:
        raise ValueError(f"ATR({period}) needs {period + 1} candles, not {len(candles)}")
    refuse_disorder(candles)
    return smoothed(map(float, true_ranges(candles)), period)
