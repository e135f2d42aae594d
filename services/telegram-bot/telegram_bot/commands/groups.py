"""What is different in a group: who may use which command, and how the bot greets."""

from collections.abc import Sequence

from telegram_bot.commands import Command, Services
from telegram_bot.commands.links import link, payload_of
from telegram_bot.formatting.html import bold, code
from telegram_bot.ports import Speaker
from telegram_bot.reader import _
from telegram_bot.replies import Link, Reply

_SHOWN_FIRST = ("price", "atr", "chart")


async def may_use(command: Command, speaker: Speaker, services: Services) -> bool:
    """Say whether who speaks may use the command where they are."""
    if speaker.private or command.groups == "everybody":
        return True
    if command.groups == "personal":
        return False
    return await services.admins.is_admin(speaker.chat, speaker.user)


def refusal(command: Command, words: Sequence[str], bot: str) -> Reply:
    """Lead to the private chat, with the command in hand where a link can carry it."""
    named = code(f"/{command.name}")
    if command.groups == "admins":
        text = _("In a group {command} is for its admins. In private it is yours.")
    else:
        text = _("{command} is personal, so I answer it in private.")
    payload = payload_of(command.name, words) or payload_of(command.name) or "start"
    return Reply(text.format(command=named), ((Link(_("💬 In private"), link(bot, payload)),),))


def greeting(services: Services, bot: str, chat: int) -> Reply:
    """Say what works in a group, once, when it has taken the bot in."""
    on = services.commands.available(services.features, chat)
    shown = [command for command in on if command.name in _SHOWN_FIRST]
    lines = [
        _("👋 {name} is here, for everybody in this group.").format(name=bold("Crypto Assistant")),
        "",
        *(f"{code(command.examples[0])} — {_(command.summary)}" for command in shown),
        "",
        _("I answer commands alone and read nothing else. What is yours stays in private."),
    ]
    return Reply("\n".join(lines), ((Link(_("💬 In private"), link(bot, "start")),),))
