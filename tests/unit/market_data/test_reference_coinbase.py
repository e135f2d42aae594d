"""Recorded responses of Coinbase Exchange parse to their raw values exactly.

The emulator answers in the same shapes.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.market import Symbol, Timeframe
from market_data.providers import coinbase_words as words
from market_data.providers.coinbase import Coinbase
from tests.support.exchange_coinbase import CoinbaseDialect
from tests.support.recordings import LATER, emulated, listed, load, recorded, shape
from tests.support.reference import reference_folder

pytestmark = pytest.mark.reference

USDT = Symbol("BTC", "USDT")


def http_response(method: str) -> Any:
    return recorded("coinbaseexchange", method)


def products() -> list[dict[str, Any]]:
    return [*load("raw/coinbase_exchange_products.json")["body"], *listed("coinbaseexchange")]


def test_candles_parse_to_their_raw_values() -> None:
    rows = http_response("fetchOHLCV")

    candles = [words.candle(row, Timeframe.H1) for row in rows]

    assert len(candles) == len(rows) == 1
    for candle, row in zip(candles, rows, strict=True):
        assert [
            int(candle.opened_at.timestamp()),
            candle.low,
            candle.high,
            candle.open,
            candle.close,
            candle.volume,
        ] == row
    assert candles[0].open == Decimal("73243.33")


def test_the_ticker_parses_to_its_raw_values() -> None:
    said = http_response("fetchTicker")

    ticker = words.ticker(USDT, said, None, LATER)

    for value, name in (
        (ticker.price, "price"),
        (ticker.bid, "bid"),
        (ticker.ask, "ask"),
        (ticker.volume_24h, "volume"),
    ):
        assert value == Decimal(said[name])
    assert ticker.at == datetime(2024, 3, 13, 11, 10, 41, 270099, tzinfo=UTC)


def test_ticker_messages_parse_to_their_raw_values() -> None:
    """The stream names some fields differently; their values are written the same way."""
    lines = (reference_folder() / "raw/coinbase_exchange_ticker.jsonl").read_text().splitlines()
    messages = [json.loads(line)["msg"] for line in lines]
    tickers = [message for message in messages if message["type"] == "ticker"]
    assert len(tickers) > 100
    for message in tickers:
        said = {
            "price": message["price"],
            "bid": message["best_bid"],
            "ask": message["best_ask"],
            "volume": message["volume_24h"],
            "time": message["time"],
        }
        stats = {"high": message["high_24h"], "low": message["low_24h"]}

        ticker = words.ticker(Symbol.parse(message["product_id"]), said, stats, LATER)

        assert ticker.price == Decimal(message["price"])
        assert ticker.volume_24h == Decimal(message["volume_24h"])
        assert ticker.high_24h == Decimal(message["high_24h"])
        assert ticker.low_24h == Decimal(message["low_24h"])


def test_every_product_parses_to_its_raw_values() -> None:
    known = products()
    assert len(known) > 160
    for product in known:
        market = words.market(product)

        assert market is not None
        listing = market.listing
        assert str(listing.symbol) == product["id"]
        assert listing.price_step == Decimal(product["quote_increment"])
        assert listing.lot_step == Decimal(product["base_increment"])


async def test_the_whole_provider_reads_the_recordings() -> None:
    """Through the provider itself: a function plays the exchange's part."""
    listing = load("raw/coinbase_exchange_products.json")["body"]
    rows = "[[1710327600,73241.5,73402.47,73243.33,73370.65,1.56794406]]"
    texts = {
        "/products": json.dumps(listing),
        "/products/BTC-USDT/ticker": json.dumps(http_response("fetchTicker")),
        "/products/BTC-USDT/candles": rows,
    }

    def answer(request: httpx.Request) -> httpx.Response:
        text = texts.get(request.url.path)
        return httpx.Response(200, text=text) if text else httpx.Response(404, text="{}")

    provider = Coinbase(FrozenClock(LATER), transport=httpx.MockTransport(answer))
    opened = datetime(2024, 3, 13, 11, tzinfo=UTC)
    with capture_logs() as said:
        assert len(await provider.listings()) == len(listing)
        assert (await provider.ticker(USDT)).price == Decimal("73367.8")
        (candle,) = await provider.candles(USDT, Timeframe.H1, opened, opened + Timeframe.H1.length)
    await provider.aclose()

    assert candle.volume == Decimal("1.56794406")
    assert said == []


async def test_the_emulator_writes_tickers_as_recorded() -> None:
    theirs = shape(http_response("fetchTicker"))
    ours = shape(await emulated(CoinbaseDialect, "/products/BTC-USD/ticker"))

    # The recording shows its trade_id as text; the exchange sends a number.
    assert theirs.pop("trade_id") is str
    assert ours.pop("trade_id") is int
    assert ours == theirs


async def test_the_emulator_writes_candles_as_recorded() -> None:
    (theirs,) = http_response("fetchOHLCV")
    rows = await emulated(CoinbaseDialect, "/products/BTC-USD/candles?granularity=3600")

    assert {len(row) for row in rows} == {len(theirs)}
    for row in rows:
        assert type(row[0]) is type(theirs[0]) is int
        assert all(isinstance(value, int | Decimal) for value in row[1:])
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), reverse=True)


async def test_the_emulator_writes_products_as_recorded() -> None:
    newer = load("exchanges/coinbaseexchange_markets.json")["BTC/USD"]["info"]

    for product in await emulated(CoinbaseDialect, "/products"):
        assert shape(product) == shape(newer)
