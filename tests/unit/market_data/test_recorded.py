"""RECORDED: files become markets exactly as written, and what is wrong with one is said."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.errors import UnknownSymbol
from common.market import EPOCH, Candle, Symbol, Timeframe
from market_data.providers import Surroundings
from market_data.providers.csv_rows import BadRow, Columns
from market_data.providers.csv_series import BadFile, read, symbol_of
from market_data.providers.recorded import PROVIDER, Recorded

START = datetime(2022, 1, 3, tzinfo=UTC)  # a Monday
HEADER = "ts,open,high,low,close,volume"
BTC = Symbol("BTC", "USD")
Write = Callable[..., Path]


def rows(count: int, timeframe: Timeframe = Timeframe.M5, start: datetime = START) -> list[str]:
    """Sound rows, price rising by one a bar."""
    first = int(start.timestamp())
    return [
        f"{first + index * timeframe.seconds},{100 + index},{102 + index},{99 + index},"
        f"{101 + index},{index + 1}.5"
        for index in range(count)
    ]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(lines: Sequence[str], name: str = "BTC-USD_5m.csv", header: str = HEADER) -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    return to_file


def recorded(path: Path, as_of: datetime | None = None) -> Recorded:
    return Recorded(FrozenClock(datetime(2030, 1, 1, tzinfo=UTC)), [path.parent], as_of)


async def everything(provider: Recorded, symbol: Symbol = BTC) -> Sequence[Candle]:
    (timeframe,) = provider.timeframes(symbol)
    far = timedelta(days=20_000)
    return await provider.candles(symbol, timeframe, EPOCH, EPOCH + far)


async def test_a_file_is_read_exactly_as_written(write: Write) -> None:
    path = write(
        [
            "1641168000000,0.00000110,0.0000012,1.05e-6,0.00000115,12345678901234567890.123",
            "1641171600000,0.00000115,0.0000013,0.0000011,0.0000012,0",
        ]
    )

    first, second = await everything(recorded(path))

    assert first == Candle(
        opened_at=START,
        open=Decimal("0.0000011"),
        high=Decimal("0.0000012"),
        low=Decimal("0.00000105"),
        close=Decimal("0.00000115"),
        volume=Decimal("12345678901234567890.123"),
    )
    assert second.opened_at == START + timedelta(hours=1)
    (listing,) = await recorded(path).listings()
    assert (listing.price_step, listing.lot_step) == (Decimal("0.00000001"), Decimal("0.001"))


async def test_columns_come_in_any_order_and_case_among_others(write: Write) -> None:
    path = write(
        ["x,5,9,2013-03-01,8,7,6", "y,5,9,2013-03-02,8,7,6"],
        header="note, Volume ,HIGH,Date,Close,open,LOW",
    )

    candle, _ = await everything(recorded(path))

    assert [candle.open, candle.high, candle.low, candle.close] == [7, 9, 6, 8]
    assert candle.volume == 5
    assert candle.opened_at == datetime(2013, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-01-03", START),
        ("2022-01-03 00:00:00", START),
        ("2022-01-03T01:00:00+01:00", START),
        ("2022-01-03T00:00:00Z", START),
        ("1641168000", START),
        ("1641168000000", START),
        ("1965-04-05", datetime(1965, 4, 5, tzinfo=UTC)),
        ("0", EPOCH),
    ],
)
def test_a_time_is_a_date_seconds_or_milliseconds(text: str, expected: datetime) -> None:
    columns = Columns.find(HEADER.split(","))

    row = columns.row(2, [text, "1", "1", "1", "1", "0"])

    assert EPOCH + timedelta(seconds=row.opened) == expected


@pytest.mark.parametrize(
    ("name", "market"),
    [
        ("BTC-USD_1m.csv", "BTC-USD"),
        ("ftx_BTC-PERP_1m.csv", "BTC-PERP"),
        ("bittrex_ADA-BTC_5m.csv", "ADA-BTC"),
        ("binance_futures_XRP-USDT_5m.csv", "XRP-USDT"),
        ("freqtrade_UNITTEST-BTC_1m.csv", "UNITTEST-BTC"),
        ("AAPL.csv", "AAPL-USD"),
        ("aapl_1d.csv", "AAPL-USD"),
        ("BTCUSDT_1h.csv", "BTC-USDT"),
    ],
)
def test_a_files_name_names_its_market(name: str, market: str) -> None:
    assert str(symbol_of(Path(name))) == market


@pytest.mark.parametrize("name", ["BTC_USD.csv", "a-b-c.csv", "_1m.csv", "ВТС-USD_1m.csv"])
def test_a_name_that_names_no_market_is_refused(name: str) -> None:
    with pytest.raises(BadFile, match="names no market"):
        symbol_of(Path(name))


@pytest.mark.parametrize("timeframe", list(Timeframe), ids=lambda timeframe: timeframe.value)
async def test_the_timeframe_is_the_commonest_step(write: Write, timeframe: Timeframe) -> None:
    lines = rows(9, timeframe)
    del lines[3]

    provider = recorded(write(lines))

    assert provider.timeframes(BTC) == {timeframe}
    assert len(await everything(provider)) == 8
    assert provider.now(BTC) == START + 9 * timeframe.length


async def test_nothing_after_as_of_exists(write: Write) -> None:
    path = write(rows(10))
    as_of = START + timedelta(minutes=17)

    provider = recorded(path, as_of)

    candles = await everything(provider)
    assert [candle.opened_at for candle in candles] == [
        START + timedelta(minutes=minute) for minute in (0, 5, 10)
    ]
    ticker = await provider.ticker(BTC)
    assert ticker.price == 103
    assert ticker.at == START + timedelta(minutes=15)
    assert provider.now(BTC) == as_of
    (listing,) = await provider.listings()
    assert listing.quote_volume_24h == sum(candle.close * candle.volume for candle in candles)


async def test_a_candle_exists_from_the_instant_that_it_closes(write: Write) -> None:
    path = write(rows(10))
    end = START + timedelta(minutes=5)

    assert len(await everything(recorded(path, end))) == 1
    assert len(await everything(recorded(path, end - timedelta(microseconds=1)))) == 0


async def test_a_market_is_unknown_before_its_first_candle(write: Write) -> None:
    provider = recorded(write(rows(3)), START - timedelta(days=1))

    assert await provider.listings() == []
    with pytest.raises(UnknownSymbol):
        await provider.ticker(BTC)


async def test_an_unknown_market_has_nothing(write: Write) -> None:
    provider = recorded(write(rows(3)))
    ether = Symbol("ETH", "USD")

    assert provider.timeframes(ether) == frozenset()
    assert provider.now(ether) == datetime(2030, 1, 1, tzinfo=UTC)
    with pytest.raises(UnknownSymbol, match="ETH-USD"):
        await provider.candles(ether, Timeframe.M1, START, START)
    await provider.aclose()


async def test_files_of_one_market_make_one_market(write: Write) -> None:
    write(rows(300), "BTC-USD_5m.csv")
    write(rows(25, Timeframe.H1), "BTC-USD_1h.csv")
    path = write(rows(2, Timeframe.D1, START - timedelta(days=2)), "BTC-USD_1d.csv")

    provider = recorded(path)

    assert provider.timeframes(BTC) == {Timeframe.M5, Timeframe.H1, Timeframe.D1}
    assert provider.now(BTC) == START + timedelta(hours=25)
    (listing,) = await provider.listings()
    assert listing.symbol == BTC
    assert (await provider.ticker(BTC)).price == 400


async def test_a_persons_file_wins_over_the_shipped_one(write: Write) -> None:
    path = write(rows(5, Timeframe.D1), "AAPL.csv")
    with capture_logs() as said:
        provider = PROVIDER(
            Surroundings(FrozenClock(datetime(2030, 1, 1, tzinfo=UTC)), data_dir=path.parent)
        )

    assert (await provider.ticker(Symbol("AAPL", "USD"))).price == 105
    assert (await provider.ticker(Symbol("IBM", "USD"))).price == Decimal("202.91")
    assert [(line["event"], line["log_level"]) for line in said] == [("file_passed_over", "info")]


async def test_two_files_for_the_same_candles_are_pointed_out(write: Write) -> None:
    write(rows(5), "BTC-USD_5m.csv")
    with capture_logs() as said:
        recorded(write(rows(9), "binance_BTC-USD_5m.csv"))

    assert [(line["event"], line["log_level"], line["file"]) for line in said] == [
        ("file_passed_over", "warning", "binance_BTC-USD_5m.csv")
    ]


BAD_ROWS = {
    "high below low": ("1641254400,7,6,8,7,1", "high 6 is below low 8; are columns swapped?"),
    "open outside": ("1641254400,9,8,6,7,1", "open 9 or close 7 lies outside 6 to 8"),
    "cut off": ("1641254400,7,8", "has 3 values where the header has 6"),
    "too long": ("1641254400,7,8,6,7,1,000", "has 7 values where the header has 6"),
    "not a number": ("1641254400,seven,8,6,7,1", "'seven,8,6,7,1' are not five numbers"),
    "nan": ("1641254400,7,8,6,7,NaN", "NaN is not a number"),
    "infinite": ("1641254400,7,Infinity,6,7,1", "Infinity is not a number"),
    "absurd": ("1641254400,7,1e999999,6,7,1", "1E+999999 is out of bounds"),
    "empty value": ("1641254400,7,8,,7,1", "'7,8,,7,1' are not five numbers"),
    "zero": ("1641254400,7,8,0,7,1", "low 0 is not above 0"),
    "negative volume": ("1641254400,7,8,6,7,-1", "volume -1 is below 0"),
    "long ago": ("0001-01-01,7,8,6,7,1", "0001-01-01 lies outside the years 1900 to 2199"),
    "far ahead": ("9" * 30 + "000,7,8,6,7,1", "9" * 30 + "000 lies outside the years 1900 to 2199"),
    "no time": (",7,8,6,7,1", "'' is neither a date nor an epoch time"),
    "fraction of a second": ("1641254400001,7,8,6,7,1", "1641254400001 is not a whole second"),
    "fraction in a date": (
        "2022-01-04T00:00:00.5,7,8,6,7,1",
        "2022-01-04T00:00:00.5 is not a whole second",
    ),
    "off the grid": ("1641254401,7,8,6,7,1", "opens off the grid of 5m"),
    "twice": ("1641168000,100,102,99,101,1.5", "opens at the same time as line 2"),
}


@pytest.mark.parametrize("kind", BAD_ROWS)
async def test_a_bad_row_is_set_aside_and_named(write: Write, kind: str) -> None:
    line, reason = BAD_ROWS[kind]
    sound = rows(120)
    with capture_logs() as said:
        provider = recorded(write([*sound, line]))

    assert len(await everything(provider)) == 120
    assert provider.set_aside == 1
    assert [(line["event"], line["file"], line["reason"]) for line in said] == [
        ("row_set_aside", "BTC-USD_5m.csv", f"line 122: {reason}")
    ]


async def test_many_bad_rows_are_counted_and_not_all_named(write: Write) -> None:
    cut_off = [f"{line},1" for line in rows(12)]
    with capture_logs() as said:
        provider = recorded(write([*rows(2_000), *cut_off]))

    assert provider.set_aside == 12
    assert len(said) == 11
    assert said[-1]["rows"] == 12


async def test_a_table_with_the_newest_row_first_is_turned_round(write: Write) -> None:
    candles = await everything(recorded(write(rows(50)[::-1])))

    assert candles[0].opened_at == START
    assert len(candles) == 50


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "swapped columns": (
        "\n".join(["ts,open,low,high,close,volume", *rows(300)]).encode(),
        r"300 of its 300 rows are bad \(line 2: high 99 is below low 102; are columns swapped\?;",
    ),
    "missing column": (b"ts,open,high,low,close\n1,1,1,1,1\n", "lacks volume"),
    "missing columns": (b"time;open;high\n", "lacks date or ts, open, high, low, close, volume"),
    "column twice": (b"ts,open,high,low,close,volume,open\n", "has open twice"),
    "empty": (b"", "it is empty"),
    "header alone": (HEADER.encode(), "fewer than two rows"),
    "one row": ("\n".join([HEADER, *rows(1)]).encode(), "fewer than two rows"),
    "not text": (HEADER.encode() + b"\n\xff\xfe\x00\n", "it is not UTF-8 text"),
    "odd step": (
        "\n".join([HEADER, *rows(14)[::7]]).encode(),
        "most rows are 2100 s apart, which is none of 1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w",
    ),
    "endless value": (HEADER.encode() + b"\n" + b"1" * 200_000, "it is not a CSV table"),
    "too many bad rows": ("\n".join([HEADER, *rows(98), "1", "2"]).encode(), "2 of its 100 rows"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
async def test_a_bad_file_is_refused_and_the_others_stand(
    write: Write, tmp_path: Path, kind: str
) -> None:
    content, reason = BAD_FILES[kind]
    write(rows(5), "ETH-USD_5m.csv")
    (tmp_path / "BTC-USD_5m.csv").write_bytes(content)
    with capture_logs() as said:
        provider = recorded(tmp_path / "BTC-USD_5m.csv")

    with pytest.raises(BadFile, match=reason):
        read(tmp_path / "BTC-USD_5m.csv")
    assert [str(listing.symbol) for listing in await provider.listings()] == ["ETH-USD"]
    assert [(line["event"], line["log_level"]) for line in said] == [("file_refused", "warning")]
    assert provider.refused == {"BTC-USD_5m.csv": said[0]["reason"]}


def test_a_folder_that_looks_like_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "BTC-USD_5m.csv").mkdir()

    with pytest.raises(BadFile, match="it cannot be read"):
        read(tmp_path / "BTC-USD_5m.csv")


def test_a_mark_at_the_start_of_the_file_and_blank_lines_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "BTC-USD_5m.csv"
    path.write_text("\r\n".join([HEADER, *rows(3), "", ""]), encoding="utf-8-sig", newline="")

    assert len(read(path).opened) == 3


def test_a_week_without_weekends_trades_in_sessions(write: Write) -> None:
    days = [line for index, line in enumerate(rows(28, Timeframe.D1)) if index % 7 < 5]

    assert read(write(days)).sessions
    assert not read(write(rows(28, Timeframe.D1))).sessions
    assert not read(write(days[:6])).sessions  # too short to tell


@given(
    st.lists(
        st.one_of(st.text(max_size=30), st.integers().map(str), st.decimals().map(str)),
        min_size=6,
        max_size=6,
    )
)
def test_any_row_is_read_or_refused_with_a_reason(fields: list[str]) -> None:
    columns = Columns.find(HEADER.split(","))
    try:
        row = columns.row(1, fields)
    except BadRow as error:
        assert str(error)
    else:
        numbers = [Decimal(text) for text in row.numbers.split(",")]
        Candle(EPOCH + timedelta(seconds=row.opened), *numbers)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)).map(str))
def test_every_date_is_a_time_or_no_whole_second(text: str) -> None:
    columns = Columns.find(HEADER.split(","))
    try:
        row = columns.row(1, [text, "1", "1", "1", "1", "0"])
    except BadRow as error:
        assert "whole second" in str(error)
    else:
        assert str((EPOCH + timedelta(seconds=row.opened)).replace(tzinfo=None)) == text
