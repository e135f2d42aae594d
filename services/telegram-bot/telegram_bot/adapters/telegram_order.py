"""Parallel across chats, in order within a chat."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

AT_ONCE = 256  # chats served at the same time
MOST_WAITING = 4_096  # updates under way, the queues of busy chats included


@dataclass(slots=True)
class _Queue:
    """The updates of one chat; a lock lets them through in the order in which they came."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class InOrder(BaseUpdateProcessor):
    """One queue a chat; an update that waits for its chat holds no place that another could use."""

    __slots__ = ("_places", "_queues")

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        super().__init__(most_waiting)
        self._places = asyncio.Semaphore(at_once)
        self._queues: dict[int, _Queue] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await `coroutine` once every earlier update of its chat is done."""
        chat = _chat(update)
        queue = self._queues.setdefault(chat, _Queue())
        queue.waiting += 1
        try:
            async with queue.turn, self._places:
                await coroutine
        finally:
            queue.waiting -= 1
            if not queue.waiting:
                del self._queues[chat]

    async def initialize(self) -> None:
        """Nothing to allocate."""

    async def shutdown(self) -> None:
        """Nothing to free."""


def _chat(update: object) -> int:
    """Return what orders updates: the chat, else the person, else one queue for the rest."""
    if not isinstance(update, Update):
        return 0
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user else 0
