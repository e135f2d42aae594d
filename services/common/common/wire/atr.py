"""The average true range, and what follows from it."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from common.wire.candles import Gap
from common.wire.sourced import Sourced

Regime = Literal["high", "rising", "normal", "low"]
Direction = Literal["up", "down"]
Side = Literal["long", "short"]


class Stop(msgspec.Struct, kw_only=True, frozen=True):
    """Stop prices at one multiple of ATR from the entry.

    Attributes:
        long, short: In the quote asset, on the tick, half up; `long` is null where it were <= 0.
        distance_pct: Multiple times ATR as a share of the entry.
    """

    multiple: Decimal
    long: Decimal | None
    short: Decimal
    distance_pct: Decimal


class Chandelier(msgspec.Struct, kw_only=True, frozen=True):
    """LeBeau's exits: highest high less, and lowest low plus, a multiple of ATR of that period."""

    period: int
    multiple: Decimal
    long: Decimal
    short: Decimal


class Supertrend(msgspec.Struct, kw_only=True, frozen=True):
    """The trend and the price at whose close it flips."""

    period: int
    multiple: Decimal
    direction: Direction
    flips_at: Decimal


class Position(msgspec.Struct, kw_only=True, frozen=True):
    """How much to trade so that a stop costs a known share of the equity.

    Attributes:
        equity, cost, loss: In the quote asset; `cost` is quantity times entry.
        risk_pct, cost_pct: Shares of the equity.
        quantity: In the base asset, floored to the lot step; 0 when one lot already risks more.
        capped: True when the equity, not the risk, set the quantity.
        refusal: A sentence when no position makes sense (the stop would be <= 0), else null.
    """

    side: Side
    multiple: Decimal
    entry: Decimal
    stop: Decimal | None
    equity: Decimal
    risk_pct: Decimal
    quantity: Decimal
    cost: Decimal
    cost_pct: Decimal
    loss: Decimal
    capped: bool
    refusal: str | None


class AtrReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/indicators/{symbol}/atr`: Wilder's average true range over closed candles.

    Attributes:
        method, seed: `wilder`; the first value is the mean of the first n true ranges, the very
            first of which is high - low.
        atr: In the quote asset, 12 significant digits, not rounded to the tick.
        atr_pct: ATR as a share of `close`.
        close: Close of the last closed candle, whose closing time is `closed_at`.
        next_close_at: When the next candle closes.
        price: The last price; stops start from `entry`, which is it unless asked otherwise.
        bars: Closed candles that the value stands on.
        approximate: True where fewer bars exist than a settled value needs.
        regime: ATR against its mean over 50 bars: above 1.5 high, above 1.2 rising, below 0.7 low.
        ratio: That quotient; null, like `percentile` (over 200 bars), when history is too short.
        gaps: Missing candles inside the bars.
        filled: How many of the bars stand for a time without trades, as in `CandlesReply`.
    """

    symbol: str
    name: str
    timeframe: str
    period: int
    method: Literal["wilder"]
    seed: Literal["sma_tr_0"]
    price_step: Decimal
    lot_step: Decimal
    atr: Decimal
    atr_pct: Decimal
    close: Decimal
    closed_at: datetime
    next_close_at: datetime
    price: Decimal
    entry: Decimal
    bars: int
    approximate: bool
    regime: Regime | None
    ratio: Decimal | None
    percentile: int | None
    stops: list[Stop]
    chandelier: Chandelier | None
    supertrend: Supertrend | None
    position: Position | None
    built_from: str | None
    gaps: list[Gap]
    filled: int = 0
