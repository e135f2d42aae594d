"""Chats: who is in them, what was said, and everyone who watches."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playground.keyboards import Keyboard

Message = dict[str, Any]
Event = dict[str, Any]

YOU = 1001
_STAYS = ("reply_to_message", "message_thread_id", "is_topic_message", "via_bot")
_MOST_EVENTS = 20_000
_MOST_WAITING = 2_000


class Chat:
    """One conversation between the bot and a person, or a group with that person in it.

    Messages are Bot API `Message` objects. Every change is an event: a dict with `seq`, counting
    from 1, and `type`: message, edit, delete, action, tap, answer, commands, inline, presence or
    blocked.
    """

    def __init__(self, chat_id: int, *, language: str = "en") -> None:
        self.id = chat_id
        self.language = language
        self.messages: dict[int, Message] = {}
        self.blocked = False
        self.admin = True  # whether the person is the owner of this group, or one of its members
        self.threads: set[int] = set()  # topics that the person has opened; a forum has some
        self.menu_button: dict[str, Any] | None = None
        self.transcript: deque[Event] = deque(maxlen=_MOST_EVENTS)
        self._seq = 0
        self._last_message_id = 0
        self._watchers: set[asyncio.Queue[Event | None]] = set()

    @property
    def is_group(self) -> bool:
        return self.id < 0

    @property
    def seq(self) -> int:
        """The number of the last event; 0 before the first."""
        return self._seq

    def person(self) -> dict[str, Any]:
        """Return the `User` who types here."""
        user_id = YOU if self.is_group else self.id
        return {
            "id": user_id,
            "is_bot": False,
            "first_name": "You",
            "username": f"you_{user_id}",
            "language_code": self.language,
        }

    def thread_content(self, thread: int) -> dict[str, Any]:
        """Return what says that a message is in a topic; nothing for 0, which is none."""
        return {"message_thread_id": thread, "is_topic_message": True} if thread else {}

    def described(self) -> dict[str, Any]:
        """Return the Bot API `Chat`."""
        if self.is_group:
            kind = "supergroup" if str(self.id).startswith("-100") else "group"
            forum = {"is_forum": True} if self.threads else {}
            return {"id": self.id, "type": kind, "title": "A group", **forum}
        person = self.person()
        return {
            "id": self.id,
            "type": "private",
            "first_name": person["first_name"],
            "username": person["username"],
        }

    def write(self, sender: dict[str, Any], date: int, content: dict[str, Any]) -> Message:
        """Add a message and tell everyone. `content` holds text or photo, entities, keyboard."""
        self._last_message_id += 1
        message = {
            "message_id": self._last_message_id,
            "from": sender,
            "chat": self.described(),
            "date": date,
            **content,
        }
        self.messages[self._last_message_id] = message
        self.tell("message", message=message)
        return message

    def rewrite(self, message_id: int, date: int, content: dict[str, Any]) -> Message:
        """Replace what a message holds, keep who wrote it and when, and tell everyone."""
        kept = ("message_id", "from", "chat", "date", *_STAYS)
        old = self.messages[message_id]
        message = {name: old[name] for name in kept if name in old}
        message.update({"edit_date": date, **content})
        self.messages[message_id] = message
        self.tell("edit", message=message)
        return message

    def put_keyboard(self, message_id: int, keyboard: Keyboard | None) -> Message:
        """Replace the buttons alone; clients do not call that an edit."""
        message = {**self.messages[message_id]}
        message.pop("reply_markup", None)
        if keyboard:
            message["reply_markup"] = keyboard
        self.messages[message_id] = message
        self.tell("edit", message=message)
        return message

    def remove(self, message_id: int) -> None:
        """Take a message out."""
        del self.messages[message_id]
        self.tell("delete", message_id=message_id)

    def tell(self, kind: str, **what: Any) -> None:
        """Append an event and hand it to every watcher; one that lags too far is let go."""
        self._seq += 1
        event: Event = {"seq": self._seq, "type": kind, **what}
        self.transcript.append(event)
        for watcher in list(self._watchers):
            if watcher.qsize() >= _MOST_WAITING:
                self._watchers.discard(watcher)
                watcher.put_nowait(None)
            else:
                watcher.put_nowait(event)

    @contextmanager
    def watch(self) -> Iterator[asyncio.Queue[Event | None]]:
        """Yield a queue of the events from now on; None in it means the end."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    def stop_watching(self) -> None:
        """End every watch: the program is going down."""
        for watcher in self._watchers:
            watcher.put_nowait(None)


def without_its_answer(message: Message) -> Message:
    """Return a message as it appears inside the one that answers it: one level deep."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}
