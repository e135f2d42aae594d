"""Which markets come first: by change, by volume, or by how far they usually move."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Literal, get_args

from common.wire import Market, TickerReply

Order = Literal["gainers", "losers", "volume", "volatile"]
ORDERS: tuple[Order, ...] = get_args(Order)
CHANGES: tuple[Order, ...] = ("gainers", "losers")


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

    What has fallen is no gainer, and what has risen no loser: both are left out too.

    Args:
        atr_pct: By symbol, for `volatile`.
    """
    figures = {
        ticker.symbol: figure
        for ticker in known(order, tickers, atr_pct)
        if (figure := _figure(order, ticker, atr_pct or {})) is not None
        and (figure > 0 or order not in CHANGES)
    }
    found = [ticker for ticker in tickers if ticker.symbol in figures]
    return sorted(found, key=lambda ticker: figures[ticker.symbol], reverse=True)


def known(
    order: Order, tickers: Collection[TickerReply], atr_pct: Mapping[str, Decimal] | None = None
) -> list[TickerReply]:
    """Return those whose figure is known, in their order."""
    return [it for it in tickers if _figure(order, it, atr_pct or {}) is not None]


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
