"""The command menu, the menu button and the descriptions."""

from typing import Any

from playground.entities import units
from playground.limits import DESCRIPTION_UNITS, SHORT_DESCRIPTION_UNITS
from playground.methods.call import Method
from playground.parameters import Parameters
from playground.profile import Command, Scope, read_commands, read_language, read_scope
from playground.refusals import bad_request
from playground.world import World

_MENU_BUTTONS = frozenset({"default", "commands"})


async def set_my_commands(world: World, parameters: Parameters) -> bool:
    """Keep the menu of a scope and language, and show it in every chat."""
    commands = read_commands(parameters.value("commands"))
    world.profile.set_commands(*_place(parameters), commands)
    world.menus_changed()
    return True


async def get_my_commands(world: World, parameters: Parameters) -> list[Command]:
    """Return the menu of exactly this scope and language."""
    return world.profile.commands(*_place(parameters))


async def delete_my_commands(world: World, parameters: Parameters) -> bool:
    """Empty the menu of a scope and language."""
    world.profile.set_commands(*_place(parameters), [])
    world.menus_changed()
    return True


async def set_my_description(world: World, parameters: Parameters) -> bool:
    """Keep what an empty chat shows."""
    _describe(world.profile.descriptions, parameters, "description", DESCRIPTION_UNITS)
    for chat in world.chats.values():
        chat.tell("description", description=world.profile.descriptions.get("", ""))
    return True


async def get_my_description(world: World, parameters: Parameters) -> dict[str, str]:
    """Return what an empty chat shows."""
    return {"description": _said(world.profile.descriptions, parameters)}


async def set_my_short_description(world: World, parameters: Parameters) -> bool:
    """Keep what the bot's profile shows."""
    known = world.profile.short_descriptions
    _describe(known, parameters, "short_description", SHORT_DESCRIPTION_UNITS)
    return True


async def get_my_short_description(world: World, parameters: Parameters) -> dict[str, str]:
    """Return what the bot's profile shows."""
    return {"short_description": _said(world.profile.short_descriptions, parameters)}


async def set_chat_menu_button(world: World, parameters: Parameters) -> bool:
    """Keep the button beside the input, of one chat or of all."""
    button = parameters.value("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in _MENU_BUTTONS:
        bad_request("can't parse menu button: the playground knows default and commands")
    if parameters.text("chat_id"):
        world.chat(parameters.text("chat_id")).menu_button = button
    else:
        world.profile.menu_button = button
    return True


async def get_chat_menu_button(world: World, parameters: Parameters) -> dict[str, Any]:
    """Return the button beside the input, a chat's own first."""
    if parameters.text("chat_id"):
        chat = world.chat(parameters.text("chat_id"))
        return chat.menu_button or world.profile.menu_button
    return world.profile.menu_button


def _place(parameters: Parameters) -> tuple[Scope, str]:
    scope = read_scope(parameters.value("scope"))
    return scope, read_language(parameters.text("language_code"))


def _describe(known: dict[str, str], parameters: Parameters, name: str, most: int) -> None:
    text = parameters.text(name)
    if units(text) > most:
        bad_request(f"{name.replace('_', ' ')} is too long")
    known[read_language(parameters.text("language_code"))] = text


def _said(known: dict[str, str], parameters: Parameters) -> str:
    return known.get(read_language(parameters.text("language_code"))) or known.get("", "")


METHODS: dict[str, Method] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
}
