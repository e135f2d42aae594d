"""Asking another program over HTTP: one client factory and one bounded GET.

The API is httpx; aiohttp carries the bytes, because httpx's own pool costs 5 to 65 times the CPU
under concurrency (docs/development/decisions/0003-http-client.md).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from common.errors import Unavailable
from common.trust import no_certificates, trust

with no_certificates():
    import aiohttp
    from httpx_aiohttp import AiohttpTransport

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
TOTAL_SECONDS = 8.0
MOST_BYTES = 4 * 1024 * 1024


class Transport(AiohttpTransport):
    """The aiohttp transport with outcomes told apart that it blurs.

    A refused connection means "not sent"; a connection that breaks later means "outcome unknown".
    The wrapped transport reports both as a connect time-out.
    """

    def __init__(self, limits: httpx.Limits) -> None:
        super().__init__(verify=trust(), limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except httpx.TransportError as error:
            cause = error.__cause__
            if isinstance(cause, aiohttp.ClientConnectorError):
                raise httpx.ConnectError(str(cause), request=request) from cause
            if isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
                raise httpx.RemoteProtocolError(str(cause), request=request) from cause
            raise
        except aiohttp.ClientError as error:  # it lets some through, such as a bad status line
            raise httpx.RemoteProtocolError(type(error).__name__, request=request) from error


def create_client(
    base_url: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    connections: int = 64,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Return a client with our time-outs; close it with `aclose`.

    Redirects are not followed: no upstream of ours has a reason to send us elsewhere.

    Args:
        base_url: Where relative paths start.
        headers: Sent with every request.
        connections: Most connections at once.
        transport: For tests, for example `httpx.MockTransport`.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        headers=headers,
        follow_redirects=False,
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        transport=transport or Transport(limits=httpx.Limits(max_connections=connections)),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read whole and within bounds."""

    status: int
    headers: httpx.Headers
    body: bytes


async def get(
    client: httpx.AsyncClient,
    path: str,
    params: Mapping[str, str] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    seconds: float = TOTAL_SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Answer:
    """GET `path`, whatever its status.

    Args:
        seconds: For the whole answer: a server that drips one byte a second ends here too.
        most_bytes: A longer body is refused.

    Raises:
        Unavailable: If there was no whole answer in time. The message names the host and what
            happened, never the query.
    """
    try:
        async with asyncio.timeout(seconds):
            async with client.stream("GET", path, params=params, headers=headers) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > most_bytes:
                        raise Unavailable(f"{_host(client)} sent more than {most_bytes} bytes.")
                return Answer(response.status_code, response.headers, bytes(body))
    except (TimeoutError, httpx.TimeoutException):
        raise Unavailable(f"{_host(client)} did not answer within {seconds:g} s.") from None
    except httpx.ConnectError:
        raise Unavailable(f"{_host(client)} cannot be reached.") from None
    except httpx.HTTPError as error:
        kind = type(error).__name__
        raise Unavailable(f"{_host(client)} broke off its answer ({kind}).") from None


def _host(client: httpx.AsyncClient) -> str:
    return client.base_url.netloc.decode("ascii") or "the server"
