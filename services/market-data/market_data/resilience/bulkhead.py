"""How many calls may be under way at once, and how many may wait for a place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.errors import Unavailable

MOST, QUEUE = 4, 64


class Busy(Unavailable):
    """So much is under way that another call would only wait: our own doing, not a fault."""


class Bulkhead:
    """Places for calls to one upstream, so that a slow one cannot hold everything.

    Attributes:
        in_flight, waiting: Calls right now.
    """

    def __init__(self, name: str, most: int = MOST, queue: int = QUEUE) -> None:
        self.in_flight = 0
        self.waiting = 0
        self._name = name
        self._queue = queue
        self._places = asyncio.Semaphore(most)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place and hold it.

        Raises:
            Busy: At once, if as many wait already as may.
        """
        if self._places.locked() and self.waiting >= self._queue:
            raise Busy(f"Too much is being asked of {self._name} right now.", retry_after=1.0)
        self.waiting += 1
        try:
            await self._places.acquire()
        finally:
            self.waiting -= 1
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1
            self._places.release()
