"""Prices of single exchanges, out of what market data tells of a market."""

from collections.abc import Mapping
from decimal import Decimal

from common.wire import TickerReply

OLDEST_SECONDS = 60.0


def prices_at(ticker: TickerReply) -> Mapping[str, Decimal]:
    """Return what each exchange says on which the price stands, by its name.

    An exchange that the others contradict, or that said nothing lately, is left out.
    """
    if not ticker.sources:
        return {ticker.source: ticker.price}
    return {
        one.name: one.price
        for one in ticker.sources
        if one.used and one.age_ms <= OLDEST_SECONDS * 1_000
    }
