"""The lease: of all tasks one polls and does what comes round regularly."""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from telegram_bot.adapters.database_lanes import CLOCK_SET_BACK
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import insert_of, lease
from telegram_bot.adapters.database_writer import Writer
from telegram_bot.work import Lost

Result = TypeVar("Result")

LEADER = "leader"


class DatabaseLease:
    """One lease by its name. The clocks of the tasks may differ by less than a second."""

    def __init__(
        self,
        writer: Writer,
        reader: Reader,
        owner: str,
        seconds: float,
        name: str = LEADER,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Hold for `seconds` beyond the last `renew`."""
        self._writer = writer
        self._reader = reader
        self._owner = owner
        self.seconds = seconds
        self._name = name
        self._clock = clock

    async def take(self) -> int | None:
        return await self._writer.submit(self._take)

    async def renew(self, epoch: int) -> bool:
        return await self._writer.submit(partial(self._renew, epoch=epoch))

    async def wanted(self, epoch: int) -> bool:
        held = select(lease.c.heir).where(*self._ours(epoch))
        row = await self._reader.run(lambda connection: connection.execute(held).first())
        return row is None or row.heir not in (None, self._owner)

    async def release(self, epoch: int) -> None:
        await self._writer.submit(partial(self._release, epoch=epoch))

    async def hand_over(self, to: str) -> None:
        """Name the task that is to hold it next; the holder finishes its batch and lets go."""
        await self._writer.submit(partial(name_heir, heir=to, name=self._name))

    async def fenced(self, epoch: int, write: Callable[[Connection], Result]) -> Result:
        """Run a write in the transaction that finds us still to be the holder.

        Raises:
            Lost: If the turn is over; nothing was written.
        """

        def guarded(connection: Connection) -> Result:
            row = select(lease.c.epoch).where(*self._ours(epoch)).with_for_update()
            if connection.scalar(row) is None:
                raise Lost
            return write(connection)

        return await self._writer.submit(guarded)

    def _take(self, connection: Connection) -> int | None:
        now = self._clock()
        row = insert_of(connection)(lease).values(name=self._name)
        connection.execute(row.on_conflict_do_nothing())
        free = or_(
            and_(lease.c.holder.is_(None), or_(lease.c.heir.is_(None), self._is_heir())),
            lease.c.expires_at < now,
            lease.c.expires_at > now + self.seconds + CLOCK_SET_BACK,
            lease.c.holder == self._owner,
        )
        took = (
            update(lease)
            .where(lease.c.name == self._name, free)
            .values(
                holder=self._owner,
                heir=None,
                epoch=lease.c.epoch + 1,
                expires_at=now + self.seconds,
            )
            .returning(lease.c.epoch)
        )
        epoch: int | None = connection.scalar(took)
        return epoch

    def _is_heir(self) -> ColumnElement[bool]:
        return lease.c.heir == self._owner

    def _renew(self, connection: Connection, epoch: int) -> bool:
        kept = (
            update(lease).where(*self._ours(epoch)).values(expires_at=self._clock() + self.seconds)
        )
        return bool(connection.execute(kept).rowcount)

    def _release(self, connection: Connection, epoch: int) -> None:
        # An heir that never comes does not keep the others out for longer than a death would.
        freed = {"holder": None, "expires_at": self._clock() + self.seconds}
        connection.execute(update(lease).where(*self._ours(epoch)).values(**freed))

    def _ours(self, epoch: int) -> tuple[ColumnElement[bool], ...]:
        return (
            lease.c.name == self._name,
            lease.c.holder == self._owner,
            lease.c.epoch == epoch,
        )


def name_heir(connection: Connection, heir: str, name: str = LEADER) -> None:
    """Name the task that is to hold a lease next, in a transaction of the caller's."""
    connection.execute(update(lease).where(lease.c.name == name).values(heir=heir))
