"""What markets trade at: the last price, and what it has changed over an hour, a day and a week."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import structlog

from common.clock import Clock
from common.errors import Unavailable
from common.market import Candle, Ticker, Timeframe
from common.wire import TickerReply
from market_data.catalogue import Offer
from market_data.history import History
from market_data.provenance import provenance
from market_data.resilience.cache import Cache
from market_data.resilience.single_flight import SingleFlight

FRESH_SECONDS = 2.0
STALE_SECONDS = 300.0  # older than this, no answer is better than the last one

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
_HUNDRED = Decimal(100)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Past:
    """Closes of before, in the quote asset, and the extremes and volumes of the last 24 hours."""

    hour: Decimal | None = None
    day: Decimal | None = None
    week: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: Decimal | None = None
    quote_volume: Decimal | None = None


class Quotes:
    """Tickers of every market: fresh for two seconds, one upstream call for all who ask.

    Attributes:
        calls: Upstream calls for tickers so far.
    """

    def __init__(self, history: History, clock: Clock) -> None:
        self._history = history
        self._kept: Cache[Ticker] = Cache(clock, most=2_000)
        self._flight: SingleFlight[Ticker] = SingleFlight()
        self.calls = 0

    async def ticker(self, offer: Offer) -> TickerReply:
        """Return the market's ticker with its changes.

        Raises:
            Unavailable: If the provider does not answer and its last answer is too old.
        """
        ticker, stale = await self._latest(offer)
        past = await self._past(offer, ticker)
        return self._reply(offer, ticker, past, stale)

    async def price(self, offer: Offer) -> tuple[Ticker, bool]:
        """Return only the last price, and whether it is stale. Raises as `ticker` does."""
        return await self._latest(offer)

    async def _latest(self, offer: Offer) -> tuple[Ticker, bool]:
        key = (offer.provider.name, offer.listing.symbol)
        kept = self._kept.get(key)
        if kept is not None and kept.age < FRESH_SECONDS:
            return kept.value, False
        try:
            ticker = await self._flight.run(key, lambda: self._fetch(offer))
        except Unavailable as error:
            if kept is None or kept.age > STALE_SECONDS:
                raise
            log.warning("ticker_stale", symbol=str(offer.listing.symbol), reason=str(error))
            return kept.value, True
        return ticker, False

    async def _fetch(self, offer: Offer) -> Ticker:
        self.calls += 1
        ticker = await offer.provider.ticker(offer.listing.symbol)
        self._kept.put((offer.provider.name, offer.listing.symbol), ticker)
        return ticker

    async def _past(self, offer: Offer, ticker: Ticker) -> Past:
        """What candles say of before; nothing where they do not answer: the price still stands."""
        known = self._history.timeframes(offer)
        try:
            if Timeframe.M5 in known:
                fine = (await self._history.closed(offer, Timeframe.M5, 289)).candles
                coarse = (await self._history.closed(offer, Timeframe.H1, 170)).candles
            else:
                shortest = known[0]
                count = max(2, 8 * _DAY // shortest.length + 2)
                fine = coarse = (await self._history.closed(offer, shortest, count)).candles
        except Unavailable as error:
            log.warning("past_unavailable", symbol=str(offer.listing.symbol), reason=str(error))
            return Past()
        return _past(fine, coarse, ticker, known[0])

    def _reply(self, offer: Offer, ticker: Ticker, past: Past, stale: bool) -> TickerReply:
        listing = offer.listing
        return TickerReply(
            **provenance(offer, ticker.at, stale),
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
                ticker.quote_volume_24h
                if ticker.quote_volume_24h is not None
                else past.quote_volume
            ),
        )

    async def aclose(self) -> None:
        await self._flight.aclose()


def _past(
    fine: Sequence[Candle], coarse: Sequence[Candle], ticker: Ticker, shortest: Timeframe
) -> Past:
    """Read the past off two series that end now.

    The price of an instant is the close of the last candle that had closed by then, so a stock's
    change over a weekend counts from Friday.
    """
    day = [candle for candle in fine if candle.opened_at >= ticker.at - _DAY]
    return Past(
        hour=_close_at(fine, ticker.at - _HOUR) if shortest.length <= _HOUR else None,
        day=_close_at(fine, ticker.at - _DAY),
        week=_close_at(coarse, ticker.at - _WEEK),
        high=max((candle.high for candle in day), default=None),
        low=min((candle.low for candle in day), default=None),
        volume=sum((candle.volume for candle in day), Decimal(0)) if day else None,
        quote_volume=_turnover(day) if day and shortest.length <= _HOUR else None,
    )


def _turnover(candles: Sequence[Candle]) -> Decimal:
    """Estimate the traded value in the quote asset: amounts at the mean of high, low, close."""
    return sum(
        ((bar.high + bar.low + bar.close) / 3 * bar.volume for bar in candles), Decimal(0)
    ).quantize(Decimal("0.01"))


def _close_at(candles: Sequence[Candle], at: datetime) -> Decimal | None:
    """The close of the last candle that had closed by `at`; None where the series starts later."""
    length = min((b.opened_at - a.opened_at for a, b in pairwise(candles)), default=timedelta(0))
    index = bisect_right(candles, at - length, key=lambda candle: candle.opened_at)
    return candles[index - 1].close if index else None


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
