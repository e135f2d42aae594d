"""Takes raw updates in, has them processed, and knows which are not done yet."""

import asyncio
from typing import Any

import structlog
from telegram import Update
from telegram.ext import Application

from telegram_bot.ports import Raw

log = structlog.get_logger(__name__)

MOST_UNDER_WAY = 2_048


class Intake:
    """The door between an update source and the application."""

    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], most: int = MOST_UNDER_WAY
    ) -> None:
        """Let in at most `most` updates at once; `take` waits for room beyond that."""
        self._application = application
        self._room = asyncio.Semaphore(most)
        self._under_way: dict[asyncio.Task[None], int] = {}

    async def take(self, raw: Raw) -> None:
        """Start processing one update; one that cannot be read is logged and dropped."""
        number = raw["update_id"]
        try:
            update = Update.de_json(dict(raw), self._application.bot)
        except Exception as error:
            log.error("an update cannot be read", update=number, kind=type(error).__name__)
            return
        await self._room.acquire()
        task = asyncio.create_task(self._process(update), name=f"update {number}")
        self._under_way[task] = number
        task.add_done_callback(self._done)

    async def finish(self, seconds: float) -> None:
        """Let what is under way end; after `seconds` cut off the rest, which the log then names."""
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=seconds)
        late = dict(self._under_way)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            log.warning("updates were cut off", updates=sorted(late.values()))

    async def _process(self, update: Update) -> None:
        work = self._application.process_update(update)
        try:
            await self._application.update_processor.process_update(update, work)
        finally:
            work.close()

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._room.release()
        if not task.cancelled() and (error := task.exception()):
            log.error("an update was not processed", exc_info=error)
