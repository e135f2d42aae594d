"""Candles of an exchange: from the local store what it has, from the exchange itself the rest."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from common.market import Candle, Timeframe
from market_data.candles import CandleStore, Key
from market_data.catalogue import Offer

RECHECKED = 3  # candles read again with every call for newer ones: it costs no call
SETTLE_SECONDS = 30.0  # after the grace, exchanges have corrected what they will
_LATE_SECONDS = 600.0  # a candle that is not there so long after its close does not exist
log = structlog.get_logger(__name__)


class Archive:
    """Asks a provider as rarely as its store allows, and keeps what it says.

    Attributes:
        calls: Upstream calls so far.
    """

    def __init__(self, store: CandleStore | None) -> None:
        """Without a store every range is asked for."""
        self._store = store
        self.calls = 0

    async def candles(
        self, offer: Offer, native: Timeframe, start: datetime, end: datetime
    ) -> list[Candle]:
        """Closed candles with `start <= opened_at < end`, at most a page, oldest first.

        Raises:
            Unavailable: If the store lacks some and the provider does not answer.
        """
        if self._store is None or not is_kept(offer):
            return await self.ask(offer, native, start, end)
        stored = await self._store.read(key_of(offer, native), start, end)
        if stored.lacking is None:
            return list(stored.candles)
        first, last = stored.lacking
        asked = await self.ask(offer, native, max(start, first - RECHECKED * native.length), last)
        both = {candle.opened_at: candle for candle in (*stored.candles, *asked)}
        return [both[opened_at] for opened_at in sorted(both)]

    async def ask(
        self, offer: Offer, native: Timeframe, start: datetime, end: datetime
    ) -> list[Candle]:
        """The same from the provider, whatever the store has."""
        self.calls += 1
        rows = await offer.provider.candles(offer.listing.symbol, native, start, end)
        candles = sound(rows, native, start, end)
        # An empty answer may be a hiccup: it is not remembered beyond this process.
        if self._store is not None and is_kept(offer) and candles:
            until = known_until(offer, native, candles, end)
            self._store.keep(key_of(offer, native), candles, start, until)
        return candles


def is_kept(offer: Offer) -> bool:
    """What an exchange said is kept; simulated and recorded markets are their own history."""
    return offer.provider.quality == "single"


def key_of(offer: Offer, native: Timeframe) -> Key:
    return Key(offer.listing.symbol, offer.provider.name, native)


def settled_until(offer: Offer, native: Timeframe) -> datetime:
    """Candles that open before this will not change any more."""
    provider = offer.provider
    wait = timedelta(seconds=provider.grace(native) + SETTLE_SECONDS)
    return native.opening(provider.now(offer.listing.symbol) - wait)


def known_until(
    offer: Offer, native: Timeframe, candles: Sequence[Candle], end: datetime
) -> datetime:
    """How far candles read now, up to `end`, are all there will ever be."""
    provider = offer.provider
    late = timedelta(seconds=provider.grace(native) + _LATE_SECONDS)
    published = native.opening(provider.now(offer.listing.symbol) - late)
    if candles:
        published = max(published, candles[-1].opened_at + native.length)
    return min(end, settled_until(offer, native), published)


def sound(
    rows: Sequence[Candle], native: Timeframe, start: datetime, end: datetime
) -> list[Candle]:
    """Those in the range and on the grid, oldest first, each once: the last one wins."""
    found = {
        row.opened_at: row
        for row in rows
        if start <= row.opened_at < end and native.opening(row.opened_at) == row.opened_at
    }
    return [found[opened_at] for opened_at in sorted(found)]
