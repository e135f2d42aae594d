"""The connection to market-data: aiohttp as it is, for a question stands before most answers.

httpx's objects around each question cost twice what the question itself does.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from common.deadlines import SILENCE_SECONDS
from common.errors import Unavailable
from common.trust import trust

_AT_ONCE = 64
_CONNECT_SECONDS = 1.0
# Before each further attempt to connect: nothing was asked yet, and a market-data that starts anew,
# or a name server that lost a question, is there again after about as long.
_PAUSES = (0.1, 0.3, 1.0)
_NOT_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_MOST_BYTES = 4 * 1024 * 1024
_UNSAID = ("User-Agent", "Accept", "Accept-Encoding")  # it stands beside us: nothing is zipped
_MAX_AGE = re.compile(r"\bmax-age=(\d+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read whole and within bounds.

    Attributes:
        max_age: Seconds for which market-data lets it be told again.
    """

    status: int
    body: bytes
    max_age: int = 0


class MarketConnection:
    """Asks the service behind a base URL."""

    def __init__(self, base_url: str) -> None:
        """Connect later; must be made on the loop that asks."""
        self.timeout = aiohttp.ClientTimeout(connect=_CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
        self._base = base_url.rstrip("/")
        self._name = self._base.rpartition("/")[2].rpartition("@")[2]
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_AT_ONCE, ssl=trust()),
            timeout=self.timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_UNSAID,
        )

    async def get(
        self,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None,
        seconds: float,
    ) -> Answer:
        """GET `path`, whatever its status. No redirect is followed.

        Args:
            seconds: For the whole answer: a server that drips one byte a second ends here too.

        Raises:
            Unavailable: If there was no whole answer in time. The message names the host and what
                happened, never the query.
        """
        try:
            async with asyncio.timeout(seconds):
                for pause in _PAUSES:
                    try:
                        return await self._ask(path, params, headers)
                    except _NOT_CONNECTED:
                        await asyncio.sleep(pause)
                return await self._ask(path, params, headers)
        except _NOT_CONNECTED:
            raise Unavailable(f"{self._name} cannot be reached.") from None
        except TimeoutError:
            raise Unavailable(f"{self._name} did not answer within {seconds:g} s.") from None
        except aiohttp.ClientError as error:
            kind = type(error).__name__
            raise Unavailable(f"{self._name} broke off its answer ({kind}).") from None

    async def aclose(self) -> None:
        await self._session.close()

    async def _ask(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None
    ) -> Answer:
        asking = self._session.get(
            self._base + path, params=params, headers=headers, allow_redirects=False
        )
        async with asking as response:
            body = await self._body(response)
            found = _MAX_AGE.search(response.headers.get("Cache-Control", ""))
            return Answer(response.status, body, int(found[1]) if found else 0)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise Unavailable(f"{self._name} sent more than {_MOST_BYTES} bytes.")
        return bytes(body)
