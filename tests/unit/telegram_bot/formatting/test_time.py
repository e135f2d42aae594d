"""Times for people: Telegram's own tag outside, UTC inside."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Timeframe
from telegram_bot.formatting.time import (
    age,
    clock_time,
    date,
    moment,
    relative,
    span,
    until,
)

NOW = datetime(2026, 11, 21, 8, 12, tzinfo=UTC)


def test_a_clock_time_is_exact() -> None:
    assert clock_time(NOW) == '<tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time>'


def test_a_time_in_another_zone_is_the_same_instant() -> None:
    berlin = timezone(timedelta(hours=1))

    assert clock_time(NOW.astimezone(berlin)) == clock_time(NOW)


def test_an_instant_before_1970_is_plain_text() -> None:
    assert clock_time(datetime(1962, 1, 2, tzinfo=UTC)) == "00:00:00 UTC"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s ago"),
        (-7, "7 s ago"),
        (-240, "4 min ago"),
        (59, "in 59 s"),
        (3_599, "in 1 h"),
        (13_680, "in 3 h 48 min"),
        (13_678, "in 3 h 48 min"),
        (47 * 3_600, "in 47 h"),
        (48 * 3_600, "in 2 d"),
        (76 * 3_600, "in 3 d 4 h"),
    ],
)
def test_a_distance_is_said_in_two_units_at_most(seconds: int, said: str) -> None:
    at = NOW + timedelta(seconds=seconds)

    assert relative(at, NOW).endswith(f' format="r">{said}</tg-time>')


@pytest.mark.parametrize(
    ("ms", "said"),
    [
        (-5, "0 s old"),
        (999, "0 s old"),
        (2_999, "2 s old"),
        (59_999, "59 s old"),
        (60_000, "1 min old"),
        (3_600_000, "1 h old"),
        (90_000_000, "1 d old"),
    ],
)
def test_an_age_is_said_in_one_whole_unit(ms: int, said: str) -> None:
    assert age(ms) == said


@pytest.mark.parametrize(
    ("timeframe", "said"),
    [("1m", "1\xa0min"), ("4h", "4\xa0h"), ("1d", "1\xa0day"), (Timeframe.W1, "1\xa0week")],
)
def test_a_timeframe_is_said_as_a_length_that_does_not_break(
    timeframe: Timeframe | str, said: str
) -> None:
    assert span(timeframe) == said


def test_a_moment_long_ago_carries_its_date() -> None:
    at = datetime(2026, 11, 16, tzinfo=UTC)

    assert moment(at, at + timedelta(hours=19)).endswith(">00:00 UTC</tg-time>")
    assert moment(at, NOW).endswith(">16 Nov 2026, 00:00 UTC</tg-time>")


def test_a_recording_that_ends_at_midnight_covers_the_day_before() -> None:
    assert until(datetime(2013, 3, 2, tzinfo=UTC)) == "1 Mar 2013"
    assert until(datetime(2013, 3, 2, 8, 5, tzinfo=UTC)) == "2 Mar 2013, 08:05 UTC"


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2, 1, 1)))
def test_a_date_reads_back(at: datetime) -> None:
    day, month, year = date(at).split()

    assert (int(day), int(year)) == (at.day, at.year)
    assert month == f"{at:%b}"
