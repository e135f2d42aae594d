"""Recorded responses of Binance parse to their raw values exactly.

The emulator answers in the same shapes.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.errors import Unavailable
from common.market import Symbol, Timeframe
from market_data.providers import binance_words as words
from market_data.providers.binance import Binance
from market_data.providers.binanceus import BinanceUS
from tests.support.exchange_binance import BinanceDialect
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
    rows = recorded("binance", "fetchOHLCV")

    candles = [words.candle(row, Timeframe.H1) for row in rows]

    assert len(candles) == 3
    for candle, row in zip(candles, rows, strict=True):
        assert candle.opened_at.timestamp() * 1_000 == row[0]
        values = [candle.open, candle.high, candle.low, candle.close, candle.volume]
        assert values == [Decimal(text) for text in row[1:6]]


def test_the_ticker_parses_to_its_raw_values() -> None:
    said = recorded("binance", "fetchTicker")

    ticker = words.ticker(USDT, said, LATER)

    assert ticker.at == datetime(2024, 3, 13, 11, 10, 45, 391000, tzinfo=UTC)
    for value, name in (
        (ticker.price, "lastPrice"),
        (ticker.bid, "bidPrice"),
        (ticker.ask, "askPrice"),
        (ticker.high_24h, "highPrice"),
        (ticker.low_24h, "lowPrice"),
        (ticker.volume_24h, "volume"),
        (ticker.quote_volume_24h, "quoteVolume"),
    ):
        assert value == Decimal(said[name])


def test_every_symbol_parses_to_its_raw_values() -> None:
    for shown, market in load("exchanges/binance_markets.json").items():
        info = market["info"]
        found = words.market(info)

        assert found is not None
        assert found.listing.symbol.shown == shown
        assert found.written == info["symbol"] == market["id"]
        steps = {one["filterType"]: one for one in info["filters"]}
        assert found.listing.price_step == Decimal(steps["PRICE_FILTER"]["tickSize"])
        assert found.listing.lot_step == Decimal(steps["LOT_SIZE"]["stepSize"])


@pytest.mark.parametrize("adapter", [Binance, BinanceUS])
async def test_the_whole_provider_reads_the_recordings(adapter: type[Binance]) -> None:
    """Through the provider itself: a function plays the exchange's part."""
    transport, asked = played(
        {
            "/api/v3/exchangeInfo": {"symbols": listed("binance")},
            "/api/v3/ticker/24hr": recorded("binance", "fetchTicker"),
            "/api/v3/klines": recorded("binance", "fetchOHLCV"),
        }
    )
    provider = adapter(FrozenClock(LATER), transport=transport)
    start = datetime(2024, 1, 30, 16, tzinfo=UTC)
    with capture_logs() as said:
        assert len(await provider.listings()) == 8
        assert (await provider.ticker(USDT)).price == Decimal("73369.84000000")
        candles = await provider.candles(USDT, Timeframe.H1, start, start + 2 * Timeframe.H1.length)
    await provider.aclose()

    assert [candle.close for candle in candles] == [Decimal("43488.71"), Decimal("43374.80")]
    assert said == []
    host = {Binance: "data-api.binance.vision", BinanceUS: "api.binance.us"}[adapter]
    assert {url.host for url in asked} == {host}


async def test_requests_are_those_that_another_reader_sends() -> None:
    """Modulo the host; the other reader asks for a range whose end it does not count."""
    transport, asked = played({"/api/v3/klines": [], "/api/v3/ticker/24hr": {}})
    provider = Binance(FrozenClock(LATER), transport=transport)
    (ticker,) = requests("binance", "fetchTicker")
    candles = requests("binance", "fetchOHLCV")[2]
    start, end = (
        datetime.fromtimestamp(int(candles.params[name]) // 1_000, UTC)
        for name in ("startTime", "endTime")
    )
    with pytest.raises(Unavailable, match="no use"):
        await provider.ticker(USDT)
    await provider.candles(USDT, Timeframe.H1, start, end)
    await provider.aclose()

    assert (asked[0].path, asked[0].params) == (ticker.path, ticker.params)
    theirs = dict(candles.params)
    theirs["endTime"] = str(int(theirs["endTime"]) - 1)
    assert (asked[1].path, dict(asked[1].params)) == (candles.path, theirs)


async def test_the_emulator_writes_as_recorded() -> None:
    rows = await emulated(BinanceDialect, "/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=5")
    theirs = recorded("binance", "fetchOHLCV")[0]
    for row in rows:
        assert [type(value) for value in row] == [type(value) for value in theirs]
        assert row[6] - row[0] == theirs[6] - theirs[0]
        assert all(len(text.partition(".")[2]) == 8 for text in row[1:6])

    ticker = await emulated(BinanceDialect, "/api/v3/ticker/24hr?symbol=BTCUSDT")
    said = recorded("binance", "fetchTicker")
    # The recording shows whole numbers as text; the exchange sends numbers.
    whole = ("openTime", "closeTime", "firstId", "lastId", "count")
    assert set(ticker) == set(said)
    assert all(type(ticker[name]) is int for name in whole)
    assert all(type(ticker[name]) is str for name in said if name not in whole)

    symbols = (await emulated(BinanceDialect, "/api/v3/exchangeInfo"))["symbols"]
    info = listed("binance")[0]
    for symbol in symbols:
        assert set(symbol) <= set(info)
        _same_filters(symbol, info)


def _same_filters(ours: Any, theirs: Any) -> None:
    known = {one["filterType"]: one for one in theirs["filters"]}
    for one in ours["filters"]:
        assert shape(one) == shape(known[one["filterType"]])
