"""Ask Telegram for updates, over and over, and hand each one on before asking past it.

Telegram forgets an update once a later offset was asked for, so the offset moves only when the
update is in the hands of whoever processes it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from common.errors import Unavailable
from telegram_bot.ports import Conflict, Feed, Raw

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

LONG_POLL_SECONDS = 25.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_CONFLICT_PAUSE = 3.0
_MOST_CONFLICTS = 8  # some 30 s: longer than a hand-over to a new version takes


class Backoff:
    """Growing pauses with jitter, so that many programs do not come back in step."""

    def __init__(self, first: float = _FIRST_PAUSE, longest: float = _LONGEST_PAUSE) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def pause(self) -> float:
        """Return seconds to wait now."""
        pause = self._next * random.uniform(0.5, 1.0)  # nosec B311  # spreads load, guards nothing
        self._next = min(self._longest, self._next * 2)
        return pause

    def reset(self) -> None:
        self._next = self._first


class Poller:
    """Takes updates from a feed until it is told to stop."""

    def __init__(
        self,
        feed: Feed,
        take: Callable[[Raw], Awaitable[None]],
        *,
        backoff: Backoff | None = None,
        conflict_pause: float = _CONFLICT_PAUSE,
    ) -> None:
        """Hand every update to `take`, which returns when the update is safe with it."""
        self._feed = feed
        self._take = take
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
            for update in batch or ():
                await self._hand_on(update)

    async def confirm(self) -> None:
        """Tell Telegram what was handed on, so that the next start does not get it again."""
        if self._offset is None:
            return
        try:
            await self._feed.fetch(self._offset, 0)
        except (Unavailable, Conflict) as error:
            log.warning("the last updates will come again", reason=str(error))

    async def _hand_on(self, update: Raw) -> None:
        number = update["update_id"]
        if self._offset is not None and number < self._offset:
            return
        await self._take(update)
        self._offset = number + 1

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
