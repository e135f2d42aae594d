"""Telegram's updates in, answers out: what a message, an edit, a tap and a change of chat mean."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

import msgspec
import structlog

from telegram_bot.adapters.telegram_outgoing import Place, edit, edit_inline, new_messages
from telegram_bot.adapters.telegram_update import (
    BANNED,
    LEFT,
    PRIVATE,
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Message,
    Update,
    User,
    read,
)
from telegram_bot.formatting import trouble
from telegram_bot.outgoing import Outgoing
from telegram_bot.people import Choices
from telegram_bot.ports import Listener, Speaker
from telegram_bot.reader import reading_as
from telegram_bot.replies import Live, Notice, Reply, Upload
from telegram_bot.work import Answers

log = structlog.get_logger(__name__)

KEEP_SECONDS = 15 * 60.0
_AWAY = (LEFT, BANNED)
_TABLES = (".csv", ".txt")

FindAnswer = Callable[[int, int], Awaitable[int | None]]
Fetch = Callable[[str, int], Awaitable[bytes]]


class CloseTap(Protocol):
    """Ends a tap's spinner; see `outcomes.Post`."""

    async def __call__(self, tap: str, text: str | None = None, *, alert: bool = False) -> None: ...


class LivePrices(Protocol):
    """Messages that go on changing; see `updates.live`."""

    async def begin(self, message: int, live: Live, speaker: Speaker) -> None:
        """Keep a message changing from now on."""
        ...

    async def end(self, chat: int) -> None:
        """End what changes in a chat."""
        ...


