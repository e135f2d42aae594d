"""Candles, and what is missing among them."""

from datetime import datetime
from decimal import Decimal

import msgspec

from common.wire.sourced import Sourced


class Gap(msgspec.Struct, kw_only=True, frozen=True):
    """Candles that are missing from a series: the first and the last missing opening time."""

    first: datetime
    last: datetime
    missing: int


class CandlesReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/candles/{symbol}`: closed candles in columns of equal length, oldest first.

    Attributes:
        built_from: The native timeframe that longer candles were built from, else null.
        gaps: Missing candles inside the range, none of them made up.
        filled: How many candles stand for a time without trades: one or two in a row that the
            exchange did not publish, flat at the close before them, without volume.
        filled_at: When those opened.
        opened_at: Opening times, which name the candles.
        next_cursor: Ask with it for the page of older candles; null when there is none.
    """

    symbol: str
    timeframe: str
    price_step: Decimal
    opened_at: list[datetime]
    open: list[Decimal]
    high: list[Decimal]
    low: list[Decimal]
    close: list[Decimal]
    volume: list[Decimal]
    built_from: str | None
    gaps: list[Gap]
    next_cursor: str | None
    filled: int = 0
    filled_at: list[datetime] = []
