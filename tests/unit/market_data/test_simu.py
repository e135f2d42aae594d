"""SIMU: the same numbers everywhere, and bars that add up."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.clock import FrozenClock
from common.errors import UnknownSymbol
from common.market import EPOCH, Candle, Symbol, Timeframe
from market_data.providers import Surroundings
from market_data.providers.simu import PROVIDER, Simu
from market_data.providers.simu_markets import MARKETS
from market_data.providers.simu_tree import Node, Tree

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
BTC, PEPE, USDT = Symbol("BTC", "USD"), Symbol("PEPE", "USD"), Symbol("USDT", "USD")
NATIVE = sorted(Simu(FrozenClock(NOW)).timeframes(BTC), key=lambda timeframe: timeframe.seconds)


def simu(at: datetime = NOW, seed: str = "1") -> Simu:
    return Simu(FrozenClock(at), seed)


async def latest(provider: Simu, symbol: Symbol, timeframe: Timeframe, count: int) -> list[Candle]:
    """The last candles, the forming one included."""
    end = timeframe.opening(provider.now(symbol)) + timeframe.length
    return list(await provider.candles(symbol, timeframe, end - count * timeframe.length, end))


def added_up(candles: Sequence[Candle]) -> Candle:
    return Candle(
        opened_at=candles[0].opened_at,
        open=candles[0].open,
        high=max(candle.high for candle in candles),
        low=min(candle.low for candle in candles),
        close=candles[-1].close,
        volume=sum((candle.volume for candle in candles), Decimal(0)),
    )


def folded(nodes: Sequence[Node]) -> tuple[float, float, float, float, int]:
    return (
        nodes[0].open,
        max(node.high for node in nodes),
        min(node.low for node in nodes),
        nodes[-1].close,
        sum(node.lots for node in nodes),
    )


async def test_its_numbers_never_change() -> None:
    digest = sha256()
    provider = simu()
    for symbol in MARKETS:
        for timeframe in (Timeframe.M1, Timeframe.M15, Timeframe.H4, Timeframe.D1):
            for candle in await latest(provider, symbol, timeframe, 60):
                digest.update(str(candle).encode())
        digest.update(str(await provider.ticker(symbol)).encode())

    assert digest.hexdigest() == "635993320013a62f7b005862ac83797b6d1a5f9c85f13b7c3be5706d2e85a89b"


async def test_two_seeds_are_two_worlds() -> None:
    one, other = simu(seed="1"), simu(seed="2")

    assert await latest(one, BTC, Timeframe.H1, 5) != await latest(other, BTC, Timeframe.H1, 5)
    assert await latest(one, BTC, Timeframe.H1, 5) == await latest(simu(), BTC, Timeframe.H1, 5)


async def test_a_range_does_not_depend_on_how_it_is_asked_for() -> None:
    provider = simu()
    whole = await latest(provider, BTC, Timeframe.M5, 300)

    pieces = [
        (await simu().candles(BTC, Timeframe.M5, candle.opened_at, after.opened_at))[0]
        for candle, after in pairwise(whole)
    ]

    assert pieces == whole[:-1]


@pytest.mark.parametrize("symbol", [BTC, PEPE, USDT], ids=str)
@pytest.mark.parametrize("longer", NATIVE[1:], ids=lambda timeframe: timeframe.value)
async def test_shorter_candles_add_up_to_the_longer_one(symbol: Symbol, longer: Timeframe) -> None:
    provider = simu()
    start = longer.opening(NOW) - longer.length
    (whole,) = await provider.candles(symbol, longer, start, start + longer.length)

    for shorter in NATIVE:
        if shorter.divides(longer) and longer.seconds // shorter.seconds <= 1_440:
            parts = await provider.candles(symbol, shorter, start, start + longer.length)

            assert len(parts) * shorter.seconds == longer.seconds
            assert added_up(parts) == whole


def test_seconds_add_up_to_minutes() -> None:
    tree = Tree(MARKETS[BTC], "1")
    start = 1_750_000_020
    for minute in tree.bars(60, start, start + 600):
        seconds = list(tree.bars(1, minute.start, minute.start + 60))

        assert len(seconds) == 60
        assert folded(seconds) == folded([minute])


async def test_the_forming_candle_grows_into_the_final_one() -> None:
    opened = Timeframe.M5.opening(NOW)
    final = (
        await simu(opened + timedelta(hours=1)).candles(
            BTC, Timeframe.M5, opened, opened + timedelta(minutes=5)
        )
    )[0]
    previous: Candle | None = None
    for second in (0, 1, 59, 60, 141, 298, 299):
        provider = simu(opened + timedelta(seconds=second))
        (forming,) = await latest(provider, BTC, Timeframe.M5, 1)

        assert forming.close == (await provider.ticker(BTC)).price
        assert forming.open == final.open
        if previous:
            assert forming.high >= previous.high
            assert forming.low <= previous.low
            assert forming.volume > previous.volume
        previous = forming

    assert previous == final


async def test_nothing_is_known_of_the_future_or_of_the_years_before_1970() -> None:
    provider = simu()
    day = timedelta(days=1)
    midnight = Timeframe.D1.opening(NOW)

    assert await provider.candles(BTC, Timeframe.D1, midnight + day, midnight + 3 * day) == []
    assert await provider.candles(BTC, Timeframe.D1, EPOCH - 3 * day, EPOCH) == []
    first = await provider.candles(BTC, Timeframe.D1, EPOCH - 3 * day, EPOCH + day)
    assert [candle.opened_at for candle in first] == [EPOCH]


async def test_every_market_keeps_a_plausible_price_for_decades() -> None:
    provider = simu(datetime(2075, 1, 1, tzinfo=UTC))
    for symbol, market in MARKETS.items():
        candles = await provider.candles(
            symbol, Timeframe.D1, datetime(2074, 3, 1, tzinfo=UTC), datetime(2075, 1, 1, tzinfo=UTC)
        )

        assert len(candles) == 306
        assert min(candle.low for candle in candles) > market.usual_price / 50
        assert max(candle.high for candle in candles) < market.usual_price * 50
        assert max(candle.low for candle in candles) >= 20 * market.price_step


@given(
    symbol=st.sampled_from(list(MARKETS)),
    timeframe=st.sampled_from(NATIVE),
    second=st.integers(0, 4_000_000_000),
    seed=st.text(max_size=100),
)
@settings(max_examples=60, deadline=None)
async def test_candles_are_on_the_grid_and_join(
    symbol: Symbol, timeframe: Timeframe, second: int, seed: str
) -> None:
    provider = simu(EPOCH + timedelta(seconds=second), seed)

    candles = await latest(provider, symbol, timeframe, 3)

    assert candles[-1].opened_at == timeframe.opening(provider.now(symbol))
    assert all(candle.opened_at == timeframe.opening(candle.opened_at) for candle in candles)
    assert all(before.close == after.open for before, after in pairwise(candles))
    assert all(candle.volume > 0 for candle in candles[:-1])


@given(symbol=st.sampled_from(list(MARKETS)), second=st.integers(0, 4_000_000_000))
@settings(max_examples=60, deadline=None)
async def test_the_price_lies_between_bid_and_ask_on_the_tick_grid(
    symbol: Symbol, second: int
) -> None:
    ticker = await simu(EPOCH + timedelta(seconds=second, milliseconds=250)).ticker(symbol)

    assert ticker.bid is not None and ticker.ask is not None
    assert ticker.bid < ticker.price < ticker.ask
    step = MARKETS[symbol].price_step
    assert ticker.ask - ticker.bid <= max(ticker.price / 500, 2 * step)
    assert ticker.price % step == 0
    assert ticker.at == EPOCH + timedelta(seconds=second, milliseconds=250)


async def test_eleven_markets_from_two_to_ten_decimals_are_listed() -> None:
    listings = await simu().listings()

    decimals = {-int(listing.price_step.as_tuple().exponent) for listing in listings}
    assert len(listings) == 11
    assert (min(decimals), max(decimals)) == (2, 10)
    assert listings[0].name == "Bitcoin"
    volumes = [listing.quote_volume_24h or 0 for listing in listings]
    assert volumes[0] == max(volumes) and min(volumes) > 0


async def test_a_market_that_it_does_not_have_is_unknown() -> None:
    with pytest.raises(UnknownSymbol, match="BTC-EUR"):
        await simu().ticker(Symbol("BTC", "EUR"))
    with pytest.raises(UnknownSymbol, match="BTC-EUR"):
        await simu().candles(Symbol("BTC", "EUR"), Timeframe.M1, EPOCH, NOW)


async def test_it_says_what_it_is() -> None:
    provider = PROVIDER(Surroundings(FrozenClock(NOW), simu_seed="7"))

    assert (provider.name, provider.quality, provider.as_of_kind) == (
        "simu",
        "simulated",
        "exchange",
    )
    assert provider.grace(Timeframe.M1) == 0
    assert provider.now(BTC) == NOW
    assert {timeframe.value for timeframe in set(Timeframe) - provider.timeframes(BTC)} == {
        "6h",
        "1w",
    }
    await provider.aclose()
