"""Relative strength index (Wilder 1978).

Gains and losses from close to close are smoothed apart, as ATR is: the first value is the mean of
the first n, then ((n - 1) * value before + new) / n. RSI = 100 * gain / (gain + loss).
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from market_data.indicators.digits import written
from market_data.indicators.steps import EXACT
from market_data.indicators.wilder import smoothed


def relative_strengths(closes: Sequence[Decimal], period: int) -> list[Decimal | None]:
    """Return the RSI at index `period` and at each one after it, 0 to 100.

    Returns:
        `len(closes) - period` values, within 1e-12, written with 12 significant digits. None where
        no close has ever moved: there is neither strength nor weakness.

    Raises:
        ValueError: If the period is below 1.
    """
    moves = [float(EXACT.subtract(after, before)) for before, after in pairwise(closes)]
    gains = smoothed((max(move, 0.0) for move in moves), period)
    losses = smoothed((max(-move, 0.0) for move in moves), period)
    return [_strength(gain, loss) for gain, loss in zip(gains, losses, strict=True)]


def _strength(gain: float, loss: float) -> Decimal | None:
    return written(100 * gain / (gain + loss)) if gain + loss else None
