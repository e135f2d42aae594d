"""What the chat menu shows to whom: the table of commands, by place and language."""

from collections.abc import Iterator

from common.features import Features
from telegram_bot.commands import Command, Commands, Groups
from telegram_bot.ports import Menu, Profile, Scope
from telegram_bot.reader import LANGUAGES, Language, Reader, _, reading_as

_SHOWN: dict[Scope, tuple[Groups, ...]] = {
    "all_private_chats": ("everybody", "admins", "personal"),
    "all_group_chats": ("everybody",),
    "all_chat_administrators": ("everybody", "admins"),
}


def menus(commands: Commands, features: Features) -> Iterator[Menu]:
    """Yield every menu, with the commands that are on for everybody."""
    listed = commands.available(features)
    for language in LANGUAGES:
        with reading_as(Reader(language=language)):
            for scope, places in _SHOWN.items():
                entries = tuple(
                    (command.name, _(command.summary))
                    for command in listed
                    if command.groups in places and _belongs(command, scope)
                )
                yield Menu(scope, _code(language), entries)


def profiles() -> Iterator[Profile]:
    """Yield what the bot says about itself in each language."""
    for language in LANGUAGES:
        with reading_as(Reader(language=language)):
            description = _(
                "What coins trade at and how far they usually move: prices, average true range, "
                "stops and position sizes. Every answer names its source and its age. "
                "No financial advice."
            )
            short = _("Crypto prices and average true range, with stops and position sizes.")
            yield Profile(_code(language), description, short)


def _belongs(command: Command, scope: Scope) -> bool:
    """Leave `/start` out in groups: Telegram has no Start button there either."""
    return scope == "all_private_chats" or command.name != "start"


def _code(language: Language) -> str:
    return "" if language == "en" else language
