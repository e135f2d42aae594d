"""Tickers: what markets trade at, how far that may be trusted, and what it has changed."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from common.clock import Clock
from common.market import Symbol, Ticker
from common.wire import SourcePrice, TickerReply
from market_data.catalogue import Offer
from market_data.consensus import deviation_bps
from market_data.hearing import Heard, Hearing
from market_data.history import History
from market_data.past import Past, Pasts
from market_data.provenance import provenance
from market_data.resilience.histogram import Histogram
from market_data.trust import Told, Trust

DEVIATIONS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1_000.0)  # hundredths of a percent
MOST_AGES = 50  # markets whose age /metrics tells
_HUNDRED = Decimal(100)


class Quotes:
    """Tickers of every market.

    Attributes:
        hearing: Who was asked, and what it cost.
        deviations: By provider, how far its price lay from the one that was told.
    """

    def __init__(
        self, history: History, clock: Clock, random: Callable[[], float] | None = None
    ) -> None:
        """Know nothing yet.

        Args:
            random: Numbers from 0 to 1, for the jitter of how long a price is fresh.
        """
        self.hearing = Hearing(clock, random)
        self.deviations: dict[str, Histogram] = {}
        self._told: dict[Symbol, tuple[Offer, datetime]] = {}
        self._pasts = Pasts(history, clock)
        self._trust = Trust(clock)

    @property
    def calls(self) -> int:
        """Upstream calls for tickers so far."""
        return self.hearing.latest.calls

    @property
    def shared(self) -> int:
        """Questions that another one's call answered."""
        return self.hearing.latest.shared

    @property
    def held_back(self) -> int:
        """Prices of one source that were not believed."""
        return self._trust.held_back

    def ages(self) -> dict[str, float]:
        """Seconds since the price told last was true, of the first few markets asked for."""
        return {
            str(offer.listing.symbol): (
                offer.provider.now(offer.listing.symbol) - as_of
            ).total_seconds()
            for offer, as_of in self._told.values()
        }

    async def ticker(self, offer: Offer, *others: Offer) -> TickerReply:
        """Return the market's ticker with its changes.

        Args:
            offer: The preferred source.
            others: Sources of the same market that confirm it, in their order.

        Raises:
            Unavailable: If no provider answers and the last answers are too old.
        """
        cold = self.hearing.latest.known(offer) is None
        begun = asyncio.ensure_future(self._pasts.begin(offer)) if cold else None
        try:
            heard = await self.hearing.hear((offer, *others))
            past = await self._past(heard)
        finally:
            if begun is not None:
                begun.cancel()  # what it asks for goes on, for whoever wants it next
        told = self._trust.told(heard, past)
        self._count(told, heard)
        return _reply(told, heard, past)

    async def _past(self, heard: Sequence[Heard]) -> Past:
        """The past by the preferred source, or by the next one where that one has none."""
        for one in heard[:2]:
            past = await self._pasts.of(one.offer, one.known.ticker.at)
            if past.last is not None:
                return past
        return past

    async def price(self, offer: Offer) -> tuple[Ticker, bool]:
        """Return only the last price, and whether it is stale. Raises as `ticker` does."""
        heard = await self.hearing.hear((offer,))
        told = self._trust.told(heard, self._pasts.known(offer), remember=False)
        return told.ticker, told.stale

    def _count(self, told: Told, heard: Sequence[Heard]) -> None:
        symbol = told.offer.listing.symbol
        if symbol in self._told or len(self._told) < MOST_AGES:
            self._told[symbol] = (told.offer, told.ticker.at)
        for one in heard if len(heard) > 1 else ():
            histogram = self.deviations.setdefault(one.source.name, Histogram(DEVIATIONS))
            histogram.add(float(abs(deviation_bps(one.source.price, told.ticker.price))))

    async def aclose(self) -> None:
        await self.hearing.aclose()


def _reply(told: Told, heard: Sequence[Heard], past: Past) -> TickerReply:
    listing, ticker = told.offer.listing, told.ticker
    return TickerReply(
        **provenance(told.offer, ticker.at, told.stale, told.quality),
        symbol=str(listing.symbol),
        name=listing.name,
        price=ticker.price,
        price_step=listing.price_step,
        lot_step=listing.lot_step,
        bid=ticker.bid,
        ask=ticker.ask,
        open_24h=past.day,
        high_24h=_extreme(max, ticker.high_24h, past.high, ticker.price),
        low_24h=_extreme(min, ticker.low_24h, past.low, ticker.price),
        change_24h=None if past.day is None else ticker.price - past.day,
        change_1h_pct=_change(ticker.price, past.hour),
        change_24h_pct=_change(ticker.price, past.day),
        change_7d_pct=_change(ticker.price, past.week),
        volume_24h=ticker.volume_24h if ticker.volume_24h is not None else past.volume,
        quote_volume_24h=(
            ticker.quote_volume_24h if ticker.quote_volume_24h is not None else past.quote_volume
        ),
        sources=[_said(one, told) for one in heard],
        alertable=told.alertable,
    )


def _said(one: Heard, told: Told) -> SourcePrice:
    return SourcePrice(
        name=one.source.name,
        price=one.source.price,
        age_ms=max(0, round(one.source.age * 1_000)),
        deviation_bps=deviation_bps(one.source.price, told.ticker.price),
        used=one.source.name in told.used,
    )


def _change(now: Decimal, before: Decimal | None) -> Decimal | None:
    """Signed percent with 6 decimals."""
    if before is None:
        return None
    return ((now - before) / before * _HUNDRED).quantize(Decimal("0.000001"))


def _extreme(
    choose: Callable[[Iterable[Decimal]], Decimal], *values: Decimal | None
) -> Decimal | None:
    """The extreme of what is known, the price itself included; None when only the price is."""
    known = [value for value in values if value is not None]
    return choose(known) if len(known) > 1 else None
