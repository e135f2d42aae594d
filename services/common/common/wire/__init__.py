"""The HTTP contract of the market-data service: one struct a reply, and nothing else crosses.

Prices, amounts and shares are `Decimal`, written as JSON strings; times are aware UTC, written in
RFC 3339. A value that the service does not know is null, never 0. Shares and changes are in
percent: `"2.41"` is 2.41 %.
"""

from common.wire.atr import (
    AtrReply,
    Chandelier,
    Direction,
    Position,
    Regime,
    Side,
    Stop,
    Supertrend,
)
from common.wire.candles import CandlesReply, Gap
from common.wire.indicators import Indicator, IndicatorName, IndicatorsReply
from common.wire.operations import Health, ProvidersReply, ProviderState, Version
from common.wire.prices import Market, MarketsReply, SourcePrice, TickerReply, TickersReply
from common.wire.problem import Problem
from common.wire.sourced import AsOfKind, Quality, Sourced
from common.wire.statistics import (
    CorrelatedMarket,
    CorrelationReply,
    DayChange,
    Distribution,
    Drawdown,
    StatisticsReply,
)
from common.wire.written import encode

__all__ = [
    "AsOfKind",
    "AtrReply",
    "CandlesReply",
    "Chandelier",
    "CorrelatedMarket",
    "CorrelationReply",
    "DayChange",
    "Direction",
    "Distribution",
    "Drawdown",
    "Gap",
    "Health",
    "Indicator",
    "IndicatorName",
    "IndicatorsReply",
    "Market",
    "MarketsReply",
    "Position",
    "Problem",
    "ProviderState",
    "ProvidersReply",
    "Quality",
    "Regime",
    "Side",
    "SourcePrice",
    "Sourced",
    "StatisticsReply",
    "Stop",
    "Supertrend",
    "TickerReply",
    "TickersReply",
    "Version",
    "encode",
]
