from datetime import time, timedelta
from decimal import Decimal

import pytest
import pytz

from telegram_bot.formatting.digest import days, heading, late, most_volatile, planned
from telegram_bot.reader import Reader, reading_as
from tests.support.replies import AS_OF


def test_the_heading_of_the_design() -> None:
    due = AS_OF - timedelta(minutes=42)  # 08:30 in Berlin

    with reading_as(Reader(zone=pytz.timezone("Europe/Berlin"))):
        assert heading(due) == "☀️ <b>Good morning</b> <b>— Sat 21 Nov, 08:30 CET</b>"


def test_a_zone_without_letters_is_named_by_its_offset() -> None:
    with reading_as(Reader(zone=pytz.timezone("Asia/Kathmandu"))):
        assert heading(AS_OF).endswith("13:57 UTC+5:45</b>")
        assert "(UTC+5:45)" in planned(time(8), range(7), AS_OF, AS_OF)


def test_what_comes_late_says_since_when() -> None:
    assert "10 min ago" in late(AS_OF - timedelta(minutes=10), AS_OF)


def test_a_german_reads_how_much_it_moves_in_german() -> None:
    with reading_as(Reader(language="de")):
        assert most_volatile("SOL-USD", "low", Decimal("4.8")).endswith("(niedrig)")


@pytest.mark.parametrize(
    ("weekdays", "named"),
    [
        (range(7), "every day"),
        (range(5), "from Monday to Friday"),
        ((6, 0), "Mon, Sun"),
    ],
)
def test_days_are_named_as_people_do(weekdays: tuple[int, ...], named: str) -> None:
    assert days(weekdays) == named