class Handlers:
    """`work.Answerer` in front of a listener."""

    def __init__(
        self,
        listener: Listener,
        find_answer: FindAnswer,
        close_tap: CloseTap,
        lives: LivePrices | None = None,
        fetch: Fetch | None = None,
    ) -> None:
        """Answer with what `listener` says.

        Args:
            find_answer: Takes a chat and their message there; returns ours that answered it.
            fetch: Takes a file's id and the most bytes of it; see `ports.Upload`.
        """
        self._fetch = fetch
        self._listener = listener
        self._find_answer = find_answer
        self._close_tap = close_tap
        self._lives = lives

    async def answers(self, body: bytes) -> Answers:
        """Return what an update brings; nothing for one that cannot be read or is not for us."""
        update = self._read(body)
        if update is None:
            return Answers(reachable=None)
        if update.my_chat_member is not None:
            return await self._membership(update.my_chat_member)
        if update.callback_query is not None:
            return await self._tap(update.callback_query)
        message = update.message or update.edited_message
        if message is None:
            return Answers(reachable=None)
        if message.migrate_to_chat_id is not None:
            return Answers(moved_to=message.migrate_to_chat_id, reachable=None)
        return await self._message(message)

    def apology(self, body: bytes) -> Answers:
        ref = secrets.token_hex(4)
        log.error("an asker is told that it failed", ref=ref)
        update = self._read(body)
        message = update.effective_message if update is not None else None
        if message is None:
            return Answers(reachable=None)
        with reading_as(Choices().reader(_told(update))):
            reply = Reply(trouble.crashed(ref))
        tap = update.callback_query.id if update and update.callback_query else None
        (told,) = new_messages(reply, _place(message, quoted=tap is None))
        return Answers((Outgoing(told.method, told.parameters, tap=tap),))

    async def _membership(self, change: ChatMemberUpdated) -> Answers:
        """Note whether we may write to a chat, and greet a group that has taken us in."""
        if change.new_chat_member.status in _AWAY:
            return Answers(reachable=False)
        private = change.chat.type == PRIVATE
        if private or change.old_chat_member.status not in _AWAY:
            return Answers()
        reply = await self._listener.joined(_speaker(change.chat, change.from_user))
        return Answers(new_messages(reply, Place()) if reply else ())

    def _read(self, body: bytes) -> Update | None:
        try:
            return read(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            log.error("an update cannot be read", kind=type(error).__name__)
            return None

    async def _message(self, message: Message) -> Answers:
        user = message.from_user
        text = message.text or _as_words(message)
        file = None
        if not text and (file := self._table(message)) is not None:
            text = "/portfolio import"
        if user is None or not text or _by_a_machine(message):
            return Answers()
        speaker = _speaker(message.chat, user)
        asked = message.message_id
        before: int | None = None
        if message.edit_date is not None:
            before = await self._find_answer(speaker.chat, asked)
            if before is None and _edited_late(message):
                return Answers()
        reply = await self._listener.said(text, speaker, file)
        if reply is None:
            return Answers()
        if before is not None and reply.document is None:
            return Answers((edit(reply, before, answers=asked),), forget=reply.forgets)
        if reply.replaces is not None:
            return Answers((edit(reply, reply.replaces, answers=asked),), forget=reply.forgets)
        return Answers(new_messages(reply, _place(message), answers=asked), forget=reply.forgets)

    def _table(self, message: Message) -> Upload | None:
        """Take a CSV file that somebody sends in private for one to be read."""
        document = message.document
        if document is None or self._fetch is None or message.chat.type != PRIVATE:
            return None
        if not document.file_name.lower().endswith(_TABLES):
            return None
        fetch = partial(self._fetch, document.file_id)
        return Upload(document.file_name, document.file_size, fetch)

    async def _tap(self, query: CallbackQuery) -> Answers:
        if query.message is None and query.inline_message_id is None or not query.data:
            await self._close_tap(query.id)
            return Answers()
        speaker = _tapper(query)
        said = await self._listener.pressed(query.data, speaker)
        if said is None:
            await self._close_tap(query.id)
        elif isinstance(said, Notice):
            await self._close_tap(query.id, said.text, alert=True)
        elif query.message is None:
            return Answers((edit_inline(said, str(query.inline_message_id), query.id),))
        elif said.edits and said.document is None:
            await self._live(said, query.message.message_id, speaker)
            edited = edit(said, query.message.message_id, tap=query.id)
            return Answers((edited,), forget=said.forgets)
        else:
            await self._close_tap(query.id)
            sent = new_messages(said, _place(query.message, quoted=False))
            if said.replaces is not None:
                sent = (edit(said, said.replaces),)
            return Answers(sent, forget=said.forgets)
        return Answers()

    async def _live(self, reply: Reply, message: int, speaker: Speaker) -> None:
        if reply.live is None or self._lives is None:
            return
        if reply.live.again:
            await self._lives.begin(message, reply.live, speaker)
        else:
            await self._lives.end(speaker.chat)


def _as_words(message: Message) -> str | None:
    """Take a place that somebody shares in private for where they are, once."""
    place = message.location
    if place is None or message.chat.type != PRIVATE or message.edit_date is not None:
        return None
    return f"/settings tz {place.latitude:.4f},{place.longitude:.4f}"


def _told(update: Update | None) -> str | None:
    """Return the language of who speaks in private."""
    sender = update.callback_query or update.message or update.edited_message if update else None
    if sender is None or sender.from_user is None or update is None:
        return None
    message = update.effective_message
    private = message is not None and message.chat.type == PRIVATE
    return sender.from_user.language_code if private else None


def _by_a_machine(message: Message) -> bool:
    """Say whether no person wrote this; an anonymous admin is one, under the group's own name.

    What was sent by way of a bot is the bot's text, also when the bot is this one.
    """
    if message.is_automatic_forward or message.via_bot is not None:
        return True
    sender = message.from_user
    return sender is not None and sender.is_bot and message.sender_chat is None


def _edited_late(message: Message) -> bool:
    """Say whether this is an edit of a message whose answer we no longer know."""
    if message.edit_date is None:
        return False
    return message.edit_date - message.date > KEEP_SECONDS


def _speaker(chat: Chat, user: User) -> Speaker:
    private = chat.type == PRIVATE
    return Speaker(chat=chat.id, user=user.id, private=private, told=user.language_code)


def _tapper(query: CallbackQuery) -> Speaker:
    """Return who tapped; under a message sent inline we know no chat but their own."""
    user = query.from_user
    if query.message is not None:
        return _speaker(query.message.chat, user)
    return Speaker(user.id, user.id, private=False, told=user.language_code, inline=True)


def _place(message: Message, *, quoted: bool = True) -> Place:
    """Return where an answer goes: the same topic, in groups quoting the asker."""
    private = message.chat.type == PRIVATE
    topic = message.message_thread_id if message.is_topic_message else None
    return Place(topic, None if private or not quoted else message.message_id)
