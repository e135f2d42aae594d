from datetime import UTC, datetime
from decimal import Decimal

import pytest
import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import BadInput
from telegram_bot.commands.days import read_moment
from telegram_bot.commands.portfolio_csv import (
    MOST_BYTES,
    MOST_LINES,
    looks_like_one,
    read,
    written,
)
from telegram_bot.ledger import Entry
from tests.support.replies import AS_OF

BERLIN = pytz.timezone("Europe/Berlin")
HEAD = "side,symbol,quantity,price\n"


def test_columns_come_in_any_order_and_others_are_passed_over() -> None:
    text = "\ufeffPrice, exchange ,Side,SYMBOL,quantity\r\n61200,Kraken,Buy,xbt/eur,0.5\r\n\r\n"

    entries, troubles = read(text.encode(), AS_OF, BERLIN)

    assert entries == [Entry("buy", "BTC-EUR", Decimal("0.5"), Decimal(61200), AS_OF)]
    assert not troubles


def test_a_german_spreadsheet_is_read_as_it_means() -> None:
    text = "time;side;symbol;quantity;price;fee;note\n1.11.2026 08:30;Kauf;BTC;0,5;61.200,50;4,2;x"

    (entry,), troubles = read(text.encode(), AS_OF, BERLIN, "EUR")

    assert (entry.price, entry.fee, entry.symbol) == (
        Decimal("61200.50"),
        Decimal("4.2"),
        "BTC-EUR",
    )
    assert entry.at == datetime(2026, 11, 1, 7, 30, tzinfo=UTC) and not troubles


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",BTC,1,5", "side is ''"),
        ("buy,,1,5", "needs a name"),
        ("buy,BTC,,5", "quantity is ''"),
        ("buy,BTC,0,5", "quantity is '0'"),
        ("buy,BTC,1e5,5", "quantity is '1e5'"),
        ("buy,BTC,1", "price is ''"),
        ("buy,BTC,1,-5", "price is '-5'"),
        ("buy,ВТС,1,5", "Cyrillic"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(line: str, said: str) -> None:
    entries, ((trouble),) = read(f"{HEAD}{line}".encode(), AS_OF, BERLIN)

    assert (entries, trouble.line) == ([], 2) and said in trouble.said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"", "first line"),
        (b"hello,world\n", "first line"),
        (b"x" * (MOST_BYTES + 1), "too large"),
        (HEAD.encode() + b'buy,"' + b"x" * 140_000 + b'",1,5', "no CSV"),
    ],
)
def test_what_is_no_such_file_is_refused_whole(content: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read(content, AS_OF, BERLIN)


def test_too_many_lines_are_refused_by_name() -> None:
    text = HEAD + "buy,BTC,1,5\n" * (MOST_LINES + 5)

    entries, troubles = read(text.encode(), AS_OF, BERLIN)

    assert len(entries) == MOST_LINES and troubles[0].line == MOST_LINES + 2


def test_a_note_that_a_spreadsheet_would_run_is_made_harmless() -> None:
    entry = Entry("buy", "BTC-USD", Decimal(1), Decimal(5), AS_OF, note="=1+1")

    content = written([entry])

    assert b",'=1+1" in content
    assert read(content, AS_OF, BERLIN)[0] == [entry]


entries = st.builds(
    Entry,
    st.sampled_from(["buy", "sell"]),
    st.sampled_from(["BTC-USD", "PEPE-USDT"]),
    st.decimals("0.00000001", "1000000", places=8),
    st.decimals("0", "1000000", places=10),
    st.datetimes(datetime(2010, 1, 1), datetime(2026, 11, 1)).map(
        lambda at: at.replace(microsecond=0, tzinfo=UTC)
    ),
    st.decimals("0", "100", places=2),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=100).filter(
        lambda note: not note.startswith("'")
    ),
)


@settings(max_examples=40)
@given(st.lists(entries, max_size=8))
def test_what_is_written_is_read_back_exactly(trades: list[Entry]) -> None:
    assert read(written(trades), AS_OF, BERLIN) == (trades, [])


def test_pasted_lines_are_known_by_their_head() -> None:
    assert looks_like_one("Side;Symbol;Quantity;Price;Fee\nbuy;BTC;1;2;3")
    assert not looks_like_one("btc eth")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-21", "2026-11-21T08:12:00+00:00"),  # today: now
        ("2026-11-20", "2026-11-20T11:00:00+00:00"),  # noon in Berlin
        ("20.11.2026 8:05", "2026-11-20T07:05:00+00:00"),
        ("2026-03-29 02:30", "2026-03-29T01:00:00+00:00"),  # skipped by the clocks
        ("2026-11-20T08:05:09+05:30", "2026-11-20T02:35:09+00:00"),
    ],
)
def test_a_day_is_read_in_the_zone_of_its_writer(text: str, at: str) -> None:
    assert read_moment(text, AS_OF, BERLIN).isoformat() == at


@pytest.mark.parametrize("text", ["2026-11-22", "1999-01-01", "9999-01-01", "x", "2026-13-01", ""])
def test_a_day_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_moment(text, AS_OF, BERLIN)
