"""True range: how far a price travelled in a bar, the jump from the last close included.

Wilder 1978: max(high - low, |high - close before|, |low - close before|), which is the higher of
high and close before, less the lower of low and close before. The first bar has no close before it
and gives high - low, as in TradingView's `ta.tr(true)` and StockCharts' table.
"""

from collections.abc import Sequence
from decimal import Decimal

from common.market import Candle
from market_data.indicators.steps import EXACT


def true_ranges(candles: Sequence[Candle], close_before: Decimal | None = None) -> list[Decimal]:
    """Return the exact true range of each candle, in the quote asset.

    Args:
        candles: Oldest first.
        close_before: Close of the candle before the first one, where there is one.
    """
    ranges = []
    close = close_before
    for candle in candles:
        high, low = candle.high, candle.low
        if close is not None:
            high, low = max(high, close), min(low, close)
        ranges.append(EXACT.subtract(high, low))
        close = candle.close
    return ranges


def true_ranges_of_columns(
    high: Sequence[float], low: Sequence[float], close: Sequence[float]
) -> list[float]:
    """Return the same for columns of equal length; exact where they hold integer ticks."""
    return [
        *(top - bottom for top, bottom in zip(high[:1], low[:1], strict=True)),
        *[
            (top if top > before else before) - (bottom if bottom < before else before)
            for top, bottom, before in zip(high[1:], low[1:], close[:-1], strict=True)
        ],
    ]
