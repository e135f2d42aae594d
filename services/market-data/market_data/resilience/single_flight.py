"""One call for everybody who asks the same thing at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class SingleFlight(Generic[Result]):
    """Shares one running call among all who ask for the same key.

    Whoever gives up waiting does not cancel the call: the others still get its result, and the last
    one to leave leaves it to finish for the cache behind it.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Result]] = {}
        self.shared = 0

    async def run(self, key: Hashable, call: Callable[[], Awaitable[Result]]) -> Result:
        """Return the result, or raise the exception, of the one call under way for `key`."""
        return await asyncio.shield(self.start(key, call))

    def start(self, key: Hashable, call: Callable[[], Awaitable[Result]]) -> "asyncio.Task[Result]":
        """Return the one call under way for `key`, for those who only watch: do not cancel it."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.ensure_future(_as_coroutine(call))
            self._running[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        else:
            self.shared += 1
        return task

    def _finished(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # looked at, so that a call which everybody left does not warn

    async def aclose(self) -> None:
        """Cancel what is still running."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _as_coroutine(call: Callable[[], Awaitable[Result]]) -> Result:
    return await call()
