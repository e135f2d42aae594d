"""The inbox: updates are kept before Telegram may forget them, and finished with their answers."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update

from telegram_bot.adapters import database_chats, database_messages, database_personal
from telegram_bot.adapters.database_prepared import Prepared
from telegram_bot.adapters.database_tables import (
    DONE,
    SET_ASIDE,
    WAITING,
    inbox,
    insert_in,
    lanes,
)
from telegram_bot.adapters.database_writer import Batch, Writer
from telegram_bot.outgoing import Message
from telegram_bot.work import Answers, Incoming, Lane, Lost, Waiting

_MOST_PURGED = 2_000


@dataclass(frozen=True, slots=True)
class _Finished:
    waiting: Waiting
    state: str
    messages: tuple[Message, ...]
    answers: Answers


class DatabaseInbox:
    """`work.Inbox` over the writer. `owner` is this process, and never used by another."""

    def __init__(self, writer: Writer, owner: str, clock: Callable[[], float] = time.time) -> None:
        self._writer = writer
        self._owner = owner
        self._clock = clock
        # Records first: they alone wait for rows that another task may hold.
        self._record = Batch(self._record_all, order=0)
        self._finish = Batch(self._finish_all, order=1)

    async def record(self, updates: Sequence[Incoming], *, take: bool = False) -> Sequence[Lane]:
        return await self._writer.join(self._record, (updates, take))

    async def answered(self, waiting: Waiting, answers: Answers) -> Sequence[Message]:
        return await self._finished(waiting, DONE, answers)

    async def set_aside(self, waiting: Waiting, answers: Answers) -> Sequence[Message]:
        return await self._finished(waiting, SET_ASIDE, answers)

    async def purge(self, before: float) -> int:
        """Delete updates that were finished before, of the oldest thousands; return how many."""
        oldest = (
            select(inbox.c.update_id, inbox.c.state, inbox.c.finished_at)
            .order_by(inbox.c.update_id)
            .limit(_MOST_PURGED)
            .subquery()
        )
        old = select(oldest.c.update_id).where(
            oldest.c.state != WAITING, oldest.c.finished_at < before
        )
        return await self._writer.submit(
            lambda connection: connection.execute(
                delete(inbox).where(inbox.c.update_id.in_(old))
            ).rowcount
        )

    async def _finished(self, waiting: Waiting, state: str, answers: Answers) -> Sequence[Message]:
        now = self._clock()
        kind = database_messages.TRACELESS if answers.forget else "u"
        messages = tuple(
            Message(f"{kind}{waiting.update_id}.{number}", waiting.chat, what, now)
            for number, what in enumerate(answers.outgoing)
        )
        await self._writer.join(self._finish, _Finished(waiting, state, messages, answers))
        return messages

    def _record_all(
        self, connection: Connection, many: Sequence[tuple[Sequence[Incoming], bool]]
    ) -> Sequence[Sequence[Lane]]:
        """Keep all, and take lanes that did not exist: their first update needs no look-up."""
        now = self._clock()
        takers = {one.chat: take for updates, take in many for one in updates}
        if not takers:
            return [()] * len(many)
        ours = self._stamp_lanes(connection, takers, now)
        first = _first_of(many, ours)
        rows = [
            {
                "update_id": one.update_id,
                "chat": one.chat,
                "body": one.body,
                "received_at": now,
                "attempts": int(first.get(one.chat) is one),
                "owner": self._owner if first.get(one.chat) is one else None,
            }
            for updates, _ in many
            for one in updates
        ]
        added = {update_id for (update_id,) in _KEEP.read(connection, rows)}
        taken: list[list[Lane]] = []
        for updates, _ in many:
            mine = [one.chat for one in updates if one.chat in ours]
            ours -= set(mine)
            taken.append([_lane(chat, first[chat], added) for chat in dict.fromkeys(mine)])
        return taken

    def _stamp_lanes(self, connection: Connection, takers: dict[int, bool], now: float) -> set[int]:
        """Make or stamp a lane for each chat; return those that were made, and made ours.

        The stamp keeps whoever finds the lane empty just now from giving it up. They are taken in
        order, so that two tasks which record for the same chats wait, and never cross.
        """
        rows = [
            {"chat": chat, "since": now, "owner": self._owner if takers[chat] else None}
            for chat in sorted(takers)
        ]
        made = {chat for chat, stamp in _STAMP.read(connection, rows) if stamp == 0}
        return {chat for chat in made if takers[chat]}

    def _finish_all(self, connection: Connection, many: Sequence[_Finished]) -> Sequence[None]:
        now = self._clock()
        done = [
            {"row": one.waiting.update_id, "me": self._owner, "now": now, "becomes": one.state}
            for one in many
        ]
        if _FINISH.write(connection, done) != len(many):
            raise Lost  # whose it is shows when each is written alone
        for one in many:
            if one.answers.forget:
                database_personal.forget(connection, one.waiting.chat)
        messages = [message for one in many for message in one.messages]
        database_messages.insert(connection, messages, self._owner)
        self._note_chats(connection, many, now)
        return [None] * len(many)

    @staticmethod
    def _note_chats(connection: Connection, many: Sequence[_Finished], now: float) -> None:
        back = {one.waiting.chat for one in many if one.answers.reachable}
        database_chats.mark_active(connection, back, now)
        for one in many:
            if one.answers.reachable is False:
                database_chats.mark_inactive(connection, one.waiting.chat, now)
            if one.answers.moved_to is not None:
                database_chats.move(connection, one.waiting.chat, one.answers.moved_to, now)


def _first_of(
    many: Sequence[tuple[Sequence[Incoming], bool]], fresh: set[int]
) -> dict[int, Incoming]:
    """Return the first update of each of these lanes."""
    first: dict[int, Incoming] = {}
    for one in (one for updates, _ in many for one in updates):
        if one.chat in fresh:
            before = first.setdefault(one.chat, one)
            if one.update_id < before.update_id:
                first[one.chat] = one
    return first


def _lane(chat: int, first: Incoming, added: set[int]) -> Lane:
    """Return a new lane; one whose updates were known all along turns out to be empty."""
    if first.update_id not in added:
        return Lane(chat)
    return Lane(chat, waiting=Waiting(first.update_id, chat, first.body, 1))


def _stamping(dialect: str) -> Any:
    stamped = {"stamp": lanes.c.stamp + 1}
    adding = insert_in(dialect)(lanes).on_conflict_do_update(
        index_elements=[lanes.c.chat], set_=stamped
    )
    return adding.returning(lanes.c.chat, lanes.c.stamp)


def _keeping(dialect: str) -> Any:
    return insert_in(dialect)(inbox).on_conflict_do_nothing().returning(inbox.c.update_id)


_STAMP, _KEEP = Prepared(_stamping), Prepared(_keeping)


# Done by us already is done: a write whose commit was lost from sight is done again. (The states
# are not named: a list of values would keep the statement from running for many updates at once.)
# What was said is not kept once it is answered, but for an update that nobody could answer.
_finishing = (
    update(inbox)
    .where(inbox.c.update_id == bindparam("row"), inbox.c.owner == bindparam("me"))
    .values(
        state=bindparam("becomes"),
        finished_at=bindparam("now"),
        body=case((bindparam("becomes") == SET_ASIDE, inbox.c.body), else_=b""),
    )
)
_FINISH = Prepared(lambda dialect: _finishing)
