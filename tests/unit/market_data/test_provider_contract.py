"""What every provider promises, asked of each of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from common.clock import FrozenClock
from common.errors import Misconfigured, UnknownSymbol
from common.market import Symbol, Timeframe
from market_data.providers import Provider, Surroundings, create, discover
from market_data.providers.recorded import Recorded
from market_data.providers.simu import Simu
from tests.support.exchanges import EXCHANGES, connected

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
NOPE = Symbol("NOPE", "USD")


@dataclass(frozen=True)
class Case:
    """A provider and a market that it has."""

    provider: Provider
    symbol: Symbol


@pytest.fixture(params=["simu", "recorded", *EXCHANGES])
async def case(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Case]:
    symbol = Symbol("BTC", "USD")
    clock = FrozenClock(NOW)
    provider: Provider
    if request.param == "simu":
        provider = Simu(clock)
    elif request.param == "recorded":
        await _write_down(tmp_path / "BTC-USD_5m.csv", symbol)
        provider = Recorded(clock, [tmp_path], NOW)
    else:
        provider, exchange = connected(request.param, clock)
        symbol = exchange.market("BTC")
    yield Case(provider, symbol)
    await provider.aclose()


async def _write_down(path: Path, symbol: Symbol) -> None:
    """A recording of three days of SIMU."""
    start = NOW.replace(hour=0, minute=0, second=0) - timedelta(days=2)
    candles = await Simu(FrozenClock(NOW)).candles(symbol, Timeframe.M5, start, NOW)
    lines = ["date,open,high,low,close,volume"]
    for one in candles:
        numbers = (one.open, one.high, one.low, one.close, one.volume)
        lines.append(",".join([one.opened_at.isoformat(), *(f"{value:f}" for value in numbers)]))
    path.write_text("\n".join(lines))


async def test_candles_are_sorted_on_the_grid_and_within_the_range(case: Case) -> None:
    provider, symbol = case.provider, case.symbol
    for timeframe in provider.timeframes(symbol):
        start = timeframe.opening(NOW) - 20 * timeframe.length
        end = start + 25 * timeframe.length

        candles = await provider.candles(symbol, timeframe, start, end)

        assert 2 <= len(candles) <= 21
        assert all(before.opened_at < after.opened_at for before, after in pairwise(candles))
        assert all(candle.opened_at == timeframe.opening(candle.opened_at) for candle in candles)
        assert all(start <= candle.opened_at < end for candle in candles)
        assert all(candle.opened_at <= provider.now(symbol) for candle in candles)


async def test_the_end_is_exclusive_and_the_start_inclusive(case: Case) -> None:
    for timeframe in case.provider.timeframes(case.symbol):
        start = timeframe.opening(NOW) - 2 * timeframe.length
        end = start + timeframe.length

        candles = await case.provider.candles(case.symbol, timeframe, start, end)

        assert [candle.opened_at for candle in candles] == [start]


async def test_a_whole_page_is_one_answer(case: Case) -> None:
    provider, symbol = case.provider, case.symbol
    timeframe = min(provider.timeframes(symbol), key=lambda one: one.seconds)
    end = timeframe.opening(NOW)

    candles = await provider.candles(symbol, timeframe, end - provider.page * timeframe.length, end)

    assert candles[-1].opened_at == end - timeframe.length
    assert len(candles) <= provider.page


async def test_the_price_lies_within_the_candle_that_it_belongs_to(case: Case) -> None:
    provider, symbol = case.provider, case.symbol
    ticker = await provider.ticker(symbol)
    assert ticker.symbol == symbol
    assert ticker.at <= provider.now(symbol)
    for timeframe in provider.timeframes(symbol):
        # A recording's price is that of an instant at which a candle ends.
        opened_at = timeframe.opening(ticker.at - timedelta(microseconds=1))

        candles = await provider.candles(symbol, timeframe, opened_at, opened_at + timeframe.length)

        assert candles[-1].low <= ticker.price <= candles[-1].high


async def test_every_listing_can_be_asked_for(case: Case) -> None:
    listings = await case.provider.listings()

    assert case.symbol in [listing.symbol for listing in listings]
    for listing in listings:
        assert listing.name
        assert listing.price_step > 0 and listing.lot_step > 0
        assert case.provider.timeframes(listing.symbol)
        ticker = await case.provider.ticker(listing.symbol)
        assert ticker.price % listing.price_step == 0


async def test_an_unknown_market_is_the_askers_error(case: Case) -> None:
    hour = Timeframe.H1.opening(NOW)
    with pytest.raises(UnknownSymbol, match="NOPE-USD"):
        await case.provider.ticker(NOPE)
    with pytest.raises(UnknownSymbol, match="NOPE-USD"):
        await case.provider.candles(NOPE, Timeframe.H1, hour - Timeframe.H1.length, hour)


async def test_a_provider_says_what_its_values_are_worth(case: Case) -> None:
    provider = case.provider

    assert provider.quality in {"simulated", "recorded", "single"}
    assert provider.page >= 300
    assert all(0 <= provider.grace(timeframe) <= 60 for timeframe in Timeframe)


def test_every_provider_is_found_by_the_name_that_it_gives_itself() -> None:
    surroundings = Surroundings(FrozenClock(NOW))
    found = {name: factory(surroundings) for name, factory in discover().items()}

    assert set(found) == {"simu", "recorded", *EXCHANGES}
    assert all(provider.name == name for name, provider in found.items())


async def test_providers_are_made_in_the_order_asked_for() -> None:
    surroundings = Surroundings(FrozenClock(NOW), urls={"coinbase": "http://127.0.0.1:9"})

    made = create(["simu", "coinbase"], surroundings)

    assert [provider.name for provider in made] == ["simu", "coinbase"]
    for provider in made:
        await provider.aclose()


@pytest.mark.parametrize("names", [[], ["simu", "mtgox"]], ids=str)
def test_a_provider_that_does_not_exist_stops_the_program(names: list[str]) -> None:
    with pytest.raises(Misconfigured, match="at least one of binance, .* recorded, simu"):
        create(names, Surroundings(FrozenClock(NOW)))
