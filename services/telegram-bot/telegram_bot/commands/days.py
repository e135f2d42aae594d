"""Days and times as people write them, in their own time zone."""

import re
from datetime import UTC, datetime, tzinfo

from common.errors import BadInput
from telegram_bot.arithmetic.local_time import first_instant
from telegram_bot.commands.words import shorten
from telegram_bot.reader import _

_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_GERMAN_DAY = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII)
_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2}))?", re.ASCII)
_YEARS = range(2009, 2200)  # nobody traded a coin before


def is_day(word: str) -> bool:
    """Say whether a word is a day: `2026-11-21` or `21.11.2026`."""
    return bool(_ISO_DAY.fullmatch(word) or _GERMAN_DAY.fullmatch(word))


def is_clock(word: str) -> bool:
    """Say whether a word is a time of day: `8:30`."""
    return bool(_CLOCK.fullmatch(word))


def read_moment(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Read `2026-11-21`, `21.11.2026 14:30` in `zone`, or `2026-11-21T14:30:00Z`; not after now.

    A day alone is its noon, or now where that is earlier. A time that a clock change skips is the
    first one after it, one that comes twice the first.

    Raises:
        BadInput: With what would work.
    """
    at = _aware(text.strip()) or _local(text.strip(), now, zone)
    if at is None or at.year not in _YEARS:
        raise BadInput(
            _("{said} is no time. Write 2026-11-21 or 2026-11-21 14:30.").format(
                said=repr(shorten(text))
            )
        )
    if at > now:
        raise BadInput(_("{said} is still to come.").format(said=shorten(text)))
    return at


def _aware(text: str) -> datetime | None:
    """Read a time that names its offset from UTC."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _local(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    day, _space, clock = text.replace("T", " ").partition(" ")
    found = _ISO_DAY.fullmatch(day) or _GERMAN_DAY.fullmatch(day)
    when = _CLOCK.fullmatch(clock.strip() or "12:00")
    if found is None or when is None or int(found["year"]) not in _YEARS:
        return None
    parts = [found[name] for name in ("year", "month", "day")]
    parts += [when["hour"], when["minute"], when["second"] or "0"]
    try:
        at = first_instant(datetime(*map(int, parts)), zone)  # type: ignore[arg-type]
    except ValueError:
        return None
    is_today = at.astimezone(zone).date() == now.astimezone(zone).date()
    return min(at, now) if is_today and not clock else at
