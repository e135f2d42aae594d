"""Which release each private chat was told of, so that each is told once."""

from collections import OrderedDict

from sqlalchemy import Connection, select

from telegram_bot.adapters.database_tables import insert_of, news
from telegram_bot.adapters.database_writer import Writer

_MOST_KNOWN = 20_000


class DatabaseNews:
    """`ports.News` over the writer; remembers whom it need not look up again."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._told: OrderedDict[int, str] = OrderedDict()

    async def is_new_to(self, chat: int, version: str) -> bool:
        """Note that a chat is told of a version; say whether it knew an earlier one until now."""
        if self._told.get(chat) == version:
            return False

        def write(connection: Connection) -> bool:
            before = connection.scalar(select(news.c.version).where(news.c.chat == chat))
            if before == version:
                return False
            row = insert_of(connection)(news).values(chat=chat, version=version)
            connection.execute(
                row.on_conflict_do_update(index_elements=[news.c.chat], set_={"version": version})
            )
            return before is not None

        is_new = await self._writer.submit(write)
        self._told[chat] = version
        if len(self._told) > _MOST_KNOWN:
            self._told.popitem(last=False)
        return is_new
