"""Recorded responses of Kraken parse to their raw values exactly.

The emulator answers in the same shapes.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.market import Candle, Symbol, Timeframe
from market_data.providers import kraken_words as words
from market_data.providers.exchange_words import BadAnswer
from market_data.providers.kraken import Kraken
from tests.support.exchange_kraken import KrakenDialect
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


def raw(candle: Candle) -> list[Any]:
    """The row that a candle was read from, without what we do not keep."""
    time = int(candle.opened_at.timestamp())
    return [time, candle.open, candle.high, candle.low, candle.close, candle.volume]


def kept(row: list[Any]) -> list[Any]:
    return [int(row[0]), *map(Decimal, (*row[1:5], row[6]))]


@pytest.mark.parametrize(
    ("said", "timeframe", "rows"),
    [("fetchOHLCV", Timeframe.H1, 6), ("raw", Timeframe.M1, 721)],
)
def test_candles_parse_to_their_raw_values(said: str, timeframe: Timeframe, rows: int) -> None:
    body = load("raw/kraken__http_ohlc.json") if said == "raw" else recorded("kraken", said)
    found = words.only(body)

    candles = [words.candle(row, timeframe) for row in found]

    assert len(candles) == rows
    assert [raw(candle) for candle in candles] == [kept(row) for row in found]


def test_minutes_without_trades_have_a_flat_row() -> None:
    found = words.only(load("raw/kraken__http_ohlc.json"))

    candles = [words.candle(row, Timeframe.M1) for row in found]

    quiet = [candle for candle in candles if candle.volume == 0]
    assert len(quiet) == 216
    assert all(one.open == one.high == one.low == one.close for one in quiet)


@pytest.mark.parametrize("said", ["exchanges", "raw"])
def test_the_ticker_parses_to_its_raw_values(said: str) -> None:
    body = (
        load("raw/kraken__http_ticker.json") if said == "raw" else recorded("kraken", "fetchTicker")
    )
    found = words.only(body)

    ticker = words.ticker(USDT, found, LATER)

    assert ticker.at == LATER
    for value, text in (
        (ticker.price, found["c"][0]),
        (ticker.bid, found["b"][0]),
        (ticker.ask, found["a"][0]),
        (ticker.high_24h, found["h"][1]),
        (ticker.low_24h, found["l"][1]),
        (ticker.volume_24h, found["v"][1]),
    ):
        assert value == Decimal(text)


def test_every_pair_parses_to_its_raw_values() -> None:
    recordings = [
        *load("raw/kraken_AssetPairs.json")["body"]["result"].values(),
        *load("raw/kraken__http_asset_pairs.json")["result"].values(),
        *listed("kraken"),
    ]
    read, odd, left_out = 0, [], []
    for pair in recordings:
        try:
            market = words.market(pair)
        except BadAnswer:
            odd.append(pair["altname"])
            continue
        if market is None:
            left_out.append(pair["altname"])
            continue
        read += 1
        base, quote = pair["wsname"].split("/")
        names = {"XBT": "BTC", "XDG": "DOGE"}
        expected = Symbol(names.get(base, base), names.get(quote, quote))
        assert market.listing.symbol == expected
        assert market.written == pair["altname"]
        assert market.listing.price_step == Decimal(
            pair.get("tick_size") or Decimal(1).scaleb(-int(pair["pair_decimals"]))
        )
        assert market.listing.lot_step == Decimal(1).scaleb(-int(pair["lot_decimals"]))

    assert read > 280
    assert odd == ["ETH2.SETH"]  # staked, and no market of ours
    assert all(name.endswith(".d") for name in left_out)


def test_names_are_those_that_others_use() -> None:
    """Another reader's names of the same markets."""
    for symbol, market in load("exchanges/kraken_markets.json").items():
        found = words.market(market["info"])

        assert found is not None
        assert found.listing.symbol.shown == symbol


