"""Fires as people get them: in their language, with their quiet hours."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from telegram_bot.alerts import wording
from telegram_bot.alerts.machine import Look
from telegram_bot.alerts.rules import Alert
from telegram_bot.alerts.store import Fire
from telegram_bot.reader import Reader, reading_as
from telegram_bot.replies import Reply


def fire(
    alert: Alert, look: Look, direction: str, reader: Reader, now: float, change: Decimal | None
) -> Fire:
    """Return what an alert's chat is told.

    Args:
        alert: As it was when it fired.
        now: UTC seconds; what happened longer ago is told as late.
    """

    def several(lines: Sequence[str]) -> Reply:
        with reading_as(reader):
            return wording.several(lines)

    with reading_as(reader):
        reply = wording.fired(alert, look, now, direction, change)
        line = wording.line(alert, look.at, now, direction, look.price)
    wanted = reader.notifications != "off"
    silent = reader.notifications == "silent" or is_quiet(reader, now)
    return Fire(look.at, look.price, direction, line, reply if wanted else None, several, silent)


def touch(alert: Alert, look: Look, direction: str, reader: Reader, now: float) -> Fire:
    """Return what follows for who is no message: it finds its own words."""
    silent = reader.notifications == "silent" or is_quiet(reader, now)
    return Fire(
        look.at, look.price, direction, "", None, wording.several, silent, look=look, reader=reader
    )


def is_quiet(reader: Reader, now: float) -> bool:
    """Say whether it is in the reader's quiet hours, which may span midnight."""
    if reader.quiet is None:
        return False
    start, end = reader.quiet
    clock = datetime.fromtimestamp(now, UTC).astimezone(reader.zone).time()
    return start <= clock < end if start <= end else clock >= start or clock < end
