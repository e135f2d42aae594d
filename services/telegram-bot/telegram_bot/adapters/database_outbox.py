"""The outbox: every message is a row, marked before it is sent."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from telegram_bot.adapters import database_chats, database_messages
from telegram_bot.adapters.database_messages import message_of
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import (
    QUEUED,
    REFUSED,
    SENDING,
    SENT,
    UNSENT,
    insert_of,
    lanes,
    outbox,
    pictures,
)
from telegram_bot.adapters.database_writer import Batch, Writer
from telegram_bot.outgoing import Message, Outgoing, Receipt
from telegram_bot.work import Lane, Lost

ANSWER_KNOWN_SECONDS = 15 * 60.0
_LONGEST_REASON = 200
_MOST_PURGED = 2_000


class DatabaseOutbox:
    """`work.Outbox` over the writer. `owner` is this process, and never used by another."""

    def __init__(
        self,
        writer: Writer,
        reader: Reader,
        owner: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._owner = owner
        self._clock = clock
        self._sent = Batch(self._sent_all, order=2)

    async def broadcast(self, key: str, chat: int, what: Outgoing) -> None:
        """Queue a message that nobody asked for just now; a known key is passed over.

        A chat that takes no messages is passed over too: what it misses is not told later.
        """
        message = Message(key, chat, what, self._clock(), broadcast=True, marked=False)
        await self._writer.submit(partial(queue, messages=(message,)))

    async def claim_broadcasts(self, most: int) -> Sequence[Lane]:
        return await self._writer.submit(partial(self._claim, most=most))

    async def sent(self, receipt: Receipt) -> None:
        await self._writer.join(self._sent, receipt)

    async def refused(self, key: str, reason: str) -> None:
        await self._writer.submit(partial(self._change, key=key, **self._gone(reason)))

    async def postpone(self, key: str, until: float) -> None:
        postponed: dict[str, Any] = {"state": QUEUED, "not_before": until}
        await self._writer.submit(partial(self._change, key=key, **postponed))

    async def give_back(self, key: str, chat: int, until: float) -> None:
        queued = (outbox.c.chat == chat, UNSENT, outbox.c.state == QUEUED, outbox.c.broadcast)
        behind = update(outbox).where(*queued, outbox.c.not_before < until)

        def write(connection: Connection) -> None:
            self._change(connection, key, state=QUEUED, not_before=until)
            connection.execute(behind.values(not_before=until))

        await self._writer.submit(write)

    async def sending(self, key: str, *, doubtful: bool = False) -> None:
        marked: dict[str, Any] = {
            "state": SENDING,
            "tries": outbox.c.tries + 1,
            "doubtful": outbox.c.doubtful + int(doubtful),
        }
        await self._writer.submit(partial(self._change, key=key, **marked))

    async def replace(self, key: str, by: Sequence[Message]) -> None:
        def write(connection: Connection) -> None:
            self._change(connection, key, **self._gone("replaced"))
            database_messages.insert(connection, by, self._owner)

        await self._writer.submit(write)

    async def block(self, chat: int, reason: str) -> None:
        def write(connection: Connection) -> None:
            waiting = update(outbox).where(outbox.c.chat == chat, UNSENT)
            connection.execute(waiting.values(**self._gone(reason)))
            database_chats.mark_inactive(connection, chat, self._clock())

        await self._writer.submit(write)

    async def move(self, old: int, new: int) -> None:
        now = self._clock()
        await self._writer.submit(lambda connection: database_chats.move(connection, old, new, now))

    async def forget_picture(self, shown: str) -> None:
        """Delete what Telegram called it."""
        forgetting = delete(pictures).where(pictures.c.shown == shown)
        await self._writer.submit(lambda connection: connection.execute(forgetting).rowcount)

    async def forget_pictures(self) -> None:
        """Delete what Telegram called any of them: it has them no more."""
        forgetting = delete(pictures)
        await self._writer.submit(lambda connection: connection.execute(forgetting).rowcount)

    async def picture(self, shown: str) -> str | None:
        """Return what Telegram calls a picture that may still be shown, if it has it."""
        known = select(pictures.c.file_id).where(
            pictures.c.shown == shown, pictures.c.until > self._clock()
        )
        return await self._reader.run(lambda connection: connection.scalar(known))

    async def answer_to(self, chat: int, message: int) -> int | None:
        """Return the number of our message that answered theirs within a quarter of an hour."""
        newest = (
            select(outbox.c.message_id)
            .where(
                outbox.c.chat == chat,
                outbox.c.answers_message == message,
                outbox.c.state == SENT,
                outbox.c.message_id.is_not(None),
                outbox.c.created_at >= self._clock() - ANSWER_KNOWN_SECONDS,
            )
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        return await self._reader.run(lambda connection: connection.scalar(newest))

    async def purge(self, before: float) -> int:
        """Delete messages that were finished before, of the oldest thousands; return how many."""
        oldest = (
            select(outbox.c.id, outbox.c.state, outbox.c.finished_at)
            .order_by(outbox.c.id)
            .limit(_MOST_PURGED)
            .subquery()
        )
        old = select(oldest.c.id).where(
            oldest.c.state.in_((SENT, REFUSED)), oldest.c.finished_at < before
        )
        past = delete(pictures).where(pictures.c.until < before)
        await self._writer.submit(lambda connection: connection.execute(past).rowcount)
        return await self._writer.submit(
            lambda connection: connection.execute(
                delete(outbox).where(outbox.c.id.in_(old))
            ).rowcount
        )

    def _gone(self, reason: str) -> dict[str, Any]:
        finished = {"finished_at": self._clock(), "reason": reason[:_LONGEST_REASON]}
        return {"state": REFUSED, "file": None, **finished}

    def _change(self, connection: Connection, key: str, **facts: Any) -> None:
        """Change a message that is ours and has not arrived.

        While we waited to send it, we may have been taken for dead, and it may have been sent by
        whoever took its chat over.
        """
        ours = (outbox.c.key == key, outbox.c.owner == self._owner, outbox.c.state != SENT)
        if not connection.execute(update(outbox).where(*ours).values(**facts)).rowcount:
            raise Lost

    def _sent_all(self, connection: Connection, many: Sequence[Receipt]) -> Sequence[None]:
        database_messages.mark_sent(connection, many, self._clock())
        return [None] * len(many)

    def _claim(self, connection: Connection, most: int) -> list[Lane]:
        """Borrow the lanes of chats that have none, and mark the first broadcast of each."""
        now = self._clock()
        first = (
            select(func.min(outbox.c.id))
            .where(
                UNSENT,
                outbox.c.state == QUEUED,
                outbox.c.broadcast,
                outbox.c.not_before <= now,
                ~exists().where(lanes.c.chat == outbox.c.chat),
            )
            .group_by(outbox.c.chat)
            .order_by(func.min(outbox.c.id))
            .limit(most)
        )
        firsts = select(outbox.c.id, outbox.c.chat).where(outbox.c.id.in_(first))
        rows = connection.execute(firsts).all()
        claimed: list[Lane] = []
        for row in sorted(rows, key=lambda row: row.chat):
            lane = insert_of(connection)(lanes).values(chat=row.chat, owner=self._owner, since=now)
            took = lane.on_conflict_do_nothing().returning(lanes.c.chat)
            # Read under the lane: it may have been sent by whoever held it meanwhile, or have got
            # another line of text.
            mark = (
                update(outbox)
                .where(outbox.c.id == row.id, outbox.c.state == QUEUED)
                .values(state=SENDING, owner=self._owner, tries=outbox.c.tries + 1)
                .returning(outbox)
            )
            if connection.scalar(took) is not None:
                marked = connection.execute(mark).all()
                claimed.append(Lane(row.chat, tuple(map(message_of, marked))))
        return claimed


def queue(connection: Connection, messages: Sequence[Message]) -> None:
    """Add messages that are not marked, in a transaction of the caller's."""
    away = database_chats.inactive(connection, {message.chat for message in messages})
    there = [message for message in messages if message.chat not in away]
    database_messages.insert(connection, there, None)
