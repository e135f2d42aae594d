"""Send what nobody asked for just now: slower than answers, and never in their way."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from telegram_bot.updates.limits import Stream
from telegram_bot.updates.polling import until
from telegram_bot.work import Lane, Outbox

log = structlog.get_logger(__name__)

# Telegram bears 30 a second of those, from all tasks together.
PER_SECOND = 25.0
_LOOK_EVERY = 0.2
_IDLE_LOOK_EVERY = 1.0
_TROUBLE_PAUSE = 1.0


class Broadcasting:
    """Borrows the lanes of chats that have nothing else to do, for one message each."""

    def __init__(
        self,
        outbox: Outbox,
        start: Callable[[Sequence[Lane]], None],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        spare: Callable[[], int] = lambda: 1_000,
    ) -> None:
        """Begin with `start`, at most as many at once as are `spare`."""
        self._outbox = outbox
        self._start = start
        self._spare = spare
        self._stream = Stream(PER_SECOND, monotonic)
        self._sleep = sleep
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at once: there is something new to send."""
        self._woken.set()

    def share(self, tasks: int) -> None:
        """Divide the rate by the tasks that are alive."""
        self._stream.per_second = PER_SECOND / max(1, tasks)

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            pause = _IDLE_LOOK_EVERY
            whole = self._stream.take()
            if room := min(whole, self._spare()):
                try:
                    lanes = await self._outbox.claim_broadcasts(room)
                    self._start(lanes)
                    whole -= len(lanes)
                    pause = _LOOK_EVERY if lanes else _IDLE_LOOK_EVERY
                except Exception:
                    log.exception("broadcasts cannot be taken from the database")
                    pause = _TROUBLE_PAUSE
            self._stream.give_back(whole)
            if pause != _IDLE_LOOK_EVERY:
                await self._sleep(pause)
            else:
                await until(self._woken, self._sleep(pause))
            self._woken.clear()
