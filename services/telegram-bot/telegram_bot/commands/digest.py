"""/digest: once a day, at a local time, how one's coins did."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from common.errors import BadInput
from telegram_bot.arithmetic.daily import moved
from telegram_bot.commands import Command, Request, Services
from telegram_bot.commands.digest_content import content
from telegram_bot.commands.words import NotUnderstood, shorten
from telegram_bot.digests import EVERY_DAY, Digest
from telegram_bot.formatting import digest as words
from telegram_bot.reader import _, later, reader
from telegram_bot.replies import Press, Reply, Rows

_OFFERED = ("07:00", "08:30", "12:00", "18:00")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?P<half>am|pm|h)?", re.ASCII)
_DAYS: dict[str, frozenset[int]] = {
    "daily": EVERY_DAY,
    "täglich": EVERY_DAY,
    "weekdays": frozenset(range(5)),
    "workdays": frozenset(range(5)),
    "werktags": frozenset(range(5)),
    "weekends": frozenset((5, 6)),
    **{
        name: frozenset((number,))
        for number, names in enumerate(
            (
                ("mon", "monday", "mo", "montag"),
                ("tue", "tuesday", "di", "dienstag"),
                ("wed", "wednesday", "mi", "mittwoch"),
                ("thu", "thursday", "do", "donnerstag"),
                ("fri", "friday", "fr", "freitag"),
                ("sat", "saturday", "sa", "samstag"),
                ("sun", "sunday", "so", "sonntag"),
            )
        )
        for name in names
    },
}


@dataclass(frozen=True, slots=True)
class _Asked:
    at: time
    weekdays: frozenset[int]


async def answer(request: Request, services: Services) -> Reply:
    """Plan a digest, stop it, send it now, or say when it comes."""
    chat = request.speaker.chat
    asked = [word.lower() for word in request.words]
    if asked in (["off"], ["aus"]):
        return Reply(words.stopped(await services.digests.stop(chat)), _times())
    if asked in (["now"], ["jetzt"]):
        return await _now(chat, services)
    known = await services.digests.digest(chat)
    if asked:
        known = await _plan(chat, _read(asked), known, services)
    if known is None:
        return Reply(words.not_planned(), _times(), asks="digest")
    said = words.planned(known.at, known.weekdays, known.due, services.clock.now())
    return Reply(said, _changing())


async def _plan(chat: int, asked: _Asked, known: Digest | None, services: Services) -> Digest:
    """Keep the wish; a day that has had its digest gets no second one."""
    now, zone = services.clock.now(), reader().zone
    local = now.astimezone(zone).date()
    last = known.last if known is not None else None
    new = Digest(chat, asked.at, asked.weekdays, str(zone), now, local, last)
    planned = moved(new, zone, now)
    await services.digests.put(planned)
    return planned


async def _now(chat: int, services: Services) -> Reply:
    now = services.clock.now()
    local = now.astimezone(reader().zone)
    return await content(
        Digest(chat, local.time(), EVERY_DAY, str(reader().zone), now, local.date()), services, now
    )


def _read(words_: Sequence[str]) -> _Asked:
    """Read `08:30 weekdays`, `8am mon wed`, `18h`; days in any order."""
    at: time | None = None
    days: frozenset[int] = frozenset()
    for word in words_:
        parts = [part for part in word.split(",") if part]
        if all(part in _DAYS for part in parts):
            days = days.union(*(_DAYS[part] for part in parts))
        elif at is None:
            at = _clock(word)
        else:
            raise NotUnderstood(word)
    if at is None:
        raise BadInput(_("At what time? For example /digest 08:30 weekdays."))
    return _Asked(at, days or EVERY_DAY)


def _clock(word: str) -> time:
    found = _CLOCK.fullmatch(word)
    if found is None:
        raise NotUnderstood(word)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = found["half"]
    wrong = hour > 23 or minute > 59
    if half in ("am", "pm"):
        wrong |= not 1 <= hour <= 12
        hour = hour % 12 + (12 if half == "pm" else 0)
    if wrong:
        raise BadInput(_("{said} is no time of day. Write 08:30.").format(said=shorten(word)))
    return time(hour, minute)


def _times() -> Rows:
    return (
        tuple(Press(at, f"digest {at}") for at in _OFFERED),
        (Press(_("👀 Show me one"), "digest now", fresh=True),),
    )


def _changing() -> Rows:
    zone = Press(_("🌍 Time zone"), "settings tz", fresh=True)
    return (
        *_times()[:1],
        (
            Press(_("👀 Show me one"), "digest now", fresh=True),
            zone,
            Press(_("🔕 Off"), "digest off"),
        ),
    )


COMMAND = Command(
    name="digest",
    usage="/digest [08:30 [weekdays|mon,wed] | off | now]",
    summary=later("once a day, at your time: how your coins did"),
    examples=("/digest 08:30", "/digest 18:00 weekdays", "/digest now", "/digest off"),
    answer=answer,
    flag="digest",
    groups="admins",
)
