"""Answers that come a page at a time: what is asked, and how a page is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.errors import BadInput
from common.market import Candle, Timeframe
from common.wire import CandlesReply
from market_data.catalogue import Offer
from market_data.provenance import provenance
from market_data.providers import Listing
from market_data.series import Series


@dataclass(frozen=True, slots=True)
class CandlesAsked:
    """A page of candles.

    Attributes:
        limit: At most so many, the newest of the range.
        start, end: `start <= opened_at < end`; None leaves that side open.
        fill: Whether one or two missing candles of an exchange are filled flat.
    """

    timeframe: Timeframe
    limit: int
    start: datetime | None = None
    end: datetime | None = None
    fill: bool = True


@dataclass(frozen=True, slots=True)
class SymbolsAsked:
    """A page of markets.

    Attributes:
        text: What symbol or name must contain, in capitals.
        after: The symbol that the page before ended with; empty for the first page.
    """

    text: str
    after: str
    limit: int

    def wants(self, listing: Listing) -> bool:
        return self.text in str(listing.symbol) or self.text in listing.name.upper()


def place_after(found: Sequence[Offer], symbol: str) -> int:
    """Return where the page begins that follows this market."""
    for index, offer in enumerate(found):
        if str(offer.listing.symbol) == symbol:
            return index + 1
    raise BadInput(f"cursor is {symbol[:40]!r}, which is not on this list; start without a cursor.")


def candles_page(
    offer: Offer, asked: CandlesAsked, series: Series, candles: Sequence[Candle], more: bool
) -> CandlesReply:
    length = asked.timeframe.length
    at = candles[-1].opened_at + length if candles else series.until
    first = candles[0].opened_at if candles else None
    filled = [at for at in series.filled if first is not None and at >= first]
    return CandlesReply(
        **provenance(offer, at, stale=False),
        symbol=str(offer.listing.symbol),
        timeframe=asked.timeframe.value,
        price_step=offer.listing.price_step,
        opened_at=[candle.opened_at for candle in candles],
        open=[candle.open for candle in candles],
        high=[candle.high for candle in candles],
        low=[candle.low for candle in candles],
        close=[candle.close for candle in candles],
        volume=[candle.volume for candle in candles],
        built_from=series.built_from.value if series.built_from else None,
        gaps=[gap for gap in series.gaps if first is not None and gap.last >= first],
        next_cursor=first.strftime("%Y-%m-%dT%H:%M:%SZ") if more and first else None,
        filled=len(filled),
        filled_at=filled,
    )
