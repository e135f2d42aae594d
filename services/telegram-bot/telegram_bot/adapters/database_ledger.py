"""The ledger of trades in the database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from telegram_bot.adapters.database_folio_tables import ledger
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_writer import Writer
from telegram_bot.ledger import Entry
from telegram_bot.work import under_way

_UNDO_SECONDS = 24 * 3_600.0


class DatabaseLedger:
    """`ledger.Ledger` over the database."""

    def __init__(
        self, writer: Writer, reader: Reader, clock: Callable[[], float] = time.time
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock

    async def entries(self, chat: int) -> Sequence[Entry]:
        mine = select(ledger).where(ledger.c.chat == chat, ledger.c.gone_at.is_(None))
        ordered = mine.order_by(ledger.c.at, ledger.c.number)
        rows = await self._reader.run(lambda connection: connection.execute(ordered).all())
        return [_entry(row) for row in rows]

    async def add(self, chat: int, entries: Sequence[Entry]) -> Sequence[Entry]:
        update = under_way.get()
        mine = (ledger.c.chat == chat, ledger.c.made_by == update, ledger.c.gone_at.is_(None))
        added = select(ledger).where(*mine).order_by(ledger.c.number)

        def write(connection: Connection) -> Sequence[Entry]:
            if update and (rows := connection.execute(added).all()):
                return [_entry(row) for row in rows]
            kept = []
            for entry in entries:
                row = {**_row(chat, entry), "made_by": update or None}
                adding = insert(ledger).values(**row).returning(ledger.c.number)
                number = connection.scalar(adding) or 0
                kept.append(replace(entry, number=number, made_by=update))
            return kept

        return await self._writer.submit(write)

    async def remove(self, chat: int, numbers: Sequence[int]) -> int:
        now = self._clock()

        def write(connection: Connection) -> int:
            old = (ledger.c.chat == chat, ledger.c.gone_at < now - _UNDO_SECONDS)
            connection.execute(delete(ledger).where(*old))
            mine = (ledger.c.chat == chat, ledger.c.number.in_(numbers), ledger.c.gone_at.is_(None))
            return connection.execute(update(ledger).where(*mine).values(gone_at=now)).rowcount

        return await self._writer.submit(write)

    async def undo(self, chat: int) -> int:
        latest = select(func.max(ledger.c.gone_at)).where(ledger.c.chat == chat)

        def write(connection: Connection) -> int:
            when = connection.scalar(latest)
            if when is None:
                return 0
            mine = (ledger.c.chat == chat, ledger.c.gone_at == when)
            return connection.execute(update(ledger).where(*mine).values(gone_at=None)).rowcount

        return await self._writer.submit(write)


def _row(chat: int, entry: Entry) -> dict[str, Any]:
    return {
        "chat": chat,
        "side": entry.side,
        "symbol": entry.symbol,
        "quantity": f"{entry.quantity:f}",
        "price": f"{entry.price:f}",
        "fee": f"{entry.fee:f}",
        "note": entry.note,
        "at": entry.at.timestamp(),
    }


def _entry(row: Any) -> Entry:
    return Entry(
        side=row.side,
        symbol=row.symbol,
        quantity=Decimal(row.quantity),
        price=Decimal(row.price),
        at=datetime.fromtimestamp(row.at, UTC),
        fee=Decimal(row.fee),
        note=row.note,
        number=row.number,
        made_by=row.made_by or 0,
    )
