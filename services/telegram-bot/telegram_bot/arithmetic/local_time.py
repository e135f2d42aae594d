"""Local times as instants, where clocks are put forward and back.

A local time that a clock change skips means the first instant after it; one that comes twice means
the first of both. Zones are pytz's; instants are aware UTC.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import pytz

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_FARTHEST = timedelta(hours=26)  # no zone is farther from UTC
_DAYS_AHEAD = 16  # a week, and days that a zone or the last digest leaves out


def first_instant(local: datetime, zone: tzinfo) -> datetime:
    """Return the first instant at which clocks in `zone` show `local` (naive) or later.

    >>> first_instant(datetime(2027, 3, 28, 2, 30), pytz.timezone("Europe/Berlin")).isoformat()
    '2027-03-28T01:00:00+00:00'
    >>> first_instant(datetime(2027, 10, 31, 2, 30), pytz.timezone("Europe/Berlin")).isoformat()
    '2027-10-31T00:30:00+00:00'
    """
    clock: Any = zone
    try:
        clock.localize(local, is_dst=None)
    except pytz.NonExistentTimeError:
        return _end_of_gap(local, zone)
    except pytz.AmbiguousTimeError:
        pass
    both: list[datetime] = [clock.localize(local, is_dst=is_dst) for is_dst in (True, False)]
    return min(at.astimezone(UTC) for at in both)


def instant_of(day: date, at: time, zone: tzinfo) -> datetime | None:
    """Return the instant of a local day and time; None where the zone left that day out."""
    if not _exists(day, zone):
        return None
    return first_instant(datetime.combine(day, at), zone)


def next_instant(
    at: time,
    weekdays: Collection[int],
    zone: tzinfo,
    after: datetime,
    last: date | None = None,
) -> tuple[datetime, date]:
    """Return when a daily time comes next, and the local day that it is for.

    Args:
        weekdays: At least one of 0 (Monday) to 6.
        after: The instant is later.
        last: The day is later.
    """
    begin = after.astimezone(zone).date() - _DAY
    if last is not None:
        begin = max(begin, last + _DAY)
    for day in (begin + _DAY * number for number in range(_DAYS_AHEAD)):
        if day.weekday() in weekdays:
            found = instant_of(day, at, zone)
            if found is not None and found > after:
                return found, day
    raise ValueError(f"no day of {sorted(weekdays)} comes within {_DAYS_AHEAD} days of {begin}")


def _exists(day: date, zone: tzinfo) -> bool:
    """Say whether clocks in `zone` ever show that day."""
    begins = first_instant(datetime.combine(day, time()), zone)
    return begins.astimezone(zone).date() == day


def _end_of_gap(local: datetime, zone: tzinfo) -> datetime:
    """Return the minute at which clocks jump over `local`: halve where it can be until found."""
    low = local.replace(tzinfo=UTC) - _FARTHEST
    high = local.replace(tzinfo=UTC) + _FARTHEST
    while high - low > _MINUTE:
        middle = low + (high - low) // _MINUTE // 2 * _MINUTE
        if middle.astimezone(zone).replace(tzinfo=None) >= local:
            high = middle
        else:
            low = middle
    return high.replace(second=0, microsecond=0)
