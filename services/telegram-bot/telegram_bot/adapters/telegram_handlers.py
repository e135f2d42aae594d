"""Telegram's updates in, replies out: what a message, an edit and a tap mean."""

import secrets
from typing import Any

import structlog
from telegram import CallbackQuery, Chat, Message, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import Application, CallbackContext, CallbackQueryHandler, MessageHandler, filters

from telegram_bot.adapters.telegram_memory import KEEP_SECONDS, AnswerMemory
from telegram_bot.adapters.telegram_sender import Edited, Place, Sender
from telegram_bot.formatting import trouble
from telegram_bot.ports import Listener, Notice, Reply, Speaker

log = structlog.get_logger(__name__)

NO_CHANGE = "No change"

App = Application[Any, Any, Any, Any, Any, Any]
Context = CallbackContext[Any, Any, Any, Any]


class Handlers:
    """Connects a listener to an application."""

    def __init__(self, listener: Listener, sender: Sender, memory: AnswerMemory) -> None:
        self._listener = listener
        self._sender = sender
        self._memory = memory

    def add_to(self, application: App) -> None:
        """Register for text messages, their edits and taps; every other update is ignored."""
        new_or_edited = filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE
        application.add_handler(MessageHandler(filters.TEXT & new_or_edited, self._message))
        application.add_handler(CallbackQueryHandler(self._tap))
        application.add_error_handler(self._failed)

    async def _message(self, update: Update, _: Context) -> None:
        message, user = update.effective_message, update.effective_user
        if message is None or user is None or not message.text or _by_a_machine(message):
            return
        speaker = _speaker(message.chat, user.id)
        before = self._memory.find(speaker.chat, message.message_id)
        if before is None and _edited_late(message):
            return
        reply = await self._listener.said(message.text, speaker)
        if reply is not None:
            await self._answer(message, reply, before)

    async def _answer(self, message: Message, reply: Reply, before: int | None) -> None:
        """Answer by editing our earlier answer when there is one, else by a new message."""
        chat = message.chat.id
        if before is not None:
            if await self._sender.edit(chat, before, reply) is not Edited.GONE:
                return
        sent = await self._sender.send(_place(message), reply)
        if sent:
            self._memory.keep(chat, message.message_id, sent[-1])

    async def _tap(self, update: Update, _: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        if query.message is None or not query.data:
            await _close(query)
            return
        speaker = _speaker(query.message.chat, query.from_user.id)
        said = await self._listener.pressed(query.data, speaker)
        if said is None:
            await _close(query)
        elif isinstance(said, Notice):
            await _close(query, said.text, alert=True)
        elif said.edits:
            await self._edit(query, speaker.chat, query.message.message_id, said)
        else:
            await _close(query)
            await self._sender.send(_place(query.message, quoted=False), said)

    async def _edit(self, query: CallbackQuery, chat: int, message: int, reply: Reply) -> None:
        outcome = await self._sender.edit(chat, message, reply)
        await _close(query, NO_CHANGE if outcome is Edited.UNCHANGED else None)
        if outcome is Edited.GONE:
            await self._sender.send(Place(chat), reply)

    async def _failed(self, update: object, context: Context) -> None:
        """Note what nobody expected, and tell the person a reference to it."""
        ref = secrets.token_hex(4)
        log.error("an update failed", ref=ref, exc_info=context.error)
        if not isinstance(update, Update) or isinstance(context.error, TelegramError):
            return
        if update.callback_query is not None:
            await _close(update.callback_query, trouble.crashed(ref), alert=True)
        elif update.effective_message is not None:
            place = _place(update.effective_message)
            await self._sender.send(place, Reply(trouble.crashed(ref)))


async def _close(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """End the tap's spinner, in time or not at all: Telegram forgets a tap after a while."""
    try:
        await query.answer(text, show_alert=alert)
    except TelegramError as error:
        log.info("a tap was not answered", reason=error.message)


def _by_a_machine(message: Message) -> bool:
    """Say whether no person wrote this; an anonymous admin is one, under the group's own name."""
    if message.is_automatic_forward:
        return True
    sender = message.from_user
    return sender is not None and sender.is_bot and message.sender_chat is None


def _edited_late(message: Message) -> bool:
    """Say whether this is an edit of a message whose answer we no longer know."""
    if message.edit_date is None:
        return False
    return (message.edit_date - message.date).total_seconds() > KEEP_SECONDS


def _speaker(chat: Chat, user: int) -> Speaker:
    return Speaker(chat=chat.id, user=user, private=chat.type == ChatType.PRIVATE)


def _place(message: Any, *, quoted: bool = True) -> Place:
    """Return where an answer goes: the same topic, in groups quoting the asker."""
    private = message.chat.type == ChatType.PRIVATE
    topic = message.message_thread_id if getattr(message, "is_topic_message", False) else None
    return Place(message.chat.id, topic, None if private or not quoted else message.message_id)
