"""Indicators by name."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from common.wire.candles import Gap
from common.wire.sourced import Sourced

IndicatorName = Literal[
    "atr", "natr", "rsi", "ema", "sma", "bollinger", "macd", "supertrend", "chandelier"
]


class Indicator(msgspec.Struct, kw_only=True, frozen=True):
    """One indicator at the last closed candle, and over the last ones where asked for.

    Attributes:
        parameters: What it was computed with, for example `{"period": "14"}`.
        approximate: True where fewer candles exist than a settled value needs.
        lines: Values by name. One line is called `value`: of atr, ema and sma in the quote asset,
            of natr in percent of the close, of rsi 0 to 100. bollinger has `upper`, `middle` and
            `lower`; macd has `macd`, `signal` and `histogram`; chandelier `long` and `short`;
            supertrend `up`, the level while the trend is up, and `down`, the level while it is
            down. 12 significant digits; supertrend and chandelier are on the tick, half up.
        series: The same lines at each of `IndicatorsReply.opened_at`; null unless asked for.
    """

    name: IndicatorName
    parameters: dict[str, Decimal]
    approximate: bool
    lines: dict[str, Decimal | None]
    series: dict[str, list[Decimal | None]] | None


class IndicatorsReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/indicators/{symbol}`: indicators over closed candles, in the order asked.

    Attributes:
        close: Close of the last closed candle, whose closing time is `closed_at`.
        next_close_at: When the next candle closes.
        bars: Closed candles that the values stand on.
        opened_at: Candles that the series run over, oldest first; null unless asked for.
        built_from, gaps, filled: As in `CandlesReply`, of the bars.
    """

    symbol: str
    name: str
    timeframe: str
    price_step: Decimal
    close: Decimal
    closed_at: datetime
    next_close_at: datetime
    bars: int
    indicators: list[Indicator]
    opened_at: list[datetime] | None
    built_from: str | None
    gaps: list[Gap]
    filled: int
