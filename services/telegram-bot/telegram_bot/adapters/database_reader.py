"""Reads beside the writer: a few threads, each with a connection of the pool."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine

from telegram_bot.adapters.database_engine import READERS

Result = TypeVar("Result")


class Reader:
    """Runs reads in threads; sees what was committed before it was asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="database reader")

    async def run(self, read: Callable[[Connection], Result]) -> Result:
        """Return what `read` returns."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, read)

    def _run(self, read: Callable[[Connection], Result]) -> Result:
        with self._engine.connect() as connection:
            return read(connection)

    def close(self) -> None:
        self._threads.shutdown()
