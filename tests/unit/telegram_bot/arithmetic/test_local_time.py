"""Daily local times over clock changes: exactly one instant for each local day that exists."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest
import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from telegram_bot.arithmetic.local_time import first_instant, instant_of, next_instant

BERLIN = pytz.timezone("Europe/Berlin")
EVERY_DAY = range(7)


def instant(zone: str, day: str, at: str) -> str | None:
    found = instant_of(date.fromisoformat(day), time.fromisoformat(at), pytz.timezone(zone))
    return found.strftime("%Y-%m-%d %H:%MZ") if found else None


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant_"),
    [
        ("Europe/Berlin", "2027-03-28", "02:30", "2027-03-28 01:00Z"),  # D1: skipped
        ("Europe/Berlin", "2027-10-31", "02:30", "2027-10-31 00:30Z"),  # D1: the first of two
        ("Asia/Kathmandu", "2026-11-21", "08:00", "2026-11-21 02:15Z"),  # D4
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:30Z"),  # half an hour
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04 14:45Z"),
        ("Pacific/Apia", "2011-12-30", "08:00", None),  # the day that never was
        ("Pacific/Apia", "2011-12-31", "08:00", "2011-12-30 18:00Z"),
        ("Africa/Casablanca", "2026-02-15", "02:30", "2026-02-15 01:30Z"),  # summer before Ramadan
        ("Africa/Casablanca", "2026-03-22", "02:30", "2026-03-22 02:00Z"),
        ("America/Havana", "2026-03-08", "00:30", "2026-03-08 05:00Z"),  # the day begins at one
        ("UTC", "2026-11-21", "08:30", "2026-11-21 08:30Z"),
    ],
)
def test_a_local_time_is_the_instant_at_which_clocks_first_show_it(
    zone: str, day: str, at: str, instant_: str | None
) -> None:
    assert instant(zone, day, at) == instant_


def test_the_next_time_is_later_and_on_a_day_that_is_wanted() -> None:
    saturday = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)  # 08:30 in Berlin

    daily = next_instant(time(8, 30), EVERY_DAY, BERLIN, saturday)
    workdays = next_instant(time(8, 30), {0, 1, 2, 3, 4}, BERLIN, saturday)
    sent = next_instant(time(9, 0), EVERY_DAY, BERLIN, saturday, last=date(2026, 11, 21))

    assert daily == (saturday + timedelta(days=1), date(2026, 11, 22))
    assert workdays == (saturday + timedelta(days=2), date(2026, 11, 23))
    assert sent[1] == date(2026, 11, 22)
    with pytest.raises(ValueError, match="no day"):
        next_instant(time(9, 0), (), BERLIN, saturday)


CHANGES = [
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2027, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("Africa/Casablanca", date(2026, 3, 22)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("Asia/Beirut", date(2026, 10, 25)),  # midnight comes back
    ("America/St_Johns", date(2006, 10, 29)),  # one minute past midnight
    ("Pacific/Kwajalein", date(1993, 8, 21)),  # the other day that never was
]


@cache
def around(name: str, middle: date) -> tuple[list[datetime], list[datetime]]:
    """Return every minute of six days, and what clocks in the zone show then."""
    begin = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - timedelta(days=3)
    minutes = [begin + timedelta(minutes=number) for number in range(6 * 1_440)]
    zone = pytz.timezone(name)
    return minutes, [minute.astimezone(zone).replace(tzinfo=None) for minute in minutes]


@settings(max_examples=40)
@given(
    change=st.sampled_from(CHANGES),
    at=st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_each_local_day_around_a_clock_change_has_exactly_one_digest(
    change: tuple[str, date], at: time
) -> None:
    zone = pytz.timezone(change[0])
    minutes, clocks = around(*change)
    begin = minutes[0]
    days = sorted({clock.date() for clock in clocks})[1:-1]

    sent: dict[date, datetime] = {}
    now, last = begin, None
    while now < minutes[-1]:
        now, last = next_instant(at, EVERY_DAY, zone, now, last)
        assert last not in sent
        sent[last] = now

    for day in days:
        wanted = datetime.combine(day, at)
        first = next(
            minute for minute, clock in zip(minutes, clocks, strict=True) if clock >= wanted
        )
        assert sent[day] == first == first_instant(wanted, zone)
    assert sorted(sent) == list(sent)
