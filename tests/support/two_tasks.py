"""Two tasks of the bot on one database, with one clock."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from common.clock import FrozenClock
from telegram_bot.adapters.database import Database, opened
from telegram_bot.adapters.database_engine import open_engine
from tests.support.databases import shaped
from tests.support.replies import AS_OF


@dataclass
class Two:
    """Two tasks on one database, its address, and their clock."""

    a: Database
    b: Database
    clock: FrozenClock
    url: str


@asynccontextmanager
async def two_tasks(kind: str, folder: Path, dead_after: float = 5.0) -> AsyncIterator[Two]:
    """Open a new database of a kind twice; a task is dead after so many seconds of silence."""
    url, clock = shaped(kind, folder), FrozenClock(AS_OF)
    async with AsyncExitStack() as closing:

        async def start(name: str) -> Database:
            base = opened(open_engine(url), dead_after, name, clock=lambda: clock.now().timestamp())
            return await closing.enter_async_context(base)

        yield Two(await start("a"), await start("b"), clock, url)
