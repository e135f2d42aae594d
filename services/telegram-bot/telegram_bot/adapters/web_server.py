"""Serve an ASGI app in this loop, beside everything else that the program does."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

from common.errors import Misconfigured

_BACKLOG = 1_024
# Longer than a load balancer keeps an idle connection (60 s by default): else it now and then
# brings an update into one that we are just closing.
_KEEP_ALIVE_SECONDS = 75


class _Server(uvicorn.Server):
    """Leaves signals to the program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: Any, host: str, port: int, name: str) -> AsyncIterator[int]:
    """Listen until the block ends, and yield the port; answers under way then get 3 s.

    Args:
        port: 0 takes a free one.
        name: The setting to change when the port is taken.
    """
    try:
        listener = socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise Misconfigured(
            f"{name}: cannot listen on {host}:{port} ({error.strerror}); name a free port."
        ) from None
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        await running
        listener.close()
