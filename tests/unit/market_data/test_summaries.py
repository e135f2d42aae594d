"""Statistics answers: the window, its days, and what is left out where it is not known."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import sqrt
from typing import Any

import pytest

from common.clock import FrozenClock
from common.errors import NotEnoughCandles, Unavailable
from common.market import Candle, Symbol, Timeframe
from common.wire import StatisticsReply
from market_data.catalogue import Offer
from market_data.history import History
from market_data.indicators.statistics_returns import log_returns
from market_data.quotes import Quotes
from market_data.summaries import StatisticsAsked, Summaries
from tests.support.fake_provider import FakeProvider, listing

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)  # a Wednesday
MIDNIGHT = datetime(2024, 3, 13, tzinfo=UTC)
LAST = NOON - timedelta(minutes=5)
D1, W1 = Timeframe.D1, Timeframe.W1
EVERY = (Timeframe.M5, Timeframe.H1, D1)


def swing(at: datetime) -> Candle:
    """Prices that swing, the same at every run; a day closes where its last hour does."""
    close = Decimal(1_000 + int(at.timestamp()) // 3_600 * 7_919 % 101)
    return Candle(at, close, close + 1, close - 1, close, Decimal(1))


def weekdays(at: datetime) -> Candle | None:
    return swing(at) if at.weekday() < 5 else None


class Silent(FakeProvider):
    """Has hourly candles, and never tells them."""

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Any:
        if timeframe is Timeframe.H1:
            raise Unavailable("not now")
        return await super().candles(symbol, timeframe, start, end)


async def statistics(
    timeframe: Timeframe = D1,
    bars: int = 365,
    *,
    sessions: bool = False,
    kind: type[FakeProvider] = FakeProvider,
    **options: Any,
) -> StatisticsReply:
    clock = FrozenClock(NOON)
    one = listing("BTC-USD", sessions=sessions)
    given = {"candle": swing, "native": EVERY, "page": 1_000, **options}
    history = History(clock)
    summaries = Summaries(history, Quotes(history, clock))
    provider = kind(clock, listings=[one], **given)
    provider.price = given["candle"](LAST).close  # no jump away from the candles
    return await summaries.statistics(Offer(provider, one), StatisticsAsked(timeframe, bars))


async def test_the_window_is_the_last_closed_candles() -> None:
    reply = await statistics(bars=10)

    assert (reply.bars, reply.bars_asked, reply.timeframe) == (10, 10, "1d")
    assert reply.closed_at == MIDNIGHT
    assert reply.opened_at == MIDNIGHT - timedelta(days=10)
    assert reply.days == 9 and reply.days_per_year == 365


async def test_changes_count_from_the_close_of_then_to_the_last_price() -> None:
    reply = await statistics()

    def change(before: timedelta) -> Decimal:
        was = swing(NOON - before - timedelta(minutes=5)).close
        return ((reply.price - was) / was * 100).quantize(Decimal("0.000001"))

    assert reply.price == swing(LAST).close
    assert reply.change_1h_pct == change(timedelta(hours=1))
    assert reply.change_24h_pct == change(timedelta(days=1))
    assert reply.change_7d_pct == change(timedelta(days=7))
    assert reply.change_30d_pct == change(timedelta(days=30))


async def test_shorter_candles_stand_on_the_whole_days_inside_the_window() -> None:
    reply = await statistics(Timeframe.H1, bars=60)  # from the 11th at 00:00

    assert reply.opened_at == MIDNIGHT - timedelta(days=2)
    assert reply.closed_at == NOON and reply.candles_per_year == 8_760
    assert reply.days == 1  # the 12th against the 11th
    assert reply.best_day == reply.worst_day
    assert reply.best_day is not None
    assert reply.best_day.opened_at == MIDNIGHT - timedelta(days=1)
    assert reply.sharpe is None


async def test_longer_candles_stand_on_their_days() -> None:
    reply = await statistics(W1, bars=4)

    assert reply.built_from == "1d"
    assert reply.closed_at == MIDNIGHT - timedelta(days=2)  # Sunday's end
    assert reply.days == 27 and reply.sharpe is not None


async def test_a_window_shorter_than_a_day_has_no_days() -> None:
    reply = await statistics(Timeframe.M5, bars=20)

    assert reply.days == 0
    assert (reply.sharpe, reply.best_day, reply.worst_day) == (None, None, None)
    assert reply.volatility_pct > 0


async def test_a_market_without_daily_candles_has_no_days_either() -> None:
    reply = await statistics(W1, bars=4, native=[W1])

    assert reply.days == 0 and reply.best_day is None
    assert reply.change_1h_pct is None and reply.change_30d_pct is not None


async def test_a_market_with_sessions_has_252_days_a_year_and_no_gaps_on_weekends() -> None:
    reply = await statistics(bars=20, sessions=True, candle=weekdays)

    assert reply.days == 19 and reply.days_per_year == reply.candles_per_year == 252
    assert reply.gaps == [] and reply.sharpe is not None
    days = [MIDNIGHT - timedelta(days=back) for back in range(40, 0, -1)]
    closes = [candle.close for day in days if (candle := weekdays(day))][-20:]
    returns = log_returns(closes)
    mean = sum(returns) / 19
    sd = sqrt(sum((one - mean) ** 2 for one in returns) / 18)
    assert float(reply.sharpe) == pytest.approx(mean / sd * sqrt(252), rel=1e-10)
    assert float(reply.volatility_pct) == pytest.approx(100 * sd * sqrt(252), rel=1e-10)


async def test_a_gap_is_told_and_spanned_by_one_return() -> None:
    outage = [MIDNIGHT - timedelta(days=back) for back in (7, 6, 5, 4)]

    reply = await statistics(bars=10, candle=lambda at: None if at in outage else swing(at))

    assert [(gap.first, gap.last) for gap in reply.gaps] == [(outage[0], outage[-1])]
    assert reply.bars == 10 and reply.days == 9


async def test_a_quiet_day_is_filled_flat_and_counted() -> None:
    quiet = MIDNIGHT - timedelta(days=4)

    reply = await statistics(bars=10, candle=lambda at: None if at == quiet else swing(at))

    assert (reply.bars, reply.filled, reply.gaps) == (10, 1, [])


async def test_a_short_history_is_answered_with_its_number_of_bars() -> None:
    reply = await statistics(begins=MIDNIGHT - timedelta(days=5))

    assert (reply.bars, reply.bars_asked, reply.days) == (5, 365, 4)
    assert reply.change_30d_pct is None


async def test_two_closes_are_too_few() -> None:
    with pytest.raises(NotEnoughCandles) as short:
        await statistics(begins=MIDNIGHT - timedelta(days=2))

    assert (short.value.have, short.value.need) == (2, 3)


async def test_a_flat_market_has_neither_spread_nor_ratio() -> None:
    reply = await statistics(
        candle=lambda at: Candle(at, *(Decimal("0.0000000001"),) * 4, Decimal(0))
    )

    assert reply.volatility_pct == reply.log_returns_pct.sd == reply.closes.sd == 0
    assert reply.sharpe is None and reply.closes.skewness is None
    assert reply.max_drawdown.depth_pct == 0
    assert reply.best_day is not None and reply.best_day.change_pct == 0


async def test_a_market_in_its_first_day_has_statistics_without_days() -> None:
    reply = await statistics(Timeframe.H1, 50, begins=NOON - timedelta(hours=15))

    assert (reply.bars, reply.days) == (15, 0)
    assert (reply.sharpe, reply.best_day, reply.worst_day) == (None, None, None)
    assert reply.volatility_pct > 0


async def test_without_hourly_candles_only_the_change_of_a_month_is_lacking() -> None:
    reply = await statistics(kind=Silent)

    assert reply.change_30d_pct is None and reply.sharpe is not None
