"""Take turns: of all tasks one works for everybody, and the next takes over when it goes.

A holder that dies is followed once its lease has run out; one that is asked to hand over, or that
stops, is followed at the next look.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from telegram_bot.turns import Lease, Turn
from telegram_bot.updates.polling import until

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 0.5

Work = Callable[[Turn], Awaitable[None]]


class Turns:
    """Holds the lease whenever it can; `holding` says whether it does."""

    def __init__(
        self,
        lease: Lease,
        *,
        look_every: float = LOOK_EVERY_SECONDS,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        """Take turns; `waiting` is called at each look while another holds the lease."""
        self._lease = lease
        self._look_every = min(look_every, lease.seconds / 4)
        self._waiting = waiting
        self.holding = False
        self._renewed = 0.0

    async def run(self, stop: asyncio.Event, work: Work) -> None:
        """Call `work` for each turn until `stop`; it returns soon after `Turn.over` is set."""
        while not stop.is_set():
            epoch = await self._take()
            if epoch is None:
                self._waiting()
                await until(stop, asyncio.sleep(self._look_every))
                continue
            await self._turn(Turn(epoch), stop, work)

    async def _take(self) -> int | None:
        try:
            async with asyncio.timeout(self._lease.seconds):
                return await self._lease.take()
        except Exception as error:
            log.warning("the lease cannot be asked for", reason=type(error).__name__)
            return None

    async def _turn(self, turn: Turn, stop: asyncio.Event, work: Work) -> None:
        log.info("holding the lease", epoch=turn.epoch)
        self.holding = True
        keeping = asyncio.create_task(self._keep(turn, stop))
        try:
            await work(turn)
        finally:
            turn.over.set()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            self.holding = False
            await self._release(turn)
            log.info("the lease is given up", epoch=turn.epoch, lost=turn.lost)

    async def _release(self, turn: Turn) -> None:
        try:
            if not turn.lost:
                async with asyncio.timeout(self._lease.seconds):
                    await self._lease.release(turn.epoch)
        except Exception as error:
            log.warning("the lease runs out by itself", reason=type(error).__name__)

    async def _keep(self, turn: Turn, stop: asyncio.Event) -> None:
        """Renew until the turn is over. What cannot be renewed in time counts as lost.

        A database may also say nothing at all, for minutes: neither the end of the lease nor a
        stop waits for its answer.
        """
        self._renewed = time.monotonic()
        while not turn.over.is_set():
            await until(stop, asyncio.sleep(self._look_every))
            if stop.is_set():
                turn.over.set()
                return
            try:
                async with asyncio.timeout(self._left()):
                    await until(stop, self._look(turn))
            except Exception as error:
                log.warning("the lease cannot be renewed", reason=type(error).__name__)
            if self._left() < 0:
                turn.lost = True
                turn.over.set()

    def _left(self) -> float:
        """Return for how many seconds we hold it still, as far as we know."""
        return self._renewed + self._lease.seconds * 0.8 - time.monotonic()

    async def _look(self, turn: Turn) -> None:
        began = time.monotonic()
        if began - self._renewed >= self._lease.seconds / 4:
            turn.lost = not await self._lease.renew(turn.epoch)
            self._renewed = began
        if turn.lost or await self._lease.wanted(turn.epoch):
            turn.over.set()