async def test_the_whole_provider_reads_the_recordings() -> None:
    """Through the provider itself: a function plays the exchange's part."""
    transport, asked = played(
        {
            "/0/public/AssetPairs": load("raw/kraken_AssetPairs.json")["body"],
            "/0/public/Ticker": recorded("kraken", "fetchTicker"),
            "/0/public/OHLC": recorded("kraken", "fetchOHLCV"),
        }
    )
    provider = Kraken(FrozenClock(datetime(2024, 2, 1, 15, 30, tzinfo=UTC)), transport=transport)
    start = datetime(2024, 1, 30, 16, tzinfo=UTC)
    end = start + 3 * Timeframe.H1.length
    with capture_logs() as said:
        assert len(await provider.listings()) > 270
        assert (await provider.ticker(USDT)).price == Decimal("73380.60000")
        candles = await provider.candles(USDT, Timeframe.H1, start, end)
    await provider.aclose()

    expected = recorded("kraken", "fetchOHLCV")["result"]["XBTUSDT"][1:4]
    assert [raw(candle) for candle in candles] == [kept(row) for row in expected]
    assert [line["event"] for line in said] == ["markets_set_aside"]
    assert [url.path for url in asked] == [
        f"/0/public/{n}" for n in ("AssetPairs", "Ticker", "OHLC")
    ]


async def test_requests_are_those_that_another_reader_sends() -> None:
    """Modulo the host and what limits its `since` stands for."""
    transport, asked = played(
        {
            "/0/public/AssetPairs": {"error": [], "result": {"one": one for one in [_ether()]}},
            "/0/public/OHLC": {"error": [], "result": {"ETHUSDT": [], "last": 0}},
        }
    )
    start = datetime.fromtimestamp(1_716_159_600, UTC)
    provider = Kraken(FrozenClock(start + timedelta(days=1)), transport=transport)
    await provider.candles(Symbol("ETH", "USDT"), Timeframe.H1, start, start + timedelta(hours=3))
    await provider.aclose()

    theirs, _ = requests("kraken", "fetchOHLCV")
    assert (asked[-1].path, asked[-1].params) == (theirs.path, theirs.params)


def _ether() -> Any:
    (found,) = [pair for pair in listed("kraken") if pair["wsname"] == "ETH/USDT"]
    return found


async def test_the_emulator_writes_as_recorded() -> None:
    (ticker,) = (await emulated(KrakenDialect, "/0/public/Ticker?pair=XBTUSD"))["result"].values()
    assert shape(ticker) == shape(words.only(load("raw/kraken__http_ticker.json")))
    theirs = words.only(load("raw/kraken__http_ticker.json"))
    assert {name: len(value) for name, value in ticker.items() if name != "o"} == {
        name: len(value) for name, value in theirs.items() if name != "o"
    }

    said = await emulated(KrakenDialect, "/0/public/OHLC?pair=XBTUSD&interval=1")
    body = load("raw/kraken__http_ohlc.json")
    assert set(said["result"]) == {"XXBTZUSD", "last"}
    assert type(said["result"]["last"]) is type(body["result"]["last"]) is int
    assert said["result"]["last"] == said["result"]["XXBTZUSD"][-2][0]
    assert body["result"]["last"] == body["result"]["XBTUSDT"][-2][0]
    for row in said["result"]["XXBTZUSD"]:
        assert [type(value) for value in row] == [
            type(value) for value in body["result"]["XBTUSDT"][0]
        ]

    pairs = (await emulated(KrakenDialect, "/0/public/AssetPairs"))["result"]
    (theirs,) = load("raw/kraken__http_asset_pairs.json")["result"].values()
    assert {name for name in pairs if name.endswith(".d")} == {"XXBTZUSD.d"}
    for key, pair in pairs.items():
        assert key.endswith(".d") or shape(pair) == shape(theirs)

    for path, name in (("Time", "server_time"), ("SystemStatus", "system_status")):
        theirs = load(f"raw/kraken__http_{name}.json")
        ours = await emulated(KrakenDialect, f"/0/public/{path}")
        assert shape(ours["result"]) == shape(theirs["result"])


async def test_the_emulator_names_pairs_as_recorded() -> None:
    recording = load("raw/kraken_AssetPairs.json")["body"]["result"]
    theirs = {(pair["altname"], key) for key, pair in recording.items()}

    pairs = (await emulated(KrakenDialect, "/0/public/AssetPairs"))["result"]

    both = {(pair["altname"], key) for key, pair in pairs.items()} & theirs
    assert {altname for altname, _ in both} == {
        "XBTUSD",
        "ETHUSD",
        "XRPUSD",
        "ADAUSD",
        "XDGUSD",
        "LTCUSD",
        "USDTUSD",
        "XBTUSD.d",
    }
