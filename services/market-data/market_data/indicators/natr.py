"""Normalised ATR: the average true range as a share of the close."""

from collections.abc import Sequence
from decimal import Decimal

from common.market import Candle
from market_data.indicators.atr import average_true_ranges
from market_data.indicators.steps import in_percent


def normalised_true_ranges(candles: Sequence[Candle], period: int) -> list[Decimal]:
    """Return 100 * ATR / close at index `period - 1` and at each one after it.

    Same conditions, length and errors as `average_true_ranges`; in percent, 12 significant digits.
    """
    atrs = average_true_ranges(candles, period)
    bars = candles[period - 1 :]
    return [in_percent(atr, bar.close) for atr, bar in zip(atrs, bars, strict=True)]
