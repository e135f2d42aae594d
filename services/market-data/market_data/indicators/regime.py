"""Is volatility high or low against its own past?"""

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce

from common.wire import Regime
from market_data.indicators.steps import EXACT, SHORT

MEAN_OVER = 50
RANKED_AMONG = 200
_HIGH, _RISING, _LOW = Decimal("1.5"), Decimal("1.2"), Decimal("0.7")


def regime(
    atrs: Sequence[Decimal | float],
) -> tuple[Regime | None, Decimal | None, int | None]:
    """Compare the last ATR with those before it.

    Args:
        atrs: Values of one series, oldest first; only the last 200 count.

    Returns:
        The word: high above 1.5 times the mean of the last 50 values (the last one included),
        rising above 1.2, normal from 0.7 to 1.2, low below 0.7.
        The ratio behind the word, 12 significant digits.
        The percentile: the share of the last 200 values (of as many as there are from 50 on) that
        are at most the last one, the last one included, in whole percent, half up: 1 to 100.
        All three are None for fewer than 50 values; word and ratio also where every one of the
        last 50 is 0.
    """
    if len(atrs) < MEAN_OVER:
        return None, None, None
    values = [Decimal(value) for value in atrs[-RANKED_AMONG:]]
    percentile = _percentile(values)
    total = reduce(EXACT.add, values[-MEAN_OVER:])
    if total == 0:
        return None, None, percentile
    ratio = SHORT.divide(EXACT.multiply(values[-1], Decimal(MEAN_OVER)), total)
    return _word(ratio), ratio, percentile


def _word(ratio: Decimal) -> Regime:
    if ratio > _HIGH:
        return "high"
    if ratio > _RISING:
        return "rising"
    return "low" if ratio < _LOW else "normal"


def _percentile(values: Sequence[Decimal]) -> int:
    last = values[-1]
    at_most = sum(value <= last for value in values)
    return (200 * at_most + len(values)) // (2 * len(values))
