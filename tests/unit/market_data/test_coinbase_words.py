"""Coinbase's dialect is read exactly, and nonsense is refused with a reason."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Symbol, Timeframe
from market_data.providers import coinbase_words as words
from market_data.providers import exchange_words
from market_data.providers.exchange_words import BadAnswer

BTC = Symbol("BTC", "USD")
NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
PRODUCT: dict[str, Any] = {
    "id": "BTC-USD",
    "base_currency": "BTC",
    "quote_currency": "USD",
    "quote_increment": "0.01",
    "base_increment": "0.00000001",
    "status": "online",
    "trading_disabled": False,
}
TICKER: dict[str, Any] = {
    "price": "100.5",
    "bid": "100",
    "ask": "101",
    "volume": "12.5",
    "time": "2025-06-15T13:37:20.123456Z",
}
ROW = [1_750_000_200, Decimal("99.5"), Decimal(102), Decimal("100.1"), Decimal("101.9"), "3.25"]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def test_a_row_is_time_low_high_open_close_volume() -> None:
    candle = words.candle(ROW, Timeframe.M5)

    assert candle.opened_at == datetime(2025, 6, 15, 15, 10, tzinfo=UTC)
    assert [candle.open, candle.high, candle.low, candle.close] == [
        Decimal(text) for text in ("100.1", "102", "99.5", "101.9")
    ]
    assert candle.volume == Decimal("3.25")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW[:5], "is not a row of six"),
        ("row", "is not a row of six"),
        ([1_750_000_201, *ROW[1:]], "opens no 5m candle"),
        ([Decimal("1750000200.5"), *ROW[1:]], "opens no 5m candle"),
        ([-300, *ROW[1:]], "-300 is not a time"),
        ([3 * 10**15, *ROW[1:]], "is not a time"),
        ([ROW[0], None, *ROW[2:]], "'None' is not a number"),
        ([ROW[0], 103, *ROW[2:]], "must lie between"),
        ([ROW[0], 0, *ROW[2:]], "must be above 0"),
        ([*ROW[:5], -1], "must be 0 or more"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row: Any, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        words.candle(row, Timeframe.M5)


def test_a_product_becomes_a_listing() -> None:
    market = words.market(PRODUCT)

    assert market is not None
    listing = market.listing
    assert market.written == "BTC-USD"
    assert (listing.symbol, listing.name) == (BTC, "Bitcoin")
    assert (listing.price_step, listing.lot_step) == (Decimal("0.01"), Decimal("0.00000001"))


@pytest.mark.parametrize("change", [{"status": "delisted"}, {"trading_disabled": True}], ids=str)
def test_a_product_that_is_not_traded_is_left_out(change: dict[str, Any]) -> None:
    assert words.market(PRODUCT | change) is None


@pytest.mark.parametrize(
    "change",
    [
        {"id": "BTC-EUR"},
        {"base_currency": "btc"},
        {"base_currency": None},
        {"quote_increment": "0"},
        {"base_increment": "tiny"},
    ],
    ids=str,
)
def test_a_product_that_we_could_not_ask_for_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer, match="a product makes no sense"):
        words.market(PRODUCT | change)


def test_a_ticker_keeps_what_it_says() -> None:
    ticker = words.ticker(BTC, TICKER, {"high": "105", "low": "95.5"}, NOW)

    assert ticker.price == Decimal("100.5")
    assert (ticker.bid, ticker.ask) == (Decimal(100), Decimal(101))
    assert (ticker.high_24h, ticker.low_24h) == (Decimal(105), Decimal("95.5"))
    assert ticker.volume_24h == Decimal("12.5")
    assert ticker.at == datetime(2025, 6, 15, 13, 37, 20, 123456, tzinfo=UTC)


def test_an_empty_side_of_the_book_and_no_volume_are_unknown() -> None:
    said = TICKER | {"bid": "0", "ask": None, "volume": "-1"}

    ticker = words.ticker(BTC, said, None, NOW)

    assert (ticker.bid, ticker.ask, ticker.high_24h, ticker.volume_24h) == (None,) * 4
    assert words.ticker(BTC, TICKER | {"volume": "?"}, None, NOW).volume_24h is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([], "not an object"),
        (TICKER | {"price": "0"}, "is not above 0"),
        (TICKER | {"price": None}, "is not a number"),
        (TICKER | {"price": "130"}, "far outside bid 100 and ask 101"),
        (TICKER | {"price": "70"}, "far outside"),
        (TICKER | {"time": "noon"}, "'noon' is not a time"),
        (TICKER | {"time": 17}, "'17' is not a time"),
    ],
)
def test_a_ticker_without_a_price_of_now_is_refused(said: Any, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        words.ticker(BTC, said, None, NOW)


def test_a_time_without_a_zone_is_utc_and_a_time_ahead_is_cut_to_now() -> None:
    assert words.ticker(BTC, TICKER | {"time": "2025-06-15T13:37:20"}, None, NOW).at == (
        NOW.replace(second=20)
    )
    assert words.ticker(BTC, TICKER | {"time": "2025-06-15T15:38:00+02:00"}, None, NOW).at == NOW


@given(anything)
def test_whatever_comes_is_read_or_refused(answer: Any) -> None:
    for read in (
        words.market,
        lambda said: words.candle(said, Timeframe.M1),
        lambda said: words.ticker(BTC, said, said, NOW),
    ):
        try:
            read(answer)
        except BadAnswer as error:
            assert str(error)


@given(
    st.lists(anything, min_size=6, max_size=6),
    st.fixed_dictionaries({}, optional={name: anything for name in (*PRODUCT, *TICKER)}),
)
def test_whatever_stands_in_the_right_places_is_read_or_refused(
    row: list[Any], fields: dict[str, Any]
) -> None:
    for read in (
        lambda: words.candle(row, Timeframe.M1),
        lambda: words.market(PRODUCT | fields),
        lambda: words.ticker(BTC, TICKER | fields, fields, NOW),
    ):
        try:
            read()
        except BadAnswer as error:
            assert str(error)


def test_json_numbers_keep_all_of_their_digits() -> None:
    text = "[1750000200, 0.00000000010, 123456789.12345678901, 1e-10, 2E+3, 7]"

    numbers = [exchange_words.number(value) for value in json.loads(text, parse_float=Decimal)]

    assert numbers[1:] == [
        Decimal(text) for text in ("1e-10", "123456789.12345678901", "1e-10", "2000", "7")
    ]
