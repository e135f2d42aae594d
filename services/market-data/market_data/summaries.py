"""Statistics of one market: what `/v1/statistics/{symbol}` says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from common.errors import NotEnoughCandles, Unavailable
from common.market import Candle, Timeframe
from common.wire import Distribution, Drawdown, StatisticsReply
from market_data.catalogue import Offer
from market_data.history import History
from market_data.indicators.digits import written
from market_data.indicators.statistics import of_prices, of_returns
from market_data.indicators.statistics_days import best_and_worst
from market_data.indicators.statistics_drawdown import max_drawdown
from market_data.indicators.statistics_returns import change_pct, close_at, log_returns
from market_data.indicators.statistics_year import (
    candles_per_year,
    days_per_year,
    sharpe,
    volatility,
)
from market_data.provenance import provenance
from market_data.quotes import Quotes
from market_data.series import Series

LEAST_BARS = 3  # two returns, without which there is no standard deviation
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StatisticsAsked:
    """Over which window: the last `bars` closed candles of a timeframe."""

    timeframe: Timeframe = Timeframe.D1
    bars: int = 365


@dataclass(frozen=True, slots=True)
class _Window:
    """What depends on the window's candles alone."""

    closes: Distribution
    log_returns: Distribution
    per_year: float
    volatility: float
    drawdown: Drawdown

    @classmethod
    def of(cls, candles: Sequence[Candle], timeframe: Timeframe, sessions: bool) -> "_Window":
        closes = [candle.close for candle in candles]
        returns = log_returns(closes)
        per_year = candles_per_year(candles, timeframe, sessions)
        return cls(
            of_prices(closes),
            of_returns(returns),
            per_year,
            volatility(returns, per_year),
            max_drawdown(candles),
        )


class Summaries:
    """Answers about statistics."""

    def __init__(self, history: History, quotes: Quotes) -> None:
        self._history = history
        self._quotes = quotes

    async def statistics(self, offer: Offer, asked: StatisticsAsked) -> StatisticsReply:
        """Work out one answer.

        Raises:
            NotEnoughCandles: If there are fewer than 3 closed candles.
            Unavailable: If the provider does not answer.
        """
        listing, timeframe = offer.listing, asked.timeframe
        series = await self._history.closed(offer, timeframe, asked.bars)
        candles = series.candles
        if len(candles) < LEAST_BARS:
            raise NotEnoughCandles(str(listing.symbol), timeframe.value, len(candles), LEAST_BARS)
        ticker = await self._quotes.ticker(offer)
        window = _Window.of(candles, timeframe, listing.sessions)
        daily = await self._days(offer, series, timeframe)
        daily_returns = log_returns([candle.close for candle in daily])
        ratio = sharpe(daily_returns, days_per_year(listing.sessions))
        best, worst = best_and_worst(daily) or (None, None)
        return StatisticsReply(
            **provenance(offer, ticker.as_of, ticker.stale),
            symbol=str(listing.symbol),
            name=listing.name,
            timeframe=timeframe.value,
            price=ticker.price,
            change_1h_pct=ticker.change_1h_pct,
            change_24h_pct=ticker.change_24h_pct,
            change_7d_pct=ticker.change_7d_pct,
            change_30d_pct=await self._month(offer, ticker.price, ticker.as_of),
            bars=len(candles),
            bars_asked=asked.bars,
            opened_at=candles[0].opened_at,
            closed_at=candles[-1].opened_at + timeframe.length,
            closes=window.closes,
            log_returns_pct=window.log_returns,
            candles_per_year=written(window.per_year),
            volatility_pct=written(100 * window.volatility),
            max_drawdown=window.drawdown,
            days=len(daily_returns),
            days_per_year=days_per_year(listing.sessions),
            sharpe=None if ratio is None else written(ratio),
            best_day=best,
            worst_day=worst,
            built_from=series.built_from.value if series.built_from else None,
            gaps=series.gaps,
            filled=len(series.filled),
        )

    async def _days(self, offer: Offer, series: Series, timeframe: Timeframe) -> Sequence[Candle]:
        """The daily candles that lie inside the window.

        None where the market has none, as in its first day, or they do not answer.
        """
        if timeframe is Timeframe.D1:
            return series.candles
        if Timeframe.D1 not in self._history.timeframes(offer):
            return []
        first, end = series.candles[0].opened_at, series.candles[-1].opened_at + timeframe.length
        count = (end - first) // _DAY + 1
        try:
            daily = await self._history.closed(offer, Timeframe.D1, count, end)
        except Unavailable as error:
            log.warning("days_unavailable", symbol=str(offer.listing.symbol), reason=str(error))
            return []
        return [candle for candle in daily.candles if first <= candle.opened_at <= end - _DAY]

    async def _month(self, offer: Offer, price: Decimal, at: datetime) -> Decimal | None:
        """What the price did over 30 days, on hourly candles where there are any.

        None where they do not answer: the statistics still stand.
        """
        known = self._history.timeframes(offer)
        timeframe = Timeframe.H1 if Timeframe.H1 in known else known[0]
        count = _MONTH // timeframe.length + 2
        try:
            candles = (await self._history.closed(offer, timeframe, count)).candles
        except Unavailable as error:
            log.warning("month_unavailable", symbol=str(offer.listing.symbol), reason=str(error))
            return None
        before = close_at(candles, timeframe, at - _MONTH)
        return None if before is None else change_pct(before, price)
