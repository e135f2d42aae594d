"""Who is an admin of a group: asked of Telegram, and believed for a minute."""

from collections import OrderedDict

import structlog
from telegram import Bot, ChatMember
from telegram.error import TelegramError

from common.clock import Clock

log = structlog.get_logger(__name__)

BELIEVED_SECONDS = 60.0
_MOST_KNOWN = 10_000
_ANONYMOUS_ADMIN = 1087968824  # the account that Telegram lets admins write as
_ADMINS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


class TelegramAdmins:
    """`ports.Admins` over the Bot API."""

    def __init__(self, bot: Bot, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock
        self._known: OrderedDict[tuple[int, int], tuple[bool, float]] = OrderedDict()

    async def is_admin(self, chat: int, user: int) -> bool:
        """Say whether `user` is an admin of `chat`; no, where Telegram does not say."""
        if user == _ANONYMOUS_ADMIN:
            return True
        now = self._clock.monotonic()
        said, at = self._known.get((chat, user), (False, now - BELIEVED_SECONDS))
        if now - at < BELIEVED_SECONDS:
            return said
        try:
            member = await self._bot.get_chat_member(chat, user)
        except TelegramError as error:
            log.warning("telegram does not say who is an admin", reason=error.message)
            return False
        said = member.status in _ADMINS
        self._known[chat, user] = (said, now)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return said
