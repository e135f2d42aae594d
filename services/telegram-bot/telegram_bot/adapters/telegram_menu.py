"""The chat menus and descriptions: set at start where they are not what was last set.

What was set is remembered as a hash in the database, so a start that brings nothing new sets
nothing, and several tasks that start together set the same. A server that shows no menu although
one was set has lost what it was told, as the playground has after each of its starts.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable

import msgspec
import structlog
from telegram import (
    Bot,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from telegram_bot.ports import Facts, Menu, Profile, Scope

log = structlog.get_logger(__name__)

_SCOPES: dict[Scope, BotCommandScope] = {
    "all_private_chats": BotCommandScopeAllPrivateChats(),
    "all_group_chats": BotCommandScopeAllGroupChats(),
    "all_chat_administrators": BotCommandScopeAllChatAdministrators(),
}


async def show_menus(
    bot: Bot,
    facts: Facts,
    menus: Iterable[Menu],
    profiles: Iterable[Profile],
    lost: Callable[[], Awaitable[None]],
) -> int:
    """Set what has changed and return how many things that were.

    Args:
        lost: Called where the server has lost what it was told.

    A bot without its menu still answers, so trouble is logged and no more; what was not set is
    tried again at the next start.
    """
    wanted: list[tuple[str, Menu | Profile, Callable[[], Awaitable[object]]]] = []
    for menu in menus:
        name = f"menu:{bot.id}:{menu.scope}:{menu.language}"
        wanted.append((name, menu, _setting_menu(bot, menu)))
    for profile in profiles:
        name = f"profile:{bot.id}:{profile.language}"
        wanted.append((name, profile, _setting_profile(bot, profile)))
    try:
        known = await facts.known([name for name, _, _ in wanted])
        if known and not await _has_menu(bot):
            known = {}
            await lost()
        due = [
            _apply(facts, name, _hash(what), act)
            for name, what, act in wanted
            if known.get(name) != _hash(what)
        ]
        return sum(await asyncio.gather(*due))
    except Exception as error:
        log.warning("the menus were not looked at", reason=type(error).__name__)
        return 0


async def _has_menu(bot: Bot) -> bool:
    try:
        return bool(await bot.get_my_commands(_SCOPES["all_private_chats"]))
    except TelegramError:
        return True


async def _apply(facts: Facts, name: str, digest: str, act: Callable[[], Awaitable[object]]) -> int:
    try:
        await act()
    except TelegramError as error:
        log.warning("a menu was not set", menu=name, reason=error.message)
        return 0
    await facts.keep(name, digest)
    return 1


def _setting_menu(bot: Bot, menu: Menu) -> Callable[[], Awaitable[object]]:
    language = menu.language or None
    scope = _SCOPES[menu.scope]
    return lambda: bot.set_my_commands(menu.entries, scope=scope, language_code=language)


def _setting_profile(bot: Bot, profile: Profile) -> Callable[[], Awaitable[object]]:
    async def set_both() -> None:
        language = profile.language or None
        await bot.set_my_description(profile.description, language)
        await bot.set_my_short_description(profile.short, language)

    return set_both


def _hash(what: Menu | Profile) -> str:
    return hashlib.sha256(msgspec.json.encode(what)).hexdigest()
