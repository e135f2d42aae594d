"""What a bot says about itself: name, descriptions, command menu, menu button."""

import re
from typing import Any

from playground.entities import units
from playground.limits import COMMAND_DESCRIPTION_UNITS, COMMANDS
from playground.refusals import bad_request

Command = dict[str, str]
Scope = tuple[str, int, int]  # kind, chat, user; 0 where the kind has none

DEFAULT_SCOPE: Scope = ("default", 0, 0)
_WITH_CHAT = frozenset({"chat", "chat_administrators", "chat_member"})
_PLAIN = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"([a-z]{2})?")


class Profile:
    """One bot, as getMe and the page show it."""

    def __init__(self, bot_id: int, name: str, username: str) -> None:
        self.user: dict[str, Any] = {
            "id": bot_id,
            "is_bot": True,
            "first_name": name,
            "username": username,
        }
        self.descriptions: dict[str, str] = {}
        self.short_descriptions: dict[str, str] = {}
        self.menu_button: dict[str, Any] = {"type": "commands"}
        self._commands: dict[tuple[Scope, str], list[Command]] = {}

    def me(self) -> dict[str, Any]:
        """Return the `User` of getMe."""
        return {
            **self.user,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def set_commands(self, scope: Scope, language: str, commands: list[Command]) -> None:
        """Replace one menu; an empty list takes it away."""
        if commands:
            self._commands[scope, language] = commands
        else:
            self._commands.pop((scope, language), None)

    def commands(self, scope: Scope, language: str) -> list[Command]:
        """Return exactly one menu, as getMyCommands does."""
        return self._commands.get((scope, language), [])

    def all_commands(self) -> list[dict[str, Any]]:
        """Return every menu that is set, for tests and the curious."""
        return [
            {"scope": scope[0], "chat_id": scope[1], "language_code": language, "commands": menu}
            for (scope, language), menu in self._commands.items()
        ]

    def menu_in(self, chat_id: int, language: str, *, admin: bool = False) -> list[Command]:
        """Return the menu that a person sees in a chat: the narrowest scope, then the language."""
        group = chat_id < 0
        everywhere: Scope = ("all_group_chats" if group else "all_private_chats", 0, 0)
        admins: list[Scope] = [("chat_administrators", chat_id, 0)] if group and admin else []
        all_admins: list[Scope] = [("all_chat_administrators", 0, 0)] if admins else []
        for scope in (*admins, ("chat", chat_id, 0), *all_admins, everywhere, DEFAULT_SCOPE):
            for spoken in (language, ""):
                if (scope, spoken) in self._commands:
                    return self._commands[scope, spoken]
        return []


def read_scope(value: Any) -> Scope:
    """Return the scope of a BotCommandScope object; None is the default one."""
    if value is None:
        return DEFAULT_SCOPE
    kind = value.get("type") if isinstance(value, dict) else None
    if kind in _PLAIN:
        return (kind, 0, 0)
    if kind not in _WITH_CHAT:
        bad_request("can't parse BotCommandScope: unsupported type specified")
    try:
        return (kind, int(value["chat_id"]), int(value.get("user_id", 0)))
    except (KeyError, TypeError, ValueError):
        bad_request("chat not found")


def read_language(code: str) -> str:
    """Return a two-letter code, or an empty string for everyone."""
    if not _LANGUAGE.fullmatch(code):
        bad_request("invalid language code specified")
    return code


def read_commands(value: Any) -> list[Command]:
    """Return the commands of setMyCommands.

    Raises:
        Refusal: 400 if there are too many, or one breaks Telegram's rules.
    """
    if not isinstance(value, list):
        bad_request("can't parse commands: expected an Array")
    if len(value) > COMMANDS:
        bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_command(item) for item in value]


def _command(item: Any) -> Command:
    if not isinstance(item, dict):
        bad_request("can't parse BotCommand: expected an Object")
    name, description = item.get("command"), item.get("description")
    if not isinstance(name, str) or not _NAME.fullmatch(name.removeprefix("/")):
        bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not description.strip():
        bad_request("command description must be non-empty")
    if units(description) > COMMAND_DESCRIPTION_UNITS:
        bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.removeprefix("/"), "description": description}
