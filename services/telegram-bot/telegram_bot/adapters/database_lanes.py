"""Lanes: a chat with work has one, and whoever owns it works on that chat, alone and in order.

The lane of an owner who is no longer seen goes to whoever asks.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from telegram_bot.adapters.database_messages import mark_sent, message_of
from telegram_bot.adapters.database_prepared import Prepared
from telegram_bot.adapters.database_tables import (
    SENDING,
    UNSENT,
    WAITING,
    inbox,
    insert_of,
    lanes,
    outbox,
    tasks,
)
from telegram_bot.adapters.database_writer import Batch, Writer
from telegram_bot.outgoing import Message, Receipt
from telegram_bot.work import Lane, Lost, Waiting

_FORGOTTEN_AFTER = 86_400.0
_STRAY_AFTER = 5.0
# Seconds. What was noted further in the future was noted before the clock was set back, as a
# machine without a battery does at each start: whoever noted it is gone.
CLOCK_SET_BACK = 60.0


class DatabaseLanes:
    """`work.Lanes` over the writer. `owner` is this process, and never used by another."""

    def __init__(
        self,
        writer: Writer,
        owner: str,
        dead_after: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take a task for dead that has shown no life for `dead_after` seconds."""
        self._writer = writer
        self._owner = owner
        self._dead_after = dead_after
        self._clock = clock
        self._next = Batch(self._next_all, order=3)

    async def claim(self, most: int) -> Sequence[Lane]:
        return await self._writer.submit(partial(self._claim, most=most))

    async def next(self, chat: int, receipt: Receipt | None = None) -> Lane | None:
        return await self._writer.join(self._next, (chat, receipt))

    async def attempt(self, suspect: Waiting) -> Waiting:
        await self._writer.submit(partial(self._count_attempt, suspect=suspect))
        return replace(suspect, attempts=suspect.attempts + 1, counted=True)

    async def release(self, chat: int, unfinished: Waiting | None = None) -> None:
        await self._writer.submit(partial(self._release, chat=chat, unfinished=unfinished))

    async def release_strays(self, running: Collection[int]) -> None:
        old = self._clock() - _STRAY_AFTER
        strays = (lanes.c.owner == self._owner, lanes.c.chat.not_in(running), lanes.c.since < old)
        freeing = update(lanes).where(*strays).values(owner=None)
        await self._writer.submit(lambda connection: connection.execute(freeing).rowcount)

    async def beat(self) -> int:
        return await self._writer.submit(self._beat)

    async def leave(self) -> None:
        await self._writer.submit(self._leave)

    def _claim(self, connection: Connection, most: int) -> list[Lane]:
        alive = select(tasks.c.name).where(self._lives(self._clock()))
        # Never our own: a machine so busy that our beat is late has us work on them still.
        dead = and_(lanes.c.owner != self._owner, lanes.c.owner.not_in(alive))
        free = (
            select(lanes.c.chat)
            .where(or_(lanes.c.owner.is_(None), dead))
            .order_by(lanes.c.since)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        chats = list(connection.scalars(free))
        if not chats:
            return []
        connection.execute(update(lanes).where(lanes.c.chat.in_(chats)).values(owner=self._owner))
        unsent = self._take_unsent(connection, chats)
        found = self._heads(connection, chats)
        return [Lane(chat, tuple(unsent.get(chat, ())), found[chat][1]) for chat in chats]

    def _take_unsent(
        self, connection: Connection, chats: Sequence[int]
    ) -> dict[int, list[Message]]:
        """Return what an earlier owner left: its answers, and all that it may have sent."""
        left = (
            select(outbox)
            .where(
                UNSENT,
                outbox.c.chat.in_(chats),
                or_(outbox.c.state == SENDING, ~outbox.c.broadcast),
            )
            .order_by(outbox.c.id)
        )
        unsent: dict[int, list[Message]] = {}
        for row in connection.execute(left).all():
            doubts = row.doubtful + int(row.state == SENDING)
            unsent.setdefault(row.chat, []).append(message_of(row, doubtful=doubts))
            connection.execute(
                update(outbox)
                .where(outbox.c.id == row.id)
                .values(owner=self._owner, doubtful=doubts)
            )
        return unsent

    def _heads(
        self, connection: Connection, chats: Sequence[int]
    ) -> dict[int, tuple[int, Waiting | None]]:
        """Return stamp and first update of those lanes that are ours; a first attempt is counted.

        Whoever died may have died over any of hundreds of updates. So those that were begun before
        are made ours here, and counted one by one when they are begun again.
        """
        rows = connection.execute(_HEADS, {"chats": chats, "me": self._owner}).all()
        taken = [
            {"row": row.update_id, "me": self._owner, "more": int(not row.attempts)}
            for row in rows
            if row.update_id is not None
        ]
        if taken:
            connection.execute(_ATTEMPT, taken)
        return {row.chat: (row.stamp, _waiting(row)) for row in rows}

    def _next_all(
        self, connection: Connection, many: Sequence[tuple[int, Receipt | None]]
    ) -> Sequence[Lane | None]:
        mark_sent(connection, [it for _, it in many if it is not None], self._clock())
        left = self._left(connection, [chat for chat, _ in many])
        if not left:
            return [None] * len(many)
        found = self._heads(connection, left)
        empty = [(chat, stamp) for chat, (stamp, waiting) in found.items() if waiting is None]
        gone = set(connection.scalars(_GIVE_UP, {"lanes": empty})) if empty else set[int]()
        return [
            None if chat in gone or chat not in found else _lane(chat, found[chat][1])
            for chat, _ in many
        ]

    def _left(self, connection: Connection, chats: Sequence[int]) -> list[int]:
        """Give up lanes that got nothing but what they were made for; return the other chats."""
        asked = [{"number": chat, "me": self._owner} for chat in chats]
        gone = {chat for (chat,) in _LEAVE.read(connection, asked)}
        return [chat for chat in chats if chat not in gone]

    def _release(self, connection: Connection, chat: int, unfinished: Waiting | None) -> None:
        if unfinished is not None and unfinished.counted:
            connection.execute(
                update(inbox)
                .where(
                    inbox.c.update_id == unfinished.update_id,
                    inbox.c.owner == self._owner,
                    inbox.c.attempts == unfinished.attempts,
                )
                .values(attempts=unfinished.attempts - 1)
            )
        ours = lanes.c.owner == self._owner
        connection.execute(update(lanes).where(lanes.c.chat == chat, ours).values(owner=None))

    def _count_attempt(self, connection: Connection, suspect: Waiting) -> None:
        row = (inbox.c.update_id == suspect.update_id, inbox.c.state == WAITING)
        ours = (*row, inbox.c.owner == self._owner)
        counted = update(inbox).where(*ours).values(attempts=suspect.attempts + 1)
        if not connection.execute(counted).rowcount:
            raise Lost

    def _beat(self, connection: Connection) -> int:
        now = self._clock()
        known = insert_of(connection)(tasks).values(name=self._owner, seen_at=now)
        connection.execute(
            known.on_conflict_do_update(index_elements=[tasks.c.name], set_={"seen_at": now})
        )
        connection.execute(delete(tasks).where(tasks.c.seen_at < now - _FORGOTTEN_AFTER))
        alive = select(func.count()).where(self._lives(now))
        return connection.scalar(alive) or 1

    def _lives(self, now: float) -> ColumnElement[bool]:
        return tasks.c.seen_at.between(now - self._dead_after, now + CLOCK_SET_BACK)

    def _leave(self, connection: Connection) -> None:
        ours = lanes.c.owner == self._owner
        connection.execute(update(lanes).where(ours).values(owner=None))
        connection.execute(delete(tasks).where(tasks.c.name == self._owner))


def _leaving(dialect: str) -> Any:
    """Delete a lane that is ours and done. Its stamp is the same before and under the lock, so
    that nothing came in since it was found empty; one that is being added to is skipped."""
    work = exists().where(
        inbox.c.chat == lanes.c.chat, inbox.c.state == literal_column("'waiting'")
    )
    done = (
        select(lanes.c.chat)
        .where(
            lanes.c.chat == bindparam("number"),
            lanes.c.stamp == 0,
            lanes.c.owner == bindparam("me"),
            ~work,
        )
        .with_for_update(skip_locked=True)
    )
    return delete(lanes).where(lanes.c.chat.in_(done)).returning(lanes.c.chat)


_LEAVE = Prepared(_leaving)
_older = inbox.alias("older")
_HEADS = (
    select(lanes.c.chat, lanes.c.stamp, inbox.c.update_id, inbox.c.body, inbox.c.attempts)
    .select_from(
        lanes.outerjoin(
            inbox,
            inbox.c.update_id
            == select(func.min(_older.c.update_id))
            .where(_older.c.chat == lanes.c.chat, _older.c.state == literal_column("'waiting'"))
            .scalar_subquery(),
        )
    )
    .where(lanes.c.chat.in_(bindparam("chats", expanding=True)), lanes.c.owner == bindparam("me"))
)
# The stamp says that no record came in since; a lane that is being added to right now is skipped.
_GIVE_UP = (
    delete(lanes)
    .where(
        lanes.c.chat.in_(
            select(lanes.c.chat)
            .where(tuple_(lanes.c.chat, lanes.c.stamp).in_(bindparam("lanes", expanding=True)))
            .with_for_update(skip_locked=True)
        )
    )
    .returning(lanes.c.chat)
)
_ATTEMPT = (
    update(inbox)
    .where(inbox.c.update_id == bindparam("row"), inbox.c.state == WAITING)
    .values(attempts=inbox.c.attempts + bindparam("more"), owner=bindparam("me"))
)


def _waiting(row: Any) -> Waiting | None:
    if row.update_id is None:
        return None
    first = not row.attempts
    return Waiting(row.update_id, row.chat, bytes(row.body), row.attempts + int(first), first)


def _lane(chat: int, waiting: Waiting | None) -> Lane:
    return Lane(chat, waiting=waiting, busy=waiting is None)
