"""Show the other tasks that this one lives, so that nobody takes its chats over."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from telegram_bot.updates.heartbeat import touch
from telegram_bot.updates.internal import Health
from telegram_bot.work import Lanes

log = structlog.get_logger(__name__)

_DATABASE = "database"


class Beating:
    """Beats four times in the span after which a task counts as dead."""

    def __init__(
        self,
        lanes: Lanes,
        dead_after: float,
        alive: Callable[[int], None],
        health: Health,
        touches: Path | None = None,
    ) -> None:
        """Tell `alive` how many tasks there are.

        Args:
            touches: A file for a health check, where nothing else touches it.
        """
        self._lanes = lanes
        self._every = dead_after / 4
        self._alive = alive
        self._health = health
        self._touches = touches

    async def first(self) -> None:
        """Beat once, waiting for the database as long as it takes."""
        while not await self._beat():
            await asyncio.sleep(self._every)

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(self._every)
            await self._beat()

    async def _beat(self) -> bool:
        touch(self._touches)
        try:
            self._alive(await self._lanes.beat())
        except Exception as error:
            log.warning("the database cannot be written to", reason=type(error).__name__)
            self._health.ill(_DATABASE, "cannot be written to")
            return False
        self._health.well(_DATABASE)
        return True
