"""What is different in a group."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from telegram_bot.commands import Command, Groups, Request, Services
from telegram_bot.commands.discovery import discover, table
from telegram_bot.commands.menus import menus
from telegram_bot.replies import Link, Notice, Press, Reply
from tests.support.talk import IN_A_GROUP, Talk, labels

Answer = Callable[[Request, Services], Awaitable[Reply]]


async def _done(request: Request, services: Services) -> Reply:
    return Reply("done", ((Press("Mine", "mine"), Press("Alarm", "alarm")),))


def _command(name: str, groups: Groups) -> Command:
    return Command(name, f"/{name}", "something", _done, (f"/{name}",), groups=groups)


COMMANDS = table([*discover().all, _command("mine", "personal"), _command("alarm", "admins")])


class Admin:
    """Everybody is one, or nobody."""

    def __init__(self, everybody: bool) -> None:
        self._everybody = everybody

    async def is_admin(self, chat: int, user: int) -> bool:
        return self._everybody


def talk(*, admin: bool = False) -> Talk:
    return Talk(commands=COMMANDS, admins=Admin(admin))


@pytest.mark.parametrize("text", ["/mine BTC", "/alarm BTC", "/alarm@crypto_assistant_bot BTC"])
async def test_what_is_not_for_everybody_leads_to_the_private_chat(text: str) -> None:
    reply = await talk().say(text, IN_A_GROUP)

    ((button,),) = reply.buttons
    assert isinstance(button, Link)
    name = text[1:5] if "mine" in text else "alarm"
    assert button.url == f"https://t.me/crypto_assistant_bot?start={name}_BTC"


async def test_an_admin_may_do_in_a_group_what_others_may_not() -> None:
    reply = await talk(admin=True).say("/alarm", IN_A_GROUP)

    assert reply.text == "done"
    assert labels(reply) == [["Alarm"]]  # what is personal is not offered there


async def test_a_tap_of_somebody_else_becomes_a_notice() -> None:
    said = await talk().tap(Press("x", "alarm"), IN_A_GROUP)

    assert isinstance(said, Notice) and "admins" in said.text


async def test_plain_words_are_not_answered_in_a_group() -> None:
    assert await talk().silence("btc", IN_A_GROUP)


async def test_a_greeting_names_what_works_there() -> None:
    reply = await talk().conversation.joined(IN_A_GROUP)

    assert reply is not None
    assert "<code>/price BTC</code>" in reply.text and "/mine" not in reply.text


def test_a_group_is_shown_what_it_may_use() -> None:
    shown = {
        menu.scope: [name for name, _ in menu.entries]
        for menu in menus(COMMANDS, talk().services.features)
        if not menu.language
    }

    common = [one.name for one in COMMANDS.all if one.groups == "everybody"]
    assert shown["all_group_chats"] == [name for name in common if name != "start"]
    admins = [one.name for one in COMMANDS.all if one.groups == "admins"]
    assert {*shown["all_chat_administrators"]} == {*shown["all_group_chats"], *admins}
    assert shown["all_private_chats"] == [it.name for it in COMMANDS.all if not it.owners]


async def test_help_in_a_group_lists_what_works_there() -> None:
    text = (await Talk().say("/help", IN_A_GROUP)).text

    assert "<code>/price BTC</code>" in text and "<code>/alerts</code>" in text
    assert "/portfolio" not in text and text.endswith("What is yours I answer in private.")


def test_a_command_that_is_off_is_in_no_menu() -> None:
    off = replace(_command("mine", "everybody"), flag="enhanced_price_display")

    found = menus(table([off]), Talk("production").services.features)

    assert not any(menu.entries for menu in found)
