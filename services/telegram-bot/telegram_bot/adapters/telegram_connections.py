"""Connections to Telegram: kept for a while, and not trusted once one of them has broken.

aiohttp as it is: what httpx's objects around it cost is half of a call, and every answer is one.
What breaks one idle connection mostly breaks its neighbours too: a restart of Telegram's edge, a
router that forgot us, a stall of ours. A message sent once more shall not meet the next of them.
"""

import time
from collections.abc import Callable

import aiohttp

from common.trust import trust

# Long enough to spare a busy bot its handshakes, short enough not to write into a connection that
# Telegram has just given up: such a message is in doubt.
KEEP_ALIVE_SECONDS = 15.0
_CONNECT_SECONDS = 5.0
_TOTAL_SECONDS = 15.0
_JSON = {"Content-Type": "application/json"}
_UNSAID = ("User-Agent", "Accept", "Accept-Encoding")  # what we have no use for

Body = bytes | aiohttp.FormData


class NotConnected(Exception):
    """No connection came about, so nothing was sent. Its text is the kind of the error."""


class Broken(Exception):
    """No whole answer came; what was sent may have arrived. Its text is the kind of the error."""


class Connections:
    """Takes a connection of its own for each request for a while after one has broken."""

    def __init__(
        self,
        at_once: int,
        monotonic: Callable[[], float] = time.monotonic,
        seconds: float = _TOTAL_SECONDS,
    ) -> None:
        """Open at most `at_once` connections that are kept, and as many that are not.

        Args:
            seconds: For a whole answer.
        """
        timeouts = aiohttp.ClientTimeout(
            total=seconds, connect=_CONNECT_SECONDS, sock_connect=_CONNECT_SECONDS
        )
        self._kept = _session(at_once, timeouts, kept=True)
        self._fresh = _session(at_once, timeouts, kept=False)
        self._monotonic = monotonic
        self._kept_again_at = 0.0

    async def post(self, url: str, body: Body) -> tuple[int, bytes]:
        """Return status and body of the answer.

        Args:
            body: JSON, or a form.

        Raises:
            NotConnected, Broken: Without a word of the URL, which may hold a token.
        """
        session = self._kept if self._monotonic() >= self._kept_again_at else self._fresh
        headers = _JSON if isinstance(body, bytes) else None
        try:
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            # By then each that is idle now is closed.
            self._kept_again_at = self._monotonic() + KEEP_ALIVE_SECONDS
            raise Broken(type(error).__name__) from None

    async def aclose(self) -> None:
        await self._kept.close()
        await self._fresh.close()


def _session(at_once: int, timeouts: aiohttp.ClientTimeout, *, kept: bool) -> aiohttp.ClientSession:
    trusted = trust()
    connector = (
        aiohttp.TCPConnector(limit=at_once, ssl=trusted, keepalive_timeout=KEEP_ALIVE_SECONDS)
        if kept
        else aiohttp.TCPConnector(limit=at_once, ssl=trusted, force_close=True)
    )
    return aiohttp.ClientSession(
        connector=connector,
        timeout=timeouts,
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_UNSAID,
        auto_decompress=False,
    )
