"""Capabilities that are off: commands, help, menus, buttons, sentences and inline know of it."""

import re

import pytest

from common.features import Flag
from telegram_bot.commands.discovery import discover
from telegram_bot.commands.inline import Inline
from telegram_bot.commands.menus import menus
from telegram_bot.commands.pace import Pace
from telegram_bot.ports import Speaker
from telegram_bot.reader import LANGUAGES
from telegram_bot.replies import Press, Reply
from tests.support.flags import without
from tests.support.talk import Talk

# Which commands a flag has, and sentences that ask for them.
CAPABILITIES: dict[Flag, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "charts": (("chart",), ("chart of btc",)),
    "alerts": (("alert", "alerts"), ("wake me if btc drops 5%", "show my alerts")),
    "portfolio": (("portfolio",), ("buy 0.5 btc", "show my portfolio")),
    "paper": (("paper",), ("buy 0.5 btc", "sell btc")),
    "backtest": (("backtest",), ("backtest btc",)),
    "digest": (("digest",), ("show my digest",)),
}
ANYWHERE = Speaker(chat=1001, user=1001, private=False, inline=True)


def pressed(reply: Reply) -> list[str]:
    """Return what the buttons of a reply type."""
    return [item.command for row in reply.buttons for item in row if isinstance(item, Press)]


def leads_to(reply: Reply) -> set[str]:
    """Return the commands that buttons press and texts name, without the slash."""
    named = re.findall(r"(?<![<\w])/([a-z]+)", reply.text)
    return {line.split()[0] for line in pressed(reply)} | set(named)


@pytest.mark.parametrize("flag", CAPABILITIES)
async def test_what_is_off_is_nowhere(flag: Flag) -> None:
    names, sentences = CAPABILITIES[flag]
    talk = Talk(features=without(flag))

    for name in names:
        command = discover().find(name)
        assert command is not None and command.flag == flag
        for typed in (*command.examples, f"/{name}"):
            assert (await talk.say(typed)).text == f"/{name} is not available here."
        about = await talk.say(f"/help {name}")
        assert "I don't know a command" in about.text and not leads_to(about) & {*names}
    for menu in menus(talk.services.commands, talk.services.features):
        assert not {name for name, _ in menu.entries} & {*names}
    for sentence in sentences:
        said = await talk.say(sentence)
        others = [line for line in pressed(said) if line.split()[0] not in names]
        assert pressed(said) == others
        assert others or "is not available here" in said.text


@pytest.mark.parametrize("flag", CAPABILITIES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_answer_leads_to_what_is_off(flag: Flag, language: str) -> None:
    names = {*CAPABILITIES[flag][0]}
    talk = Talk(features=without(flag))
    me = talk.speaker(told=language)

    for command in talk.services.commands.available(talk.services.features):
        for typed in (f"/{command.name}", *command.examples):
            talk.clock.advance(60)
            assert not leads_to(await talk.say(typed, me)) & names, typed


async def test_without_inline_mode_there_is_silence_in_other_chats() -> None:
    talk = Talk(features=without("inline_mode"))

    offers = await Inline(talk.services, talk.conversation, Pace(talk.clock)).offers(
        "btc", ANYWHERE
    )

    assert offers == ()


async def test_without_alerts_about_atr_none_is_offered() -> None:
    talk = Talk(features=without("atr_alerts"))

    asked = ("/alert", "/alerts", "/alert BTC", "/help alert", "/atr BTC 4h")
    replies = [await talk.say(text) for text in asked]

    for reply in replies:
        offered = [line for line in pressed(reply) if line.startswith("alert ")]
        assert not [line for line in offered if re.search(r" (atr%?|st) ", line)], offered
        assert not re.search(r"/alert \w+ (atr|st)", reply.text), reply.text
