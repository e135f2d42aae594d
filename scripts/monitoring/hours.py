"""When an environment is awake: what sleeps at night is not out of service, and nobody looks."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORM = re.compile(r"(\w{3})-(\w{3}) (\d{1,2})-(\d{1,2}) (\S+)")


class BadHours(ValueError):
    """The sentence says how hours are written."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Days and hours of a time zone; the last hour is not among them."""

    days: range
    hours: range
    zone: ZoneInfo

    def __contains__(self, at: datetime) -> bool:
        here = at.astimezone(self.zone)
        return here.weekday() in self.days and here.hour in self.hours


def read(text: str) -> Hours:
    """Read hours such as `Mon-Fri 8-18 Europe/Berlin`.

    >>> from datetime import UTC
    >>> datetime(2030, 1, 4, 16, 59, tzinfo=UTC) in read("Mon-Fri 8-18 Europe/Berlin")
    True
    >>> datetime(2030, 1, 4, 17, 0, tzinfo=UTC) in read("Mon-Fri 8-18 Europe/Berlin")
    False

    Raises:
        BadHours: If they are none.
    """
    found = _FORM.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        first, last = _DAYS.index(found[1]), _DAYS.index(found[2])
        return Hours(
            range(first, last + 1), range(int(found[3]), int(found[4])), ZoneInfo(found[5])
        )
    except (ValueError, ZoneInfoNotFoundError):
        raise BadHours(f"{text!r}: write hours as in `Mon-Fri 8-18 Europe/Berlin`.") from None
