"""Times for people: Telegram shows each reader their own local time instead of the text inside.

That text is for old apps. Instants are aware datetimes.
"""

from datetime import UTC, datetime, timedelta

from common.market import Timeframe

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = {"m": "min", "h": "h", "d": "day", "w": "week"}
_TODAY = timedelta(hours=20)  # within it, a clock time alone cannot be mistaken for yesterday's


def clock_time(at: datetime) -> str:
    """Return markup of a time of day to the second.

    >>> clock_time(datetime(2026, 11, 21, 8, 12, tzinfo=UTC))
    '<tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time>'
    """
    return _local(at, "T", f"{at.astimezone(UTC):%H:%M:%S} UTC")


def moment(at: datetime, now: datetime) -> str:
    """Return markup of a time to the minute, with its date unless it was just now.

    >>> at = datetime(2026, 11, 16, tzinfo=UTC)
    >>> moment(at, at)
    '<tg-time unix="1794787200" format="t">00:00 UTC</tg-time>'
    >>> moment(at, at + timedelta(days=5))
    '<tg-time unix="1794787200" format="Dt">16 Nov 2026, 00:00 UTC</tg-time>'
    """
    clock = f"{at.astimezone(UTC):%H:%M} UTC"
    if abs(now - at) < _TODAY:
        return _local(at, "t", clock)
    return _local(at, "Dt", f"{date(at)}, {clock}")


def relative(at: datetime, now: datetime) -> str:
    """Return markup of the distance from `now`, which Telegram keeps counting.

    >>> now = datetime(2026, 11, 21, 8, 12, tzinfo=UTC)
    >>> relative(datetime(2026, 11, 21, 12, 0, tzinfo=UTC), now)
    '<tg-time unix="1795262400" format="r">in 3 h 48 min</tg-time>'
    >>> relative(datetime(2026, 11, 21, 8, 8, tzinfo=UTC), now)
    '<tg-time unix="1795248480" format="r">4 min ago</tg-time>'
    """
    length = _length(abs(at - now))
    return _local(at, "r", f"in {length}" if at > now else f"{length} ago")


def age(ms: int) -> str:
    """Say how old a value is, in whole units.

    >>> age(2_400), age(250_000), age(-5)
    ('2 s old', '4 min old', '0 s old')
    """
    seconds = max(0, ms) // 1000
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit} old"
    return f"{seconds} s old"


def span(timeframe: Timeframe | str) -> str:
    """Say how long a candle is, in prose: a no-break space keeps number and unit on one line.

    >>> span("4h"), span("15m"), span("1d")
    ('4\\xa0h', '15\\xa0min', '1\\xa0day')
    """
    text = timeframe.value if isinstance(timeframe, Timeframe) else timeframe
    return f"{text[:-1]}\xa0{_UNITS[text[-1]]}"


def date(at: datetime) -> str:
    """Name the day, in UTC.

    >>> date(datetime(2013, 3, 1, tzinfo=UTC))
    '1 Mar 2013'
    """
    day = at.astimezone(UTC)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def until(at: datetime) -> str:
    """Name the last day, or the minute, that a recording ending at `at` covers.

    >>> until(datetime(2013, 3, 2, tzinfo=UTC)), until(datetime(2013, 3, 1, 8, 5, tzinfo=UTC))
    ('1 Mar 2013', '1 Mar 2013, 08:05 UTC')
    """
    utc = at.astimezone(UTC)
    if utc == utc.replace(hour=0, minute=0, second=0, microsecond=0):
        return date(utc - timedelta(seconds=1))
    return f"{date(utc)}, {utc:%H:%M} UTC"


def _local(at: datetime, form: str, text: str) -> str:
    """Wrap `text` for Telegram to replace; it knows no instant before 1970."""
    unix = int(at.timestamp())
    return f'<tg-time unix="{unix}" format="{form}">{text}</tg-time>' if unix >= 0 else text


def _length(between: timedelta) -> str:
    seconds = round(between.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = (seconds + 30) // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
