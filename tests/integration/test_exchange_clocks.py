"""Our clock runs ahead of the exchange's: what has closed by it alone is told to nobody."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from common.clock import FrozenClock
from common.features import Features
from common.market import Timeframe
from market_data.guarded import Guarded
from market_data.market import Markets
from market_data.paging import CandlesAsked
from market_data.resilience.guard import Guard
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.exchanges import EXCHANGES, Pace

# By the exchange's own clock, so long before a candle of five minutes closes.
THERE = datetime(2025, 6, 15, 13, 39, 20, tzinfo=UTC)


async def newest_told(name: str, ahead: float) -> datetime:
    """When the newest candle that is told as closed opened, our clock being so far ahead."""
    adapter, dialect = EXCHANGES[name]
    exchange = ExchangeEmulator(FrozenClock(THERE), dialect=dialect)
    exchange.dated = True
    here, pace = FrozenClock(THERE + timedelta(seconds=ahead)), Pace()
    provider = adapter(
        here,
        "http://exchange",
        pace=pace,
        sleep=pace.sleep,
        transport=httpx.ASGITransport(exchange.app),
    )
    markets = Markets([Guarded(provider, Guard(name, pace))], Features("local"), here)
    try:
        asked = CandlesAsked(Timeframe.M5, 3)
        return (await markets.candles(str(exchange.market("BTC")), asked)).opened_at[-1]
    finally:
        await markets.aclose()


@pytest.mark.parametrize("name", EXCHANGES)
async def test_a_candle_that_is_still_forming_there_is_not_told_as_closed(name: str) -> None:
    closed = THERE.replace(minute=30, second=0)

    assert await newest_told(name, ahead=59) == closed
    assert await newest_told(name, ahead=0) == closed


@pytest.mark.parametrize("ahead", [120, -90])
async def test_what_has_closed_there_is_told_however_far_ours_is_off(ahead: float) -> None:
    """Ours may stand at 13:41:20 or at 13:37:50, where it is 13:39:20."""
    assert await newest_told("binance", ahead) == THERE.replace(minute=30, second=0)
