"""What both sources of updates, `polling` and `webhook`, do with one.

A source receives, has the whole update recorded, and only then lets Telegram forget it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from telegram_bot.ports import Raw
from telegram_bot.work import Incoming

Record = Callable[[Sequence[Incoming]], Awaitable[None]]

_LARGEST = 2**63


class NotAnUpdate(ValueError):
    """Not what Telegram sends."""


def incoming(update: Raw) -> Incoming:
    """Return an update as it will be kept.

    Raises:
        NotAnUpdate: If it has no number of its own.
    """
    number = update.get("update_id")
    if type(number) is not int or not 0 <= number < _LARGEST:
        raise NotAnUpdate("update_id is not a number")
    return Incoming(number, chat_of(update), msgspec.json.encode(update))


def chat_of(update: Mapping[str, Any]) -> int:
    """Return what orders updates: the chat, else the person, else 0 for all the rest.

    >>> chat_of({"update_id": 1, "message": {"chat": {"id": 7}}})
    7
    >>> chat_of({"update_id": 1, "callback_query": {"message": {"chat": {"id": 8}}}})
    8
    >>> chat_of({"update_id": 1, "inline_query": {"from": {"id": 9}}}), chat_of({})
    (9, 0)
    """
    for content in update.values():
        if isinstance(content, Mapping):
            message = content.get("message")
            for holder in (message, content):
                if isinstance(holder, Mapping) and (found := _id(holder.get("chat"))):
                    return found
            return _id(content.get("from"))
    return 0


def _id(holder: Any) -> int:
    found = holder.get("id") if isinstance(holder, Mapping) else None
    return found if type(found) is int and abs(found) < _LARGEST else 0
