"""Markets and what they trade at."""

from decimal import Decimal

import msgspec

from common.wire.problem import Problem
from common.wire.sourced import Quality, Sourced


class Market(msgspec.Struct, kw_only=True, frozen=True):
    """One listed market.

    Attributes:
        symbol: `BASE-QUOTE`.
        name: Of the base asset, for example `Bitcoin`.
        price_step: The tick size: prices are multiples of it.
        lot_step: Amounts are multiples of it.
        quote_volume_24h: In the quote asset; ranks suggestions.
        timeframes: Those that can be answered for this market, shortest first.
        source, quality: As in `Sourced`.
    """

    symbol: str
    base: str
    quote: str
    name: str
    price_step: Decimal
    lot_step: Decimal
    quote_volume_24h: Decimal | None
    timeframes: list[str]
    source: str
    quality: Quality


class MarketsReply(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /v1/symbols`: markets by falling volume; `next_cursor` is null on the last page."""

    symbols: list[Market]
    next_cursor: str | None


class SourcePrice(msgspec.Struct, kw_only=True, frozen=True):
    """What one source says of a market.

    Attributes:
        price: In the quote asset.
        age_ms: Milliseconds since it was true, or since it was heard: the longer one.
        deviation_bps: From the price that is told, signed, in hundredths of a percent.
        used: Whether the price that is told stands on it.
    """

    name: str
    price: Decimal
    age_ms: int
    deviation_bps: Decimal
    used: bool


class TickerReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/tickers/{symbol}`.

    Attributes:
        price, bid, ask, open_24h, high_24h, low_24h: In the quote asset.
        change_24h: Price now less price 24 hours ago, in the quote asset.
        change_1h_pct, change_24h_pct, change_7d_pct: Signed percent, computed by this service.
        volume_24h, quote_volume_24h: In the base asset and in the quote asset.
        sources: What each exchange says, the preferred one first; all in this quote asset.
        alertable: Whether this price may fire an alert: neither stale nor disputed, and no jump
            of a single source that nothing confirms.
    """

    symbol: str
    name: str
    price: Decimal
    price_step: Decimal
    lot_step: Decimal
    bid: Decimal | None
    ask: Decimal | None
    open_24h: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    change_24h: Decimal | None
    change_1h_pct: Decimal | None
    change_24h_pct: Decimal | None
    change_7d_pct: Decimal | None
    volume_24h: Decimal | None
    quote_volume_24h: Decimal | None
    sources: list[SourcePrice] = []
    alertable: bool = False


class TickersReply(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /v1/tickers?symbols=`: what is known, in the order asked; the rest as problems."""

    tickers: list[TickerReply]
    problems: list[Problem]
