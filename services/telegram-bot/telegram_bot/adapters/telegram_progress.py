"""Progress in a chat: sent past the outbox, because the answer that follows makes up for it."""

from telegram_bot.adapters.telegram_outgoing import Place, edit, new_messages
from telegram_bot.outcomes import Post, Sent
from telegram_bot.replies import Reply


class TelegramProgress:
    """`ports.Progress` over the Bot API."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def begin(self, chat: int, text: str) -> int | None:
        """Send it now; a failure leaves nothing to change later."""
        (what,) = new_messages(Reply(text), Place())[:1]
        outcome = await self._post.post(chat, what)
        return outcome.message_id if isinstance(outcome, Sent) else None

    async def tell(self, chat: int, message: int, text: str) -> None:
        """Edit it now, once."""
        await self._post.post(chat, edit(Reply(text), message))
