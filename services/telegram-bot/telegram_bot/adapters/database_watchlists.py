"""Watchlists in the database."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from telegram_bot.adapters.database_folio_tables import watchlist
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import insert_of
from telegram_bot.adapters.database_writer import Writer
from telegram_bot.watchlists import addable


class DatabaseWatchlists:
    """`watchlists.Watchlists` over the database."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def watched(self, chat: int) -> Sequence[str]:
        return await self._reader.run(lambda connection: _watched(connection, chat))

    async def watch(self, chat: int, symbols: Sequence[str]) -> Sequence[str]:
        def write(connection: Connection) -> Sequence[str]:
            added = addable(symbols, _watched(connection, chat))
            highest = select(func.max(watchlist.c.place)).where(watchlist.c.chat == chat)
            first = (connection.scalar(highest) or 0) + 1
            rows = [
                {"chat": chat, "symbol": symbol, "place": place}
                for place, symbol in enumerate(added, first)
            ]
            if rows:
                adding = insert_of(connection)(watchlist).on_conflict_do_nothing()
                connection.execute(adding, rows)
            return added

        return await self._writer.submit(write)

    async def unwatch(self, chat: int, symbols: Sequence[str]) -> Sequence[str]:
        def write(connection: Connection) -> Sequence[str]:
            listed = _watched(connection, chat)
            gone = [symbol for symbol in dict.fromkeys(symbols) if symbol in listed]
            mine = (watchlist.c.chat == chat, watchlist.c.symbol.in_(gone))
            connection.execute(delete(watchlist).where(*mine))
            return gone

        return await self._writer.submit(write)


def _watched(connection: Connection, chat: int) -> Sequence[str]:
    mine = select(watchlist.c.symbol).where(watchlist.c.chat == chat)
    return connection.scalars(mine.order_by(watchlist.c.place, watchlist.c.symbol)).all()
