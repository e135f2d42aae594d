"""The best and the worst day of a stretch of daily candles."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from common.market import Candle
from common.wire import DayChange
from market_data.indicators.statistics_returns import change_pct


def best_and_worst(candles: Sequence[Candle]) -> tuple[DayChange, DayChange] | None:
    """Return the days whose close rose most and fell most against the close before.

    Of equal days the first counts. None for fewer than 2 candles.

    Args:
        candles: Closed daily candles, oldest first.
    """
    days = [
        DayChange(opened_at=day.opened_at, change_pct=change_pct(before.close, day.close))
        for before, day in pairwise(candles)
    ]
    if not days:
        return None
    return max(days, key=_change), min(days, key=_change)


def _change(day: DayChange) -> Decimal:
    return day.change_pct
