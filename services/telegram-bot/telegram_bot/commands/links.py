"""Links that open the bot's private chat with a command in hand: `t.me/<bot>?start=atr_BTC_4h`.

Whoever writes a link is not who follows it, so a link asks and never changes anything: commands
that answer everybody run at once, others wait for a tap.
"""

import re
from collections.abc import Sequence

from telegram_bot.commands import Command, Commands
from telegram_bot.commands.typed import Typed

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def payload_of(command: str, words: Sequence[str] = ()) -> str | None:
    """Return what a link carries for a command; None where Telegram takes no such word.

    >>> payload_of("atr", ("BTC-USD", "4h"))
    'atr_BTC-USD_4h'
    >>> payload_of("atr", ("BTC", "@64,000")) is None
    True
    """
    payload = "_".join((command, *words))
    # A name with an underscore would be taken apart at it.
    whole = not any("_" in word for word in (command, *words))
    return payload if whole and _PAYLOAD.fullmatch(payload) else None


def link(bot: str, payload: str) -> str:
    """Return the address that opens a private chat with `bot`."""
    return f"https://t.me/{bot}?start={payload}"


def followed(typed: Typed, commands: Commands) -> tuple[Command, Typed] | None:
    """Return the command that `/start WORD` stands for; None for any other word, or none.

    Underscores part the words; without one, dashes do.
    """
    start = commands.find(typed.name)
    if start is None or start.name != "start" or len(typed.words) != 1:
        return None
    payload = typed.words[0]
    if not _PAYLOAD.fullmatch(payload):
        return None
    name, *words = payload.split("_" if "_" in payload else "-")
    command = commands.find(name)
    if command is None or command is start:
        return None
    return command, Typed(command.name, tuple(word for word in words if word))
