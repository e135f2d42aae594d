"""Small facts about the bot itself, by name: such as which menus Telegram was given last."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_tables import facts, insert_of
from telegram_bot.adapters.database_writer import Writer


class DatabaseFacts:
    """`ports.Facts` over the writer and the reader."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def known(self, names: Collection[str]) -> Mapping[str, str]:
        """Return the facts that are known of `names`."""
        asked = select(facts.c.name, facts.c.value).where(facts.c.name.in_(names))

        def read(connection: Connection) -> dict[str, str]:
            return {row.name: row.value for row in connection.execute(asked)}

        return await self._reader.run(read)

    async def keep(self, name: str, value: str) -> None:
        """Keep one fact, in place of the one of that name."""

        def write(connection: Connection) -> None:
            row = insert_of(connection)(facts).values(name=name, value=value)
            connection.execute(
                row.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": value})
            )

        await self._writer.submit(write)
