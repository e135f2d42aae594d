"""Pictures that Telegram has lost: asked for once more, as who asked first would do."""

from telegram_bot.adapters.telegram_outgoing import drawn_again
from telegram_bot.outgoing import Outgoing
from telegram_bot.ports import Refreshing, Speaker


class Redrawing:
    """`work.Redraw` by way of the command that drew the picture."""

    def __init__(self, refreshing: Refreshing) -> None:
        self._refreshing = refreshing

    async def redrawn(self, chat: int, what: Outgoing) -> Outgoing | None:
        """Return the call with the picture's bytes; None where it had them, or nothing draws it."""
        keep = what.keep
        if what.file is not None or keep is None or not keep.again:
            return None
        asker = Speaker(chat, chat, private=chat > 0, told=keep.language or None)
        reply = await self._refreshing.again(keep.again, asker)
        if reply is None or reply.picture is None or reply.picture.png is None:
            return None
        return drawn_again(what, reply)
