"""/settings: what a person, or a group's admin, chooses; by buttons in one message, or by words."""

from dataclasses import replace
from typing import Any

import pytz

from telegram_bot.commands import Command, Request, Services, choosing, places
from telegram_bot.commands.choosing import Offer, Setting
from telegram_bot.commands.words import shorten
from telegram_bot.formatting import settings as words
from telegram_bot.formatting.numbers import in_style
from telegram_bot.reader import _, later, reader, reading_as
from telegram_bot.replies import Press, Reply, Rows

_A_ROW = 2
_OFFERS_A_ROW = 3


async def answer(request: Request, services: Services) -> Reply:
    """Show everything, or one setting's page, or change one."""
    if not request.words:
        return _panel(request, services)
    setting = choosing.find(request.words[0], request.speaker.private)
    if setting is None:
        return _unknown(request)
    said = " ".join(request.words[1:])
    if not said:
        return await _page(setting, request, services)
    if setting.name == "tz":
        found = places.find(said)
        if not found.sure:
            return _which_zone(said, found.zones, services)
        said = found.zones[0]
    return await _changed(setting, setting.read(said), request, services)


async def _changed(
    setting: Setting, changes: dict[str, Any], request: Request, services: Services
) -> Reply:
    """Keep the change, and answer as it asks for: in the new language, with the new numbers."""
    speaker = request.speaker
    before = await services.people.choices(speaker.chat)
    await services.people.choose(speaker.chat, replace(before, **changes))
    await services.people.end_question(speaker.chat)
    told = (speaker.told or "") if speaker.private else None
    with reading_as(await services.people.reader(speaker.chat, told)):
        return _panel(request, services, saved=setting.name)


def _panel(request: Request, services: Services, saved: str | None = None) -> Reply:
    titles = _titles(request)
    return Reply(words.panel(titles, services.clock.now(), saved), _choices(titles))


def _unknown(request: Request) -> Reply:
    titles = _titles(request)
    return Reply(words.unknown(request.words[0], list(titles)), _choices(titles))


def _titles(request: Request) -> dict[str, str]:
    """Return what can be chosen in this chat: its name, and what it is called."""
    known = choosing.settings_of(request.speaker.private)
    return {setting.name: _(setting.title) for setting in known}


def _choices(titles: dict[str, str]) -> Rows:
    return _rows([Press(title, f"settings {name}") for name, title in titles.items()], _A_ROW)


async def _page(setting: Setting, request: Request, services: Services) -> Reply:
    if setting.typed and request.speaker.private:
        await services.people.ask(request.speaker.chat, f"settings {setting.name}")
    now = services.clock.now()
    value = words.value_of(setting.name, reader(), now)
    offers = [
        Press(_labelled(setting, offer), f"settings {setting.name} {offer.words}")
        for offer in setting.offers
    ]
    back = (Press(_("‹ All settings"), "settings"),)
    text = words.page(_(setting.title), value, _(setting.question))
    return Reply(text, (*_rows(offers, _OFFERS_A_ROW), back))


def _which_zone(asked: str, zones: tuple[str, ...], services: Services) -> Reply:
    now = services.clock.now()
    offers = [
        Press(words.zone_now(pytz.timezone(zone), now), f"settings tz {zone}") for zone in zones
    ]
    back = (Press(_("‹ All settings"), "settings"),)
    return Reply(words.which_zone(shorten(asked), bool(zones)), (*_rows(offers, 1), back))


def _labelled(setting: Setting, offer: Offer) -> str:
    """Name an offer, with a dot before what is set already."""
    label = _(offer.label) if setting.name == "numbers" else in_style(_(offer.label))
    now = reader()
    changes = setting.read(offer.words).items()
    chosen = all(str(getattr(now, name)) == str(value) for name, value in changes)
    return f"•{label}" if chosen else label


def _rows(buttons: list[Press], width: int) -> Rows:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


COMMAND = Command(
    name="settings",
    usage="/settings [tz berlin | quote eur | language de | numbers 1.234,56 | …]",
    summary=later("your time zone, currency, language, numbers and usual values"),
    examples=(
        "/settings",
        "/settings tz berlin",
        "/settings quote eur",
        "/settings quiet 22:00-07:00",
    ),
    answer=answer,
    groups="admins",
)
