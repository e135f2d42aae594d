"""True range: how far a price travelled in a bar, the jump from the last close included.

Wilder 1978: max(high - low, |high - close before|, |low - close before|), which is the higher of
high and close before, less the lower of low and close before. The first bar has no close before it
and gives high - low, as in TradingView's `ta.tr(true)` and StockCharts' table.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain

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
) -> Iterator[float]:
    """Yield the same for columns of equal length; exact where they hold integer ticks.

    Raises:
        ValueError: If the columns differ in length.
    """
    before = chain(high[:1], close[:-1])  # its own high as the close before leaves high - low
    for top, bottom, last in zip(high, low, before, strict=True):
        yield (top if top > last else last) - (bottom if bottom < last else last)
