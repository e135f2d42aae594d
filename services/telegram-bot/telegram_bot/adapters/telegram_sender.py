"""Deliver a reply, and do the right thing about each way in which Telegram can refuse it."""

import asyncio
import html
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import TypeVar

import aiohttp
import httpx
import structlog
from telegram import Bot, InlineKeyboardMarkup, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from telegram_bot.adapters.telegram_keyboard import keyboard
from telegram_bot.formatting.split import split
from telegram_bot.ports import Reply

log = structlog.get_logger(__name__)

_LONGEST_WAIT = 30.0  # an answer older than this is of no use
_NOT_SENT_PAUSE = 0.3
_MOST_TRIES = 4
_MARKUP = re.compile(r"<[^>]*>")
Sent = TypeVar("Sent")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes.

    Attributes:
        thread: The topic of a forum group.
        reply_to: The message that is answered, quoted in groups.
    """

    chat: int
    thread: int | None = None
    reply_to: int | None = None


class Edited(Enum):
    """What became of an edit."""

    DONE = "done"
    UNCHANGED = "unchanged"
    GONE = "gone"
    FAILED = "failed"


class Sender:
    """Sends and edits; never raises for what Telegram does to it.

    Waits happen inside the chat's own turn, so a chat that must wait delays no other.
    """

    def __init__(self, bot: Bot, *, jitter: Callable[[], float] | None = None) -> None:
        self._bot = bot
        self._jitter = jitter or (lambda: random.uniform(0.1, 1.0))  # nosec B311  # no secret

    async def send(self, place: Place, reply: Reply) -> list[int]:
        """Send in as many messages as it takes; the last one has the buttons.

        Returns:
            The ids of the messages that arrived for sure.
        """
        pieces = split(reply.text)
        sent: list[int] = []
        for index, piece in enumerate(pieces):
            buttons = keyboard(reply.buttons) if index == len(pieces) - 1 else None
            message = await self._send_one(place, piece, buttons)
            if message is None:
                break
            sent.append(message.message_id)
        return sent

    async def edit(self, chat: int, message: int, reply: Reply) -> Edited:
        """Replace the text and the buttons of our own message."""
        text = split(reply.text)[0]

        async def attempt(text: str, mode: str | None) -> Edited:
            await self._bot.edit_message_text(
                text, chat, message, parse_mode=mode, reply_markup=keyboard(reply.buttons)
            )
            return Edited.DONE

        try:
            return await self._formatted(text, attempt) or Edited.FAILED
        except (BadRequest, ChatMigrated) as error:
            return _edit_outcome(error)

    async def _send_one(
        self, place: Place, text: str, buttons: InlineKeyboardMarkup | None
    ) -> Message | None:
        async def attempt(text: str, mode: str | None) -> Message:
            return await self._bot.send_message(
                place.chat,
                text,
                parse_mode=mode,
                reply_markup=buttons,
                message_thread_id=place.thread,
                reply_parameters=_quote(place.reply_to),
            )

        try:
            return await self._formatted(text, attempt)
        except ChatMigrated as error:
            moved = replace(place, chat=error.new_chat_id, reply_to=None)
            return await self._send_one(moved, text, buttons)
        except BadRequest as error:
            log.warning("telegram refused a message", reason=error.message)
            return None

    async def _formatted(
        self, text: str, attempt: Callable[[str, str | None], Awaitable[Sent]]
    ) -> Sent | None:
        """Send HTML; should Telegram not read it, the same as plain text."""
        try:
            return await self._patiently(lambda: attempt(text, ParseMode.HTML))
        except BadRequest as error:
            if "can't parse entities" not in error.message.lower():
                raise
            log.error("telegram cannot read our markup", reason=error.message)
            plain = html.unescape(_MARKUP.sub("", text))
            return await self._patiently(lambda: attempt(plain, None))

    async def _patiently(self, attempt: Callable[[], Awaitable[Sent]]) -> Sent | None:
        """Wait where Telegram asks to; try again only what was not sent.

        Raises:
            BadRequest, ChatMigrated: For the caller to act on.
        """
        waited = 0.0
        for _ in range(_MOST_TRIES):
            try:
                return await attempt()
            except RetryAfter as error:
                pause = _seconds(error.retry_after) + self._jitter()
            except (BadRequest, ChatMigrated):
                raise  # BadRequest is a NetworkError by inheritance: it must not get that far
            except Forbidden as error:
                log.info("a chat does not take messages", reason=error.message)
                return None
            except NetworkError as error:
                if not _was_not_sent(error):
                    log.warning("it is unknown whether a message arrived", reason=error.message)
                    return None
                pause = _NOT_SENT_PAUSE
            except TelegramError as error:
                log.error("telegram refused a message", reason=error.message)
                return None
            waited += pause
            if waited > _LONGEST_WAIT:
                break
            await asyncio.sleep(pause)
        log.warning("a message was given up", waited_s=round(waited, 1))
        return None


def _was_not_sent(error: NetworkError) -> bool:
    """Say whether no connection came about: then asking again cannot send it twice."""
    cause = error.__cause__
    no_time = cause is not None and isinstance(cause.__cause__, aiohttp.ConnectionTimeoutError)
    return no_time or isinstance(cause, httpx.ConnectError)


def _quote(message: int | None) -> ReplyParameters | None:
    if message is None:
        return None
    return ReplyParameters(message, allow_sending_without_reply=True)


def _edit_outcome(error: TelegramError) -> Edited:
    reason = error.message.lower()
    if "not modified" in reason:
        return Edited.UNCHANGED
    if "to edit not found" in reason or "can't be edited" in reason:
        return Edited.GONE
    log.warning("telegram refused an edit", reason=error.message)
    return Edited.FAILED


def _seconds(wait: int | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
