"""Returns: what a price did between two instants.

A log return is ln(close / close before). Log returns add up over time, so a mean and a standard
deviation of them mean something. A change in percent is 100 * (now / before - 1).

Returns are between candles that follow each other in the series: over a stock's weekend, or over a
gap, there is one return, from the last close that is known.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Context, Decimal
from itertools import pairwise
from math import log, log1p

from common.market import Candle, Timeframe
from market_data.indicators.steps import EXACT

_SHARE = Decimal("0.000001")
_RATIO = Context(prec=40)


def log_returns(closes: Sequence[Decimal]) -> list[float]:
    """Return ln(close / close before) for each close but the first, within 1e-15 of it."""
    return [_log_return(before, after) for before, after in pairwise(closes)]


def _log_return(before: Decimal, after: Decimal) -> float:
    change = _RATIO.divide(EXACT.subtract(after, before), before)
    # Of a small change the logarithm keeps its digits only by log1p, of a crash only by log.
    return log1p(change) if abs(change) < 0.5 else log(_RATIO.divide(after, before))


def change_pct(before: Decimal, now: Decimal) -> Decimal:
    """Return the signed change in percent, with 6 decimals."""
    change = _RATIO.divide(EXACT.subtract(now, before), before)
    return _RATIO.quantize(_RATIO.multiply(change, Decimal(100)), _SHARE)


def close_at(candles: Sequence[Candle], timeframe: Timeframe, at: datetime) -> Decimal | None:
    """Return the close of the last candle that had closed by an instant; None before the first.

    Args:
        candles: Of `timeframe`, oldest first.
    """
    latest = at - timeframe.length
    index = bisect_right(candles, latest, key=lambda candle: candle.opened_at)
    return candles[index - 1].close if index else None
