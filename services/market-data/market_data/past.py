"""What candles say of before: prices an hour, a day and a week ago, and the last day's extremes."""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import structlog

from common.clock import Clock
from common.errors import Unavailable, UnknownSymbol
from common.market import Candle, Timeframe
from market_data.catalogue import Offer
from market_data.history import History
from market_data.resilience.cache import Cache
from market_data.series import Series

PATIENCE_SECONDS = 1.5  # for candles: the price does not wait longer for its past
MOMENT_SECONDS = 0.05  # for those that were waited for in vain just now
AGAIN_SECONDS = 15.0  # before they are waited for as long as others are
_LASTS = timedelta(minutes=50)  # what was read says as long what was an hour ago
_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
_FINE = 291  # of 5 minutes: a day, and one before what a price of 5 minutes ago asks for
_RANGES = 14  # candles behind the usual range of a minute
_MISSING = (Unavailable, UnknownSymbol, TimeoutError)  # a market may be delisted at any time
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Past:
    """Closes of before, in the quote asset, and the extremes and volumes of the last 24 hours.

    Attributes:
        minute_range: The usual range of a minute, from longer candles: ranges grow with the root
            of time.
        last: The newest close of candles of an hour or less, and when it was.
    """

    hour: Decimal | None = None
    day: Decimal | None = None
    week: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: Decimal | None = None
    quote_volume: Decimal | None = None
    minute_range: Decimal | None = None
    last: tuple[Decimal, datetime] | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """A past, and what it was read off: the same of it gives the same past."""

    fine: Series
    coarse: Series
    shortest: Timeframe
    grid: tuple[datetime, bool]
    past: Past


class Pasts:
    """The past of every market."""

    def __init__(self, history: History, clock: Clock) -> None:
        self._history = history
        self._kept: Cache[_Read] = Cache(clock, most=2_000)
        self._in_vain: Cache[None] = Cache(clock, most=2_000)

    async def of(self, offer: Offer, at: datetime) -> Past:
        """Return the past as seen from `at`.

        Where candles do not answer in time, those of up to an hour before say it too, and without
        any nothing is said.
        """
        key = (offer.provider.name, offer.listing.symbol)
        try:
            async with asyncio.timeout(self._patience(key)):
                fine, coarse, shortest = await self._series(offer)
        except _MISSING as error:
            symbol, why = str(offer.listing.symbol), str(error) or "too slow"
            log.info("past_unavailable", provider=offer.provider.name, symbol=symbol, reason=why)
            if self._patience(key) == PATIENCE_SECONDS:
                self._in_vain.put(key, None)
            before = self._kept.get(key)
            if before is None or at - before.value.fine.until > _LASTS:
                return Past()
            fine, coarse, shortest = before.value.fine, before.value.coarse, before.value.shortest
        else:
            self._in_vain.drop(key)
        opened = Timeframe.M5.opening(at)
        grid = (opened, opened == at)
        kept = self._kept.get(key)
        if kept is not None:
            read = kept.value
            if (read.fine is fine, read.coarse is coarse, read.grid) == (True, True, grid):
                return read.past
        past = _past(fine.candles, coarse.candles, at, shortest)
        self._kept.put(key, _Read(fine, coarse, shortest, grid, past))
        return past

    def _patience(self, key: tuple[object, ...]) -> float:
        """A price is not kept waiting again and again for what did not come."""
        failed = self._in_vain.get(key)
        return MOMENT_SECONDS if failed and failed.age < AGAIN_SECONDS else PATIENCE_SECONDS

    async def begin(self, offer: Offer) -> None:
        """Fetch the candles beside the first price, which takes as long."""
        with suppress(*_MISSING):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._series(offer)

    def known(self, offer: Offer) -> Past:
        """The past as it was read last, without asking anybody."""
        kept = self._kept.get((offer.provider.name, offer.listing.symbol))
        return kept.value.past if kept is not None else Past()

    async def _series(self, offer: Offer) -> tuple[Series, Series, Timeframe]:
        known = self._history.timeframes(offer)
        if Timeframe.M5 in known:
            fine, coarse = await asyncio.gather(
                self._history.closed(offer, Timeframe.M5, _FINE),
                self._history.closed(offer, Timeframe.H1, 170),
            )
            return fine, coarse, known[0]
        shortest = known[0]
        count = max(2, 8 * _DAY // shortest.length + 2)
        only = await self._history.closed(offer, shortest, count)
        return only, only, shortest


def _past(
    fine: Sequence[Candle], coarse: Sequence[Candle], at: datetime, shortest: Timeframe
) -> Past:
    """Read the past off two series that end now.

    The price of an instant is the close of the last candle that had closed by then, so a stock's
    change over a weekend counts from Friday.
    """
    day = [candle for candle in fine if candle.opened_at >= at - _DAY]
    hourly = shortest.length <= _HOUR
    return Past(
        hour=_close_at(fine, at - _HOUR) if hourly else None,
        day=_close_at(fine, at - _DAY),
        week=_close_at(coarse, at - _WEEK),
        high=max((candle.high for candle in day), default=None),
        low=min((candle.low for candle in day), default=None),
        volume=sum((candle.volume for candle in day), Decimal(0)) if day else None,
        quote_volume=_turnover(day) if day and hourly else None,
        minute_range=_minute_range(fine) if hourly else None,
        last=(fine[-1].close, fine[-1].opened_at + _length(fine)) if fine and hourly else None,
    )


def _turnover(candles: Sequence[Candle]) -> Decimal:
    """Estimate the traded value in the quote asset: amounts at the mean of high, low, close."""
    return sum(
        ((bar.high + bar.low + bar.close) / 3 * bar.volume for bar in candles), Decimal(0)
    ).quantize(Decimal("0.01"))


def _minute_range(candles: Sequence[Candle]) -> Decimal | None:
    """The mean true range of the last candles, scaled to a minute; None for too few of them."""
    last = candles[-_RANGES - 1 :]
    if len(last) <= _RANGES:
        return None
    ranges = [max(b.high, a.close) - min(b.low, a.close) for a, b in pairwise(last)]
    minutes = Decimal(_length(last) // timedelta(minutes=1))
    return sum(ranges, Decimal(0)) / len(ranges) / minutes.sqrt()


def _close_at(candles: Sequence[Candle], at: datetime) -> Decimal | None:
    """The close of the last candle that had closed by `at`; None where the series starts later."""
    index = bisect_right(candles, at - _length(candles), key=lambda candle: candle.opened_at)
    return candles[index - 1].close if index else None


def _length(candles: Sequence[Candle]) -> timedelta:
    return min((b.opened_at - a.opened_at for a, b in pairwise(candles)), default=timedelta(0))
