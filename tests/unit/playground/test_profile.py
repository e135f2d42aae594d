"""Command menus: which one a person sees, and what Telegram refuses."""

from typing import Any

import pytest

from playground.profile import DEFAULT_SCOPE, Profile, read_commands, read_language, read_scope
from playground.refusals import Refusal


def menu(name: str) -> list[dict[str, str]]:
    return [{"command": name, "description": "what it does"}]


@pytest.fixture
def profile() -> Profile:
    return Profile(4242, "Bot", "some_bot")


def test_the_narrowest_scope_wins_and_then_the_language(profile: Profile) -> None:
    profile.set_commands(DEFAULT_SCOPE, "", menu("all"))
    profile.set_commands(DEFAULT_SCOPE, "de", menu("alle"))
    profile.set_commands(("all_group_chats", 0, 0), "", menu("group"))
    profile.set_commands(("chat", 7, 0), "", menu("seven"))

    assert profile.menu_in(1, "en") == menu("all")
    assert profile.menu_in(1, "de") == menu("alle")
    assert profile.menu_in(-1, "de") == menu("group")
    assert profile.menu_in(7, "de") == menu("seven")


def test_an_empty_menu_takes_the_old_one_away(profile: Profile) -> None:
    profile.set_commands(DEFAULT_SCOPE, "", menu("all"))
    profile.set_commands(DEFAULT_SCOPE, "", [])

    assert profile.menu_in(1, "en") == []


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ("x", "can't parse commands: expected an Array"),
        (["x"], "can't parse BotCommand: expected an Object"),
        (menu("x") * 101, "BOT_COMMANDS_TOO_MUCH"),
        (menu("Price"), "BOT_COMMAND_INVALID"),
        (menu("x" * 33), "BOT_COMMAND_INVALID"),
        ([{"command": "x", "description": " "}], "command description must be non-empty"),
        ([{"command": "x", "description": "d" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
def test_commands_that_break_the_rules_are_refused(commands: Any, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_commands(commands)

    assert refused.value.description == f"Bad Request: {reason}"


@pytest.mark.parametrize(
    "scope", ["x", {"type": "moon"}, {"type": "chat"}, {"type": "chat", "chat_id": []}]
)
def test_a_scope_that_does_not_exist_is_refused(scope: Any) -> None:
    with pytest.raises(Refusal):
        read_scope(scope)


def test_a_language_has_two_letters() -> None:
    assert (read_language("de"), read_language("")) == ("de", "")
    with pytest.raises(Refusal, match="invalid language code"):
        read_language("deutsch")
