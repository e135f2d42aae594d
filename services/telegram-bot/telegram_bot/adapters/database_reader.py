"""Reads beside the writer: a few threads, each with a connection of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from telegram_bot.adapters.database_engine import READERS

Result = TypeVar("Result")

_TRIES = 3


class Reader:
    """Runs reads in threads; sees what was committed before it was asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="database reader")
        self._own = threading.local()
        self._open: set[Connection] = set()

    async def run(self, read: Callable[[Connection], Result]) -> Result:
        """Return what `read` returns; on a lost connection it is called again."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, read)

    def _run(self, read: Callable[[Connection], Result]) -> Result:
        for tries_left in reversed(range(_TRIES)):
            connection = self._connection()
            try:
                found = read(connection)
                connection.rollback()
                return found
            except BaseException as error:
                self._disconnect(connection)
                lost = isinstance(error, DBAPIError) and error.connection_invalidated
                if not (lost and tries_left):
                    raise
        raise AssertionError("a read neither returned nor failed")

    def _connection(self) -> Connection:
        """Return this thread's connection: fetching one from the pool costs more than a read."""
        found: Connection | None = getattr(self._own, "connection", None)
        if found is None:
            found = self._engine.connect()
            if self._engine.dialect.name == "postgresql":  # no BEGIN and ROLLBACK over the wire
                found = found.execution_options(isolation_level="AUTOCOMMIT")
            self._own.connection = found
            self._open.add(found)
        return found

    def _disconnect(self, connection: Connection) -> None:
        self._own.connection = None
        self._open.discard(connection)
        connection.close()

    def close(self) -> None:
        self._threads.shutdown()
        for connection in self._open:
            connection.close()
