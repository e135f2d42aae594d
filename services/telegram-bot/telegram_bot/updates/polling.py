"""Ask Telegram for updates, over and over, and have each batch recorded before asking past it.

Telegram forgets an update once a later offset was asked for, so the offset moves only when the
update is kept.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from random import Random
from typing import TypeVar

import structlog

from common.errors import Unavailable
from telegram_bot.ports import Conflict, Feed, Raw
from telegram_bot.updates.source import Record, incoming

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

LONG_POLL_SECONDS = 25.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_CONFLICT_PAUSE = 3.0
_MOST_CONFLICTS = 8  # some 30 s: longer than a hand-over to a new version takes
_chance = Random()  # spreads load, guards nothing


class Backoff:
    """Growing pauses with jitter, so that many programs do not come back in step."""

    def __init__(self, first: float = _FIRST_PAUSE, longest: float = _LONGEST_PAUSE) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def pause(self) -> float:
        """Return seconds to wait now."""
        pause = self._next * _chance.uniform(0.5, 1.0)
        self._next = min(self._longest, self._next * 2)
        return pause

    def reset(self) -> None:
        self._next = self._first


class Poller:
    """Takes updates from a feed until it is told to stop."""

    def __init__(
        self,
        feed: Feed,
        record: Record,
        *,
        backoff: Backoff | None = None,
        conflict_pause: float = _CONFLICT_PAUSE,
    ) -> None:
        """Hand every batch to `record`, which returns when it is kept for good."""
        self._feed = feed
        self._record = record
        self._backoff = backoff or Backoff()
        self._conflict_pause = conflict_pause
        self._offset: int | None = None
        self._conflicts = 0
        self._away = False

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; a poll under way then ends at once.

        Raises:
            Conflict: If updates went elsewhere for longer than a hand-over takes.
            Misconfigured: If the token is refused.
        """
        while not stop.is_set():
            batch = await until(stop, self._fetch())
            if batch:
                await self._keep(batch, stop)

    async def confirm(self) -> None:
        """Tell Telegram what is kept, so that the next start does not get it again."""
        if self._offset is None:
            return
        try:
            await self._feed.fetch(self._offset, 0)
        except (Unavailable, Conflict) as error:
            log.warning("the last updates will come again", reason=str(error))

    async def _keep(self, batch: Sequence[Raw], stop: asyncio.Event) -> None:
        """Have a batch recorded, however long that takes; then move past it."""
        updates = [incoming(update) for update in batch]
        while True:
            try:
                await self._record(updates)
            except Exception as error:
                # Nothing is lost: Telegram still has them all.
                log.warning("updates cannot be recorded", reason=type(error).__name__)
                if await until(stop, asyncio.sleep(self._backoff.pause(), True)) is None:
                    return
            else:
                self._backoff.reset()
                self._offset = updates[-1].update_id + 1
                return

    async def _fetch(self) -> Sequence[Raw]:
        """Return a batch; after trouble, nothing and a pause later."""
        try:
            batch = await self._feed.fetch(self._offset, LONG_POLL_SECONDS)
        except Unavailable as error:
            await self._wait_out(error)
            return ()
        except Conflict as error:
            await self._step_back(error)
            return ()
        if self._away:
            log.info("telegram is back")
        self._away, self._conflicts = False, 0
        self._backoff.reset()
        return batch

    async def _wait_out(self, error: Unavailable) -> None:
        if not self._away:
            log.warning("telegram cannot be reached, waiting for it", reason=str(error))
        self._away = True
        await asyncio.sleep(max(self._backoff.pause(), error.retry_after))

    async def _step_back(self, error: Conflict) -> None:
        self._conflicts += 1
        if self._conflicts > _MOST_CONFLICTS:
            raise error
        if self._conflicts == 1:
            log.warning("another program takes this bot's updates", reason=str(error))
        await asyncio.sleep(self._conflict_pause)


async def until(stop: asyncio.Event, work: Awaitable[Result]) -> Result | None:
    """Return what `work` returns, or None when `stop` is set first."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
