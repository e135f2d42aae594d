"""MACD (Gerald Appel): the distance between a fast and a slow EMA, and the EMA of that distance.

As TA-Lib computes it: both EMAs start at the same close, the one of index slow - 1, the fast one
with the mean of the last `fast` closes up to there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from market_data.indicators.digits import written
from market_data.indicators.ema import smoothed_exponentially
from market_data.indicators.offsets import offsets

FAST, SLOW, SIGNAL = 12, 26, 9


@dataclass(frozen=True, slots=True)
class Macd:
    """One candle's values, in the quote asset: `histogram` is `macd` less `signal`."""

    macd: Decimal
    signal: Decimal
    histogram: Decimal


def macds(
    closes: Sequence[Decimal], fast: int = FAST, slow: int = SLOW, signal: int = SIGNAL
) -> list[Macd]:
    """Return the values at index `slow + signal - 2` and at each one after it.

    Returns:
        12 significant digits, within 1e-12 of the price; none where there are fewer closes.

    Raises:
        ValueError: If a period is below 1, or the fast one is not the shorter one.
    """
    if fast >= slow:
        raise ValueError(f"the fast period is shorter than the slow one, not {fast} and {slow}")
    numbers = offsets(closes, closes[0]) if closes else []
    slow_means = smoothed_exponentially(numbers, slow)
    fast_means = smoothed_exponentially(numbers[slow - fast :], fast)
    lines = [one - other for one, other in zip(fast_means, slow_means, strict=True)]
    signals = smoothed_exponentially(lines, signal)
    return [
        Macd(written(line), written(mean), written(line - mean))
        for line, mean in zip(lines[signal - 1 :], signals, strict=True)
    ]
