"""An ASGI app on a real socket in a thread of its own, for clients that block."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.serving import serve


@contextmanager
def served(create: Callable[[], Any]) -> Iterator[str]:
    """Serve what `create` makes, in that thread, and yield its address until the block ends."""
    address: list[str] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        async with serve(create()) as bound:
            address.append(bound)
            ready.set()
            await stop.wait()

    def work() -> None:
        try:
            loop.run_until_complete(run())
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=work, name="served", daemon=True)
    thread.start()
    ready.wait()
    if not address:
        raise RuntimeError("the app did not start")
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
