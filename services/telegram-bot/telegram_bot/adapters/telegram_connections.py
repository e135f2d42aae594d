"""Connections to Telegram: kept for a while, and not trusted once one of them has broken.

What breaks one idle connection mostly breaks its neighbours too: a restart of Telegram's edge, a
router that forgot us, a stall of ours. A message sent once more shall not meet the next of them.
"""

import time
from collections.abc import Callable

import httpx

from common.http import Transport

# Long enough to spare a busy bot its handshakes, short enough not to write into a connection that
# Telegram has just given up: such a message is in doubt.
KEEP_ALIVE_SECONDS = 15.0


class Connections(httpx.AsyncBaseTransport):
    """Takes a connection of its own for each request for a while after one has broken."""

    def __init__(self, at_once: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Open at most `at_once` connections that are kept, and as many that are not."""
        self._kept = Transport(_limits(at_once, KEEP_ALIVE_SECONDS))
        self._fresh = Transport(_limits(at_once, 0.0))
        self._monotonic = monotonic
        self._kept_again_at = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        transport = self._kept if self._monotonic() >= self._kept_again_at else self._fresh
        try:
            return await transport.handle_async_request(request)
        except httpx.TransportError:
            # By then each that is idle now is closed.
            self._kept_again_at = self._monotonic() + KEEP_ALIVE_SECONDS
            raise

    async def aclose(self) -> None:
        await self._kept.aclose()
        await self._fresh.aclose()


def _limits(at_once: int, keep_alive: float) -> httpx.Limits:
    return httpx.Limits(max_connections=at_once, keepalive_expiry=keep_alive)
