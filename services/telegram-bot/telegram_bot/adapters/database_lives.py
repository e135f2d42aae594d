"""Which chat shows a live price just now: one at a time, known to every task."""

from sqlalchemy import Connection, delete, select

from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import insert_of, lives
from telegram_bot.adapters.database_writer import Writer


class DatabaseLives:
    """`live_turns.LiveTurns` over the writer and the reader."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def begin(self, chat: int, turn: str) -> None:
        """Note a chat's turn, in place of the one before."""

        def write(connection: Connection) -> None:
            row = insert_of(connection)(lives).values(chat=chat, turn=turn)
            connection.execute(
                row.on_conflict_do_update(index_elements=[lives.c.chat], set_={"turn": turn})
            )

        await self._writer.submit(write)

    async def current(self, chat: int) -> str | None:
        """Return the turn that was noted last."""
        asked = select(lives.c.turn).where(lives.c.chat == chat)
        return await self._reader.run(lambda connection: connection.scalar(asked))

    async def end(self, chat: int, turn: str | None = None) -> None:
        """Forget a chat's turn, or `turn` alone."""
        ending = delete(lives).where(lives.c.chat == chat)
        if turn is not None:
            ending = ending.where(lives.c.turn == turn)
        await self._writer.submit(lambda connection: connection.execute(ending).rowcount)
