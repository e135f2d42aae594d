"""Times for people: Telegram shows each reader their own local time instead of the text inside.

That text is for old apps. Instants are aware datetimes.
"""

from datetime import UTC, datetime, timedelta

from common.market import Timeframe
from telegram_bot.reader import _, later, plural, reader

_UNITS = {"m": later("min"), "h": later("h")}


def clock_time(at: datetime) -> str:
    """Return markup of a time of day to the second.

    >>> clock_time(datetime(2026, 11, 21, 8, 12, tzinfo=UTC))
    '<tg-time unix="1795248720" format="T">08:12:00 UTC</tg-time>'
    """
    local = _here(at)
    return _local(at, "T", f"{local:%H:%M:%S} {zone_name(local)}")


def moment(at: datetime, now: datetime) -> str:
    """Return markup of a time to the minute, with its date unless that is the reader's today.

    >>> at = datetime(2026, 11, 16, tzinfo=UTC)
    >>> moment(at, at)
    '<tg-time unix="1794787200" format="t">00:00 UTC</tg-time>'
    >>> moment(at, at - timedelta(minutes=1))
    '<tg-time unix="1794787200" format="Dt">16 Nov 2026, 00:00 UTC</tg-time>'
    """
    local = _here(at)
    clock = f"{local:%H:%M} {zone_name(local)}"
    if local.date() == _here(now).date():
        return _local(at, "t", clock)
    return _local(at, "Dt", f"{_day(local)}, {clock}")


def relative(at: datetime, now: datetime) -> str:
    """Return markup of the distance from `now`, which Telegram keeps counting.

    >>> now = datetime(2026, 11, 21, 8, 12, tzinfo=UTC)
    >>> relative(datetime(2026, 11, 21, 12, 0, tzinfo=UTC), now)
    '<tg-time unix="1795262400" format="r">in 3 h 48 min</tg-time>'
    >>> relative(datetime(2026, 11, 21, 8, 8, tzinfo=UTC), now)
    '<tg-time unix="1795248480" format="r">4 min ago</tg-time>'
    """
    length = _length(abs(at - now))
    if at > now:
        return _local(at, "r", _("in {length}").format(length=length))
    return _local(at, "r", _("{length} ago").format(length=length))


def age(ms: int) -> str:
    """Say how old a value is, in whole units.

    >>> age(2_400), age(250_000), age(-5)
    ('2 s old', '4 min old', '0 s old')
    """
    seconds = max(0, ms) // 1000
    for unit, size in ((later("d"), 86_400), (later("h"), 3_600), (later("min"), 60)):
        if seconds >= size:
            return _("{length} old").format(length=f"{seconds // size} {_(unit)}")
    return _("{length} old").format(length=f"{seconds} s")


def span(timeframe: Timeframe | str) -> str:
    """Say how long a candle is, in prose: a no-break space keeps number and unit on one line.

    >>> span("4h"), span("15m"), span("1d")
    ('4\\xa0h', '15\\xa0min', '1\\xa0day')
    """
    text = timeframe.value if isinstance(timeframe, Timeframe) else timeframe
    count, letter = int(text[:-1]), text[-1]
    if letter == "d":
        unit = plural("day", "days", count)
    elif letter == "w":
        unit = plural("week", "weeks", count)
    else:
        unit = _(_UNITS[letter])
    return f"{count}\xa0{unit}"


def date(at: datetime) -> str:
    """Name the day, in UTC.

    >>> date(datetime(2013, 3, 1, tzinfo=UTC))
    '1 Mar 2013'
    """
    return _day(at.astimezone(UTC))


def until(at: datetime) -> str:
    """Name the last day, or the minute, that a recording ending at `at` covers.

    >>> until(datetime(2013, 3, 2, tzinfo=UTC)), until(datetime(2013, 3, 1, 8, 5, tzinfo=UTC))
    ('1 Mar 2013', '1 Mar 2013, 08:05 UTC')
    """
    utc = at.astimezone(UTC)
    if utc == utc.replace(hour=0, minute=0, second=0, microsecond=0):
        return date(utc - timedelta(seconds=1))
    return f"{date(utc)}, {utc:%H:%M} UTC"


def months() -> list[str]:
    """Return twelve short names in the reader's language."""
    return _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()


def zone_name(local: datetime) -> str:
    """Name the zone of a local time: `UTC`, `CET`, and `UTC+5:45` where it has no letters.

    >>> import pytz
    >>> zone_name(datetime(2026, 11, 21, tzinfo=UTC).astimezone(pytz.timezone("Asia/Kathmandu")))
    'UTC+5:45'
    """
    name = local.tzname() or ""
    if name[:1] not in "+-":
        return name
    minutes = name[3:5] or "00"
    return f"UTC{name[0]}{int(name[1:3])}" + ("" if minutes == "00" else f":{minutes}")


def _here(at: datetime) -> datetime:
    """Return an instant on the reader's clock."""
    return at.astimezone(reader().zone)


def _day(local: datetime) -> str:
    return _("{day} {month} {year}").format(
        day=local.day, month=months()[local.month - 1], year=local.year
    )


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
    whole = str(days) + " " + _("d")
    return f"{whole} {hours} h" if hours else whole
