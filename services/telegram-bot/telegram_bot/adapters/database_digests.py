"""Digests in the database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from telegram_bot.adapters.database_folio_tables import digests
from telegram_bot.adapters.database_people_tables import settings
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import insert_of
from telegram_bot.adapters.database_writer import Writer
from telegram_bot.digests import Digest


class DatabaseDigests:
    """`digests.Digests` over the database."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def digest(self, chat: int) -> Digest | None:
        mine = select(digests).where(digests.c.chat == chat)
        row = await self._reader.run(lambda connection: connection.execute(mine).first())
        return None if row is None else _digest(row)

    async def put(self, digest: Digest) -> None:
        row = _row(digest)

        def write(connection: Any) -> None:
            adding = insert_of(connection)(digests).values(**row)
            changing = adding.on_conflict_do_update(index_elements=[digests.c.chat], set_=row)
            connection.execute(changing)

        await self._writer.submit(write)

    async def stop(self, chat: int) -> bool:
        ending = delete(digests).where(digests.c.chat == chat)
        return await self._writer.submit(lambda connection: connection.execute(ending).rowcount > 0)

    async def waiting(self, now: datetime, most: int) -> Sequence[Digest]:
        moved = func.coalesce(settings.c.zone, "UTC") != digests.c.zone
        due = (
            select(digests)
            .outerjoin(settings, settings.c.chat == digests.c.chat)
            .where(or_(digests.c.due <= now.timestamp(), moved))
            .order_by(digests.c.due)
            .limit(most)
        )
        rows = await self._reader.run(lambda connection: connection.execute(due).all())
        return [_digest(row) for row in rows]

    async def advance(self, before: Digest, after: Digest) -> bool:
        unchanged = [digests.c[name] == value for name, value in _row(before).items() if value]
        changing = update(digests).where(*unchanged).values(**_row(after))
        return await self._writer.submit(
            lambda connection: connection.execute(changing).rowcount > 0
        )


def _row(digest: Digest) -> dict[str, Any]:
    return {
        "chat": digest.chat,
        "at": f"{digest.at:%H:%M}",
        "weekdays": sum(1 << day for day in digest.weekdays),
        "zone": digest.zone,
        "due": digest.due.timestamp(),
        "day": digest.day.isoformat(),
        "last": digest.last.isoformat() if digest.last else None,
    }


def _digest(row: Any) -> Digest:
    return Digest(
        chat=row.chat,
        at=time.fromisoformat(row.at),
        weekdays=frozenset(day for day in range(7) if row.weekdays >> day & 1),
        zone=row.zone,
        due=datetime.fromtimestamp(row.due, UTC),
        day=date.fromisoformat(row.day),
        last=date.fromisoformat(row.last) if row.last else None,
    )
