"""The bounded GET, over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from common.errors import Unavailable
from common.http import create_client, get
from tests.support.serving import serve


async def _dripping(_: Request) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(0.02)

    return StreamingResponse(drops())


async def _hanging(_: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


ROUTES = [
    Route("/ok", lambda _: PlainTextResponse("fine", headers={"X-Seen": "yes"})),
    Route("/lost", lambda _: PlainTextResponse("no", status_code=404)),
    Route("/large", lambda _: PlainTextResponse("x" * 5_000)),
    Route("/away", lambda _: RedirectResponse("/ok")),
    Route("/dripping", _dripping),
    Route("/hanging", _hanging),
]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with serve(Starlette(routes=ROUTES)) as address:
        async with create_client(address) as client:
            yield client


async def test_an_answer_comes_back_whatever_its_status(client: httpx.AsyncClient) -> None:
    fine, lost = await get(client, "/ok"), await get(client, "/lost")

    assert (fine.status, fine.body, fine.headers["x-seen"]) == (200, b"fine", "yes")
    assert lost.status == 404


async def test_a_redirect_is_not_followed(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/away")).status == 307


async def test_a_body_over_the_bound_is_refused(client: httpx.AsyncClient) -> None:
    assert len((await get(client, "/large", most_bytes=5_000)).body) == 5_000

    with pytest.raises(Unavailable, match="more than 4999 bytes"):
        await get(client, "/large", most_bytes=4_999)


@pytest.mark.parametrize("path", ["/dripping", "/hanging"])
async def test_the_deadline_is_for_the_whole_answer(client: httpx.AsyncClient, path: str) -> None:
    with pytest.raises(Unavailable, match="did not answer within 0.2 s"):
        await get(client, path, seconds=0.2)


async def test_a_closed_port_is_told_apart_from_a_broken_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with create_client(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await get(client, "/")


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", b"nonsense\r\n\r\n"]
)
async def test_an_answer_that_breaks_off_is_an_outage(answer: bytes) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, create_client(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(Unavailable, match="broke off its answer"):
            await get(client, "/")
