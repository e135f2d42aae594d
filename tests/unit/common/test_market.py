"""Symbol, Timeframe, Candle and Ticker."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import BadInput, UnknownTimeframe
from common.market import EPOCH, Candle, Symbol, Ticker, Timeframe, split_market

AT = datetime(2024, 3, 13, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["btc", "BTC", "$btc", "#BTC", "XBT", "bitcoin", "Bitcoin", "btc-usd", "BTC/USD", "btcusd"],
)
def test_people_write_one_market_in_many_ways(text: str) -> None:
    assert Symbol.parse(text) == Symbol("BTC", "USD")


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("BTCUSDT", "BTC-USDT"),
        ("BTC/USDT", "BTC-USDT"),
        ("btc_usdt", "BTC-USDT"),
        ("BTCFDUSD", "BTC-FDUSD"),
        ("xbt/eur", "BTC-EUR"),
        ("ETHBTC", "ETH-BTC"),
        ("USDT", "USDT-USD"),
        ("usdcusdt", "USDC-USDT"),
        ("PYUSD", "PYUSD-USD"),
        ("matic", "POL-USD"),
        ("shibainu", "SHIB-USD"),
        ("1000SATS", "1000SATS-USD"),
        ("ＢＴＣ", "BTC-USD"),
        ("AAPL", "AAPL-USD"),
    ],
)
def test_a_named_quote_is_taken_at_its_word(text: str, symbol: str) -> None:
    assert str(Symbol.parse(text)) == symbol


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "$",
        "<b>x",
        "a/b/c",
        "BTC-",
        "-USD",
        "../etc/passwd",
        "btc\nusd",
        "A" * 4_096,
        "💰",
    ],
)
def test_what_cannot_be_a_market_is_refused_in_a_short_sentence(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        Symbol.parse(text)

    assert str(refusal.value).endswith(".") and len(str(refusal.value)) < 250


def test_letters_that_only_look_latin_get_a_hint() -> None:
    with pytest.raises(BadInput, match="Cyrillic letter 'В'.*Latin letters"):
        Symbol.parse("ВТС")


@given(st.text(max_size=60))
def test_any_text_is_a_market_or_bad_input(text: str) -> None:
    try:
        base, quote = split_market(text)
    except BadInput:
        return

    assert str(Symbol(base, quote or "USD")).isascii()


@pytest.mark.parametrize("asset", ["", "btc", "B-C", "A" * 16, "БТС"])
def test_an_asset_is_1_to_15_capital_letters_and_digits(asset: str) -> None:
    with pytest.raises(ValueError, match="is not an asset"):
        Symbol(asset, "USD")


def test_a_symbol_is_shown_with_a_slash() -> None:
    assert Symbol.parse("btc").shown == "BTC/USD"


def test_timeframes_are_read_in_either_case() -> None:
    longer = [one for one in Timeframe if one.seconds >= 3_600]

    assert [Timeframe.parse(one.value) for one in Timeframe] == list(Timeframe)
    assert [Timeframe.parse(one.value.upper()) for one in longer] == longer


@pytest.mark.parametrize("text", ["1M", "5M", "15M", " 1M "])
def test_months_are_not_taken_for_minutes(text: str) -> None:
    with pytest.raises(UnknownTimeframe, match="1m 5m 15m"):
        Timeframe.parse(text)


@pytest.mark.parametrize("text", ["7m", "", "1M1", "4 h", "h4"])
def test_another_timeframe_is_refused_with_those_that_exist(text: str) -> None:
    with pytest.raises(UnknownTimeframe, match="1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w"):
        Timeframe.parse(text)


@given(
    st.sampled_from(Timeframe),
    st.datetimes(datetime(1975, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
)
def test_an_instant_lies_in_the_candle_that_holds_it(timeframe: Timeframe, at: datetime) -> None:
    opened_at = timeframe.opening(at)

    assert opened_at <= at < opened_at + timeframe.length
    assert timeframe.opening(opened_at) == opened_at


def test_weeks_open_on_monday_and_days_at_midnight() -> None:
    assert Timeframe.W1.opening(AT).weekday() == 0
    assert Timeframe.D1.opening(AT) == datetime(2024, 3, 13, tzinfo=UTC)
    assert (Timeframe.D1.opening(AT) - EPOCH) % timedelta(days=1) == timedelta(0)


def test_an_hour_divides_a_day_and_six_hours_do_not_divide_four() -> None:
    assert Timeframe.H1.divides(Timeframe.D1)
    assert not Timeframe.H6.divides(Timeframe.H4)


def candle(**changed: object) -> Candle:
    values: dict[str, object] = {
        "opened_at": AT,
        "open": Decimal(10),
        "high": Decimal(12),
        "low": Decimal(9),
        "close": Decimal(11),
        "volume": Decimal(0),
    }
    return Candle(**{**values, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"high": Decimal("10.5")}, "must lie between"),
        ({"low": Decimal("10.5")}, "must lie between"),
        ({"low": Decimal(0)}, "above 0"),
        ({"volume": Decimal(-1)}, "0 or more"),
        ({"close": Decimal("NaN")}, "finite"),
        ({"high": Decimal("Infinity")}, "finite"),
        ({"opened_at": datetime(2024, 3, 13)}, "in UTC"),
        ({"opened_at": AT.astimezone(timezone(timedelta(hours=1)))}, "in UTC"),
    ],
)
def test_a_candle_that_makes_no_sense_cannot_be_built(
    changed: dict[str, object], reason: str
) -> None:
    assert candle().close == 11

    with pytest.raises(ValueError, match=reason):
        candle(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"price": Decimal(0)},
        {"bid": Decimal(-1)},
        {"high_24h": Decimal("NaN")},
        {"volume_24h": Decimal(-1)},
        {"quote_volume_24h": Decimal("Infinity")},
        {"at": datetime(2024, 3, 13)},
    ],
)
def test_a_ticker_that_makes_no_sense_cannot_be_built(changed: dict[str, object]) -> None:
    values: dict[str, object] = {"symbol": Symbol("BTC", "USD"), "price": Decimal(1), "at": AT}

    with pytest.raises(ValueError):
        Ticker(**{**values, **changed})  # type: ignore[arg-type]
