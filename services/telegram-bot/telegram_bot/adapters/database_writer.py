"""One thread that writes: what waits when it is free becomes one transaction.

Under load the cost of a commit is shared by everything in its group; at rest a group has one member
and nothing waits for company. In between, where updates come steadily but one by one, groups are
spaced: each costs a commit and two changes of thread, whatever it holds.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from telegram_bot.adapters.database_spacing import COMPANY, Spacing
from telegram_bot.work import Busy

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_IN_A_GROUP = 500
MOST_WAITING = 10_000
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Batch(Generic[Item, Result]):
    """A write that does the work of many callers in a few statements.

    Attributes:
        run: Takes the items of all who wait, returns a result for each, in their order.
        order: Lower runs earlier in its group. Whoever locks rows others may hold goes first.
    """

    run: Callable[[Connection, Sequence[Item]], Sequence[Result]]
    order: int = 1


@dataclass(slots=True)
class _Wish:
    batch: Batch[Any, Any]
    item: Any
    answer: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None


class Writer:
    """The only one that writes. Built on the loop that asks it; `close` finishes the queue."""

    def __init__(self, engine: Engine, most_waiting: int = MOST_WAITING) -> None:
        self._engine = engine
        self._most_waiting = most_waiting
        self.groups = 0
        self.split = 0  # groups that an error of one made write alone; many say that one is wrong
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._arriving: list[_Wish] = []
        self._leaving: asyncio.Handle | None = None  # when they go to the thread
        self._spacing = Spacing()
        self._waiting: deque[_Wish] = deque()
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="database writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return len(self._waiting) + len(self._arriving)

    async def submit(self, write: Callable[[Connection], Result]) -> Result:
        """Run `write` in the next transaction; return its result once that is committed."""
        result: Result = await self.join(_SINGLE, write)
        return result

    async def join(self, batch: Batch[Item, Result], item: Item) -> Result:
        """Have `batch` run with everybody's items; return this item's result once committed.

        An error is the caller's alone: the others are written without it. A caller that is
        cancelled may still have written.

        Raises:
            Busy: If the queue is full.
        """
        answer: Result = await self.begin(batch, item)
        return answer

    def begin(self, batch: Batch[Item, Result], item: Item) -> "asyncio.Future[Result]":
        """As `join`, for who does not wait: what is begun in one breath stands in one group."""
        if self._closed or self.waiting >= self._most_waiting:
            raise Busy
        wish = _Wish(batch, item, self._loop.create_future())
        self._arriving.append(wish)
        if self._leaving is None:
            self._leaving = self._departure()
        elif len(self._arriving) == COMPANY:
            self._leaving.cancel()
            self._leaving = self._loop.call_soon(self._hand_over)
        return wish.answer

    def _departure(self) -> asyncio.Handle:
        """Say when the next group goes: now, unless there were many of late.

        All that the loop has ready by then joins it, and the thread is woken once.
        """
        if pause := self._spacing.pause(self._loop.time()):
            return self._loop.call_later(pause, self._hand_over)
        return self._loop.call_soon(self._hand_over)

    async def close(self) -> None:
        """Write what waits, then stop."""
        self._hand_over()
        with self._wake:
            self._closed = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _hand_over(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        self._spacing.went(len(self._arriving))
        with self._wake:
            self._waiting.extend(self._arriving)
            self._arriving.clear()
            self._wake.notify()

    def _work(self) -> None:
        while group := self._next_group():
            self.groups += 1
            self._write(group)
            self._loop.call_soon_threadsafe(_tell, group)
        self._disconnect()

    def _next_group(self) -> list[_Wish]:
        with self._wake:
            while not self._waiting and not self._closed:
                self._wake.wait()
            size = min(len(self._waiting), MOST_IN_A_GROUP)
            return [self._waiting.popleft() for _ in range(size)]

    def _write(self, group: list[_Wish]) -> None:
        """Write all in one transaction; if that fails, each in one of its own."""
        try:
            self._commit(group)
        except BaseException as error:
            if len(group) == 1:
                group[0].error = error
                return
            self.split += 1
            for wish in group:
                self._write([wish])

    def _commit(self, group: list[_Wish]) -> None:
        for tries_left in reversed(range(_TRIES)):
            try:
                return self._try(group)
            except DBAPIError as error:
                self._disconnect()
                # The lost commit may have come through: every write must bear being done again.
                if not (error.connection_invalidated and tries_left):
                    raise

    def _try(self, group: list[_Wish]) -> None:
        """Write in one transaction, on a connection that is ours alone for as long as it works."""
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(writes=True)
        with self._connection.begin():
            for batch, wishes in _by_batch(group):
                found = batch.run(self._connection, [wish.item for wish in wishes])
                for wish, result in zip(wishes, found, strict=True):
                    wish.result = result

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _one_by_one(
    connection: Connection, writes: Sequence[Callable[[Connection], Any]]
) -> Sequence[Any]:
    return [write(connection) for write in writes]


_SINGLE: Batch[Callable[[Connection], Any], Any] = Batch(_one_by_one)


def _by_batch(group: list[_Wish]) -> list[tuple[Batch[Any, Any], list[_Wish]]]:
    sorted_out: dict[Any, tuple[Batch[Any, Any], list[_Wish]]] = {}
    for wish in group:
        sorted_out.setdefault(wish.batch.run, (wish.batch, []))[1].append(wish)
    return sorted(sorted_out.values(), key=lambda entry: entry[0].order)


def _tell(group: list[_Wish]) -> None:
    for wish in group:
        if wish.answer.done():
            continue  # its caller was cancelled
        if wish.error is not None:
            wish.answer.set_exception(wish.error)
        else:
            wish.answer.set_result(wish.result)
