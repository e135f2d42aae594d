"""Which markets come first: by change, by volume, or by how far they usually move."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Literal, get_args

from common.wire import Market, TickerReply

Order = Literal["gainers", "losers", "volume", "volatile"]
ORDERS: tuple[Order, ...] = get_args(Order)


def universe(
    listed: Sequence[Market], size: int, preferred: str | None = None
) -> tuple[str, list[Market]]:
    """Return the quote asset of a ranking and its up to `size` largest markets.

    Only markets of one quote asset can be ranked together; recordings stand at another time.

    Args:
        listed: By falling volume.
        preferred: The quote asset where any market has it; else the one that most markets have.
    """
    live = [market for market in listed if market.quality != "recorded"]
    quotes = [market.quote for market in live]
    quote = preferred if preferred in quotes else max(quotes, key=quotes.count, default="USD")
    return quote, [market for market in live if market.quote == quote][:size]


def ranked(
    order: Order, tickers: Collection[TickerReply], atr_pct: Mapping[str, Decimal] | None = None
) -> list[TickerReply]:
    """Sort, best first, leaving out those whose figure is not known.

    Args:
        atr_pct: By symbol, for `volatile`.
    """
    figures = {
        ticker.symbol: figure
        for ticker in tickers
        if (figure := _figure(order, ticker, atr_pct or {})) is not None
    }
    known = [ticker for ticker in tickers if ticker.symbol in figures]
    return sorted(known, key=lambda ticker: figures[ticker.symbol], reverse=True)


def _figure(order: Order, ticker: TickerReply, atr_pct: Mapping[str, Decimal]) -> Decimal | None:
    """Return the figure of which the largest comes first."""
    match order:
        case "gainers":
            return ticker.change_24h_pct
        case "losers":
            change = ticker.change_24h_pct
            return None if change is None else change.copy_negate()
        case "volume":
            return ticker.quote_volume_24h
    return atr_pct.get(ticker.symbol)
