"""The dialects of Kraken, Binance and Bitstamp are read exactly, and nonsense is refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Symbol, Timeframe
from market_data.providers import binance_words, bitstamp_words, coinbase_words, kraken_words
from market_data.providers.exchange_manners import Kind
from market_data.providers.exchange_words import BadAnswer

BTC = Symbol("BTC", "USD")
NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
DIALECTS = (binance_words, bitstamp_words, coinbase_words, kraken_words)

PAIR: dict[str, Any] = {
    "altname": "XBTUSD",
    "wsname": "XBT/USD",
    "pair_decimals": 1,
    "lot_decimals": "8",
    "tick_size": "0.1",
    "status": "online",
}
SYMBOL: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "status": "TRADING",
    "baseAsset": "BTC",
    "quoteAsset": "USDT",
    "isSpotTradingAllowed": True,
    "filters": [
        {"filterType": "PRICE_FILTER", "tickSize": "0.01000000"},
        {"filterType": "LOT_SIZE", "stepSize": "0.00001000"},
    ],
}
MARKET: dict[str, Any] = {
    "name": "BTC/USD",
    "market_symbol": "btcusd",
    "base_decimals": 8,
    "counter_decimals": 2,
    "trading": "Enabled",
    "market_type": "SPOT",
}
OF_KRAKEN: dict[str, Any] = {
    "a": ["101", "1", "1.000"],
    "b": ["100", "1", "1.000"],
    "c": ["100.50", "0.1"],
    "v": ["1.5", "12.5"],
    "l": ["99", "95.5"],
    "h": ["102", "105"],
    "o": "98",
}
OF_BINANCE: dict[str, Any] = {
    "lastPrice": "100.50",
    "bidPrice": "100",
    "askPrice": "101",
    "highPrice": "105",
    "lowPrice": "95.5",
    "volume": "12.5",
    "quoteVolume": "1256.25",
    "closeTime": "1749994640123",
}
OF_BITSTAMP: dict[str, Any] = {
    "timestamp": "1749994640",
    "open": "98",
    "high": "105",
    "low": "95.5",
    "last": "100.50",
    "volume": "12.5",
    "bid": "100",
    "ask": "101",
    "open_24": "97",
}
ROWS: list[tuple[Any, Any]] = [
    (kraken_words, [1_750_000_200, "100.1", "102", "99.5", "101.9", "100.7", "3.25", 17]),
    (
        binance_words,
        [1_750_000_200_000, "100.1", "102", "99.5", "101.9", "3.25", "1750000499999", "327", 17],
    ),
    (
        bitstamp_words,
        {
            "timestamp": "1750000200",
            "open": "100.1",
            "high": "102",
            "low": "99.5",
            "close": "101.9",
            "volume": "3.25",
        },
    ),
]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)

odd: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        [None, True, -1, 0, 7, 10**30, Decimal("1e-30"), 1_750_000_200, [], {}, [None]]
    ),
    st.sampled_from(["", "NaN", "-1", "0", "1e400", "1750000200", "BTC/USD", "a/b/c"]),
    st.lists(st.none() | st.text(max_size=3) | st.integers(), max_size=3),
    st.text(max_size=5),
)


@pytest.mark.parametrize(("words", "row"), ROWS)
def test_a_row_becomes_a_candle(words: Any, row: Any) -> None:
    candle = words.candle(row, Timeframe.M5)

    assert candle.opened_at == datetime(2025, 6, 15, 15, 10, tzinfo=UTC)
    assert [candle.open, candle.high, candle.low, candle.close, candle.volume] == [
        Decimal(text) for text in ("100.1", "102", "99.5", "101.9", "3.25")
    ]


@pytest.mark.parametrize(("words", "row"), ROWS)
def test_a_row_of_another_timeframe_is_refused(words: Any, row: Any) -> None:
    with pytest.raises(BadAnswer):
        words.candle(row, Timeframe.D1)


@pytest.mark.parametrize(
    ("words", "row", "reason"),
    [
        (kraken_words, ROWS[0][1][:7], "not a row of eight"),
        (kraken_words, "row", "not a row of eight"),
        (binance_words, ROWS[1][1][:6], "not a row of seven or more"),
        (binance_words, None, "not a row of seven or more"),
        (binance_words, [*ROWS[1][1][:6], 1_750_000_259_999], "is not 5m"),
        (bitstamp_words, [1], "a candle is not an object"),
        (bitstamp_words, {"timestamp": "1750000200"}, "'None' is not a number"),
    ],
)
def test_a_row_that_is_cut_off_is_refused(words: Any, row: Any, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        words.candle(row, Timeframe.M5)


TICKERS = [
    (kraken_words, OF_KRAKEN, NOW),
    (binance_words, OF_BINANCE, datetime(2025, 6, 15, 13, 37, 20, 123000, tzinfo=UTC)),
    (bitstamp_words, OF_BITSTAMP, datetime(2025, 6, 15, 13, 37, 20, tzinfo=UTC)),
]


@pytest.mark.parametrize(("words", "said", "at"), TICKERS)
def test_a_ticker_keeps_what_it_says(words: Any, said: Any, at: datetime) -> None:
    ticker = words.ticker(BTC, said, NOW)

    assert ticker.price == Decimal("100.50")
    assert (ticker.bid, ticker.ask) == (Decimal(100), Decimal(101))
    assert (ticker.high_24h, ticker.low_24h) == (Decimal(105), Decimal("95.5"))
    assert ticker.volume_24h == Decimal("12.5")
    assert ticker.at == at


def test_binance_tells_the_volume_in_the_quote_asset_too() -> None:
    assert binance_words.ticker(BTC, OF_BINANCE, NOW).quote_volume_24h == Decimal("1256.25")


@pytest.mark.parametrize(
    ("words", "said", "reason"),
    [
        (kraken_words, [], "a ticker makes no sense"),
        (kraken_words, OF_KRAKEN | {"c": []}, "a ticker makes no sense"),
        (kraken_words, OF_KRAKEN | {"c": ["130"]}, "far outside"),
        (kraken_words, OF_KRAKEN | {"c": ["0"]}, "not above 0"),
        (binance_words, None, "not an object"),
        (binance_words, OF_BINANCE | {"lastPrice": "70"}, "far outside"),
        (binance_words, OF_BINANCE | {"closeTime": "noon"}, "not a number"),
        (binance_words, OF_BINANCE | {"closeTime": None}, "not a number"),
        (bitstamp_words, "ticker", "not an object"),
        (bitstamp_words, OF_BITSTAMP | {"last": "130"}, "far outside"),
        (bitstamp_words, OF_BITSTAMP | {"timestamp": "-1"}, "not a time"),
    ],
)
def test_a_ticker_without_a_price_of_now_is_refused(words: Any, said: Any, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        words.ticker(BTC, said, NOW)


MARKETS = [
    (kraken_words, PAIR, "BTC-USD", "XBTUSD", "0.1", "0.00000001"),
    (binance_words, SYMBOL, "BTC-USDT", "BTCUSDT", "0.01", "0.00001"),
    (bitstamp_words, MARKET, "BTC-USD", "btcusd", "0.01", "0.00000001"),
]


@pytest.mark.parametrize(("words", "said", "symbol", "written", "tick", "lot"), MARKETS)
def test_a_market_is_read_with_its_steps_and_its_name_there(
    words: Any, said: Any, symbol: str, written: str, tick: str, lot: str
) -> None:
    market = words.market(said)

    assert (str(market.listing.symbol), market.written) == (symbol, written)
    assert (market.listing.price_step, market.listing.lot_step) == (Decimal(tick), Decimal(lot))
    assert market.listing.name == "Bitcoin"


def test_without_a_tick_size_the_decimals_say_it() -> None:
    old = {name: value for name, value in PAIR.items() if name not in ("tick_size", "status")}

    market = kraken_words.market(old)

    assert market is not None
    assert market.listing.price_step == Decimal("0.1")


def test_the_list_of_old_names_a_market_of_bitstamp_differently() -> None:
    old = {name: value for name, value in MARKET.items() if not name.startswith("market_")}

    market = bitstamp_words.market(old | {"url_symbol": "btcusd"})

    assert market is not None
    assert market.written == "btcusd"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (kraken_words, PAIR | {"status": "cancel_only"}),
        (kraken_words, {name: value for name, value in PAIR.items() if name != "wsname"}),
        (binance_words, SYMBOL | {"status": "BREAK"}),
        (binance_words, SYMBOL | {"isSpotTradingAllowed": False}),
        (bitstamp_words, MARKET | {"trading": "Disabled"}),
        (bitstamp_words, MARKET | {"market_type": "PERPETUAL"}),
    ],
)
def test_what_is_not_traded_on_the_spot_is_left_out(words: Any, said: Any) -> None:
    assert words.market(said) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (kraken_words, PAIR | {"wsname": "XBTUSD"}),
        (kraken_words, PAIR | {"wsname": "ETH2.S/ETH"}),
        (kraken_words, PAIR | {"lot_decimals": None}),
        (kraken_words, PAIR | {"tick_size": "-0.1"}),
        (binance_words, SYMBOL | {"symbol": "BTCUSDT_250627"}),
        (binance_words, SYMBOL | {"filters": []}),
        (binance_words, SYMBOL | {"baseAsset": "btc"}),
        (bitstamp_words, MARKET | {"name": "BTCUSD"}),
        (bitstamp_words, MARKET | {"market_symbol": "../../orders"}),
        (bitstamp_words, MARKET | {"market_symbol": 7}),
        (bitstamp_words, MARKET | {"counter_decimals": 99}),
    ],
)
def test_what_we_could_not_ask_for_is_refused(words: Any, said: Any) -> None:
    with pytest.raises(BadAnswer, match="makes no sense"):
        words.market(said)


@pytest.mark.parametrize(
    ("words", "status", "body"),
    [
        (kraken_words, 200, {"error": [], "result": {}}),
        (kraken_words, 200, {"error": ["WGeneral:Careful"], "result": {}}),
        (kraken_words, 200, {"result": {}}),
        (kraken_words, 200, None),
        (binance_words, 200, {"symbol": "BTCUSDT"}),
        (binance_words, 200, []),
        (bitstamp_words, 200, {"data": {}}),
        (bitstamp_words, 200, [{"error": "inside"}]),
        (coinbase_words, 200, {"price": "1"}),
        (coinbase_words, 502, None),
    ],
)
def test_an_answer_that_complains_about_nothing_is_no_complaint(
    words: Any, status: int, body: Any
) -> None:
    assert words.complaint(status, body) is None


def test_a_reason_of_bitstamp_may_be_an_object() -> None:
    body = {"status": "error", "reason": {"__all__": ["No."]}, "code": "400.067"}

    complaint = bitstamp_words.complaint(400, body)

    assert complaint is not None
    assert complaint.kind is Kind.TOO_MANY
    assert "No." in complaint.said


@pytest.mark.parametrize("words", DIALECTS, ids=lambda words: words.__name__.rpartition(".")[2])
@given(answer=anything)
def test_whatever_comes_is_read_or_refused(words: Any, answer: Any) -> None:
    words.complaint(200, answer)
    for read in (words.market, lambda said: words.candle(said, Timeframe.M1), _ticker_of(words)):
        _read_or_refuse(lambda: read(answer))


@given(
    st.lists(odd, min_size=6, max_size=9),
    st.dictionaries(
        st.sampled_from(
            sorted({*PAIR, *SYMBOL, *MARKET, *OF_KRAKEN, *OF_BINANCE, *OF_BITSTAMP, *ROWS[2][1]})
        ),
        odd,
        max_size=3,
    ),
)
def test_whatever_stands_in_the_right_places_is_read_or_refused(
    row: list[Any], fields: dict[str, Any]
) -> None:
    for words in DIALECTS:
        _read_or_refuse(lambda words=words: words.candle(row, Timeframe.M1))  # type: ignore[misc]
    for read in (
        lambda: kraken_words.market(PAIR | fields),
        lambda: binance_words.market(SYMBOL | fields),
        lambda: bitstamp_words.market(MARKET | fields),
        lambda: kraken_words.ticker(BTC, OF_KRAKEN | fields, NOW),
        lambda: binance_words.ticker(BTC, OF_BINANCE | fields, NOW),
        lambda: bitstamp_words.ticker(BTC, OF_BITSTAMP | fields, NOW),
        lambda: bitstamp_words.candle(ROWS[2][1] | fields, Timeframe.M5),
    ):
        _read_or_refuse(read)


def _ticker_of(words: Any) -> Callable[[Any], Any]:
    if words is coinbase_words:
        return lambda said: words.ticker(BTC, said, said, NOW)
    return lambda said: words.ticker(BTC, said, NOW)


def _read_or_refuse(read: Callable[[], Any]) -> None:
    try:
        read()
    except BadAnswer as error:
        assert str(error)
