"""Recorded responses of Bitstamp parse to their raw values exactly.

The emulator answers in the same shapes.
"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.errors import Unavailable
from common.market import Symbol, Timeframe
from market_data.providers import bitstamp_words as words
from market_data.providers.bitstamp import Bitstamp
from tests.support.exchange_bitstamp import BitstampDialect
from tests.support.recordings import (
    LATER,
    emulated,
    listed,
    load,
    played,
    recorded,
    requests,
    shape,
)

pytestmark = pytest.mark.reference

USDT = Symbol("BTC", "USDT")


def test_candles_parse_to_their_raw_values() -> None:
    rows = words.rows(recorded("bitstamp", "fetchOHLCV"))

    (candle,) = [words.candle(row, Timeframe.H1) for row in rows]

    assert str(int(candle.opened_at.timestamp())) == rows[0]["timestamp"]
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(candle, name) == Decimal(rows[0][name])


def test_the_ticker_parses_to_its_raw_values() -> None:
    said = recorded("bitstamp", "fetchTicker")

    ticker = words.ticker(USDT, said, LATER)

    assert ticker.at == datetime(2024, 3, 13, 11, 10, 41, tzinfo=UTC)
    for value, name in (
        (ticker.price, "last"),
        (ticker.bid, "bid"),
        (ticker.ask, "ask"),
        (ticker.high_24h, "high"),
        (ticker.low_24h, "low"),
        (ticker.volume_24h, "volume"),
    ):
        assert value == Decimal(said[name])


def test_every_market_parses_to_its_raw_values() -> None:
    old = load("raw/bitstamp_trading_pairs_info.json")["body"]
    assert len(old) > 80
    for info in [*old, *listed("bitstamp")]:
        found = words.market(info)

        assert found is not None
        assert found.listing.symbol.shown == info["name"]
        assert found.written == info.get("market_symbol", info.get("url_symbol"))
        assert found.listing.price_step == Decimal(1).scaleb(-info["counter_decimals"])
        assert found.listing.lot_step == Decimal(1).scaleb(-info["base_decimals"])


async def test_the_whole_provider_reads_the_recordings() -> None:
    """Through the provider itself: a function plays the exchange's part."""
    transport, _ = played(
        {
            "/api/v2/markets/": load("raw/bitstamp_trading_pairs_info.json")["body"],
            "/api/v2/ticker/btcusdt/": recorded("bitstamp", "fetchTicker"),
            "/api/v2/ohlc/btcusdt/": recorded("bitstamp", "fetchOHLCV"),
        }
    )
    provider = Bitstamp(FrozenClock(LATER), transport=transport)
    start = datetime(2024, 3, 13, 11, tzinfo=UTC)
    with capture_logs() as said:
        assert len(await provider.listings()) > 80
        assert (await provider.ticker(USDT)).price == Decimal(73285)
        (candle,) = await provider.candles(USDT, Timeframe.H1, start, start + Timeframe.H1.length)
    await provider.aclose()

    assert candle.volume == Decimal("0.01076655")
    assert said == []


async def test_requests_are_those_that_another_reader_sends() -> None:
    """Modulo the host; ours name the range as well."""
    transport, asked = played({"/api/v2/markets/": listed("bitstamp")})
    provider = Bitstamp(FrozenClock(LATER), transport=transport)
    (ticker,), (candles,) = requests("bitstamp", "fetchTicker"), requests("bitstamp", "fetchOHLCV")
    start = datetime(2024, 3, 13, 11, tzinfo=UTC)
    for call in (
        provider.ticker(USDT),
        provider.candles(USDT, Timeframe.M1, start, start + Timeframe.M1.length),
    ):
        with pytest.raises(Unavailable, match="answered 404"):
            await call
    await provider.aclose()

    ours = [url for url in asked if "markets" not in url.path]
    assert (ours[0].path, ours[0].params) == (ticker.path, ticker.params)
    assert ours[1].path == candles.path
    assert dict(candles.params).items() <= dict(ours[1].params).items()


async def test_the_emulator_writes_as_recorded() -> None:
    ticker = await emulated(BitstampDialect, "/api/v2/ticker/btcusd/")
    assert shape(ticker) == shape(recorded("bitstamp", "fetchTicker"))

    said = await emulated(BitstampDialect, "/api/v2/ohlc/btcusd/?step=3600&limit=5")
    theirs = recorded("bitstamp", "fetchOHLCV")
    assert set(said) == set(theirs) and set(said["data"]) == set(theirs["data"])
    assert len(said["data"]["ohlc"]) == 5
    for row in said["data"]["ohlc"]:
        assert shape(row) == shape(theirs["data"]["ohlc"][0])

    for market in await emulated(BitstampDialect, "/api/v2/markets/"):
        assert shape(market) == shape(listed("bitstamp")[0])
