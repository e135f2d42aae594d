"""The chat menu: set at start when it is not what the table of commands says."""

from collections.abc import Sequence

import structlog
from telegram import Bot
from telegram.error import TelegramError

log = structlog.get_logger(__name__)


async def show_menu(bot: Bot, entries: Sequence[tuple[str, str]]) -> bool:
    """Make `(command, description)` pairs the menu; return whether anything had to change.

    A bot without its menu still answers, so trouble is logged and no more.
    """
    wanted = tuple(entries)
    try:
        shown = tuple((item.command, item.description) for item in await bot.get_my_commands())
        if shown == wanted:
            return False
        await bot.set_my_commands(wanted)
        return True
    except TelegramError as error:
        log.warning("the menu was not set", reason=error.message)
        return False
