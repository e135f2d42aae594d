"""Serve an ASGI app on a real socket for as long as a test needs it.

async with serve(create_app(...)) as address:
    async with httpx.AsyncClient(base_url=address) as client:
        ...
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

_LET_ANSWERS_OUT = 0.25
_LET_HANDLERS_END = 5.0
_LOOK_EVERY = 0.005
_KEEP_ALIVE_SECONDS = 75  # longer than any client of ours keeps a connection


@asynccontextmanager
async def serve(app: Any, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Run `app` in this event loop and yield its address, such as `http://127.0.0.1:40123`.

    The app's lifespan runs around the block. On the way out, answers under way get a moment to
    leave, then open connections are cut: a handler that waits (a long poll, an event stream) sees
    its client go, and has five seconds to notice before it is cancelled.

    It starts and stops in milliseconds, takes no signals and leaves no task behind.
    """
    config = uvicorn.Config(
        app,
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="warning",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    listener = socket.create_server((host, port), backlog=1024)
    # asyncio does this for sockets that it binds itself; without it an answer can wait 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        await server.startup(sockets=[listener])
        await server.on_tick(0)
        bound_host, bound_port = listener.getsockname()[:2]
        try:
            yield f"http://{bound_host}:{bound_port}"
        finally:
            await _stop(server)
    finally:
        listener.close()


async def _stop(server: uvicorn.Server) -> None:
    state = server.server_state
    for listening in server.servers:
        listening.close()
    for connection in list(state.connections):
        connection.shutdown()
    await _until(lambda: not state.connections, within=_LET_ANSWERS_OUT)
    for connection in list(state.connections):
        if connection.transport is not None:
            connection.transport.abort()
    await _until(lambda: not state.tasks, within=_LET_HANDLERS_END)
    late = list(state.tasks)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    await server.lifespan.shutdown()


async def _until(condition: Callable[[], bool], *, within: float) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not condition() and loop.time() < deadline:
        await asyncio.sleep(_LOOK_EVERY)
