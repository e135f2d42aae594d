"""How markets move together: Pearson's correlation of their log returns on common candles."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import fsum, sqrt

from common.market import Candle
from market_data.indicators.digits import written
from market_data.indicators.statistics_moments import deviations
from market_data.indicators.statistics_returns import log_returns


def common_openings(many: Sequence[Sequence[Candle]]) -> list[datetime]:
    """Return the opening times that every series has a candle for, oldest first."""
    first, *others = ({candle.opened_at for candle in candles} for candles in many)
    return sorted(first.intersection(*others))


def closes_at(candles: Sequence[Candle], openings: Sequence[datetime]) -> list[Decimal]:
    """Return the closes of the candles that opened at these times; each must be there."""
    by_opening = {candle.opened_at: candle.close for candle in candles}
    return [by_opening[at] for at in openings]


def correlations(columns: Sequence[Sequence[Decimal]]) -> list[list[Decimal | None]]:
    """Return the matrix: symmetric, -1 to 1, exactly 1 on the diagonal, 12 significant digits.

    A market whose returns are all equal varies with nothing: its row and column are None.

    Args:
        columns: Closes at common times, oldest first, at least 3 of each market.
    """
    apart = [deviations(log_returns(closes))[1] for closes in columns]
    return [[_pearson(one, other) for other in apart] for one in apart]


def _pearson(one: Sequence[float], other: Sequence[float]) -> Decimal | None:
    if not one or not other:
        return None
    together = fsum(left * right for left, right in zip(one, other, strict=True))
    apart = sqrt(fsum(left * left for left in one) * fsum(right * right for right in other))
    return written(max(-1.0, min(1.0, together / apart)))
