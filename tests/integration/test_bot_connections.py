"""Connections to Telegram that break while nobody looks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from telegram_bot.adapters.telegram_connections import (
    KEEP_ALIVE_SECONDS,
    Broken,
    Connections,
    NotConnected,
)

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers each connection's first request; breaks it at the second where it shall."""

    def __init__(self) -> None:
        self.address = ""
        self.opened = 0
        self.breaks = False
        self.silent = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        answered = 0
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            await reader.readexactly(2)
            if self.breaks and answered:
                break
            if self.silent:
                continue
            writer.write(ANSWER)
            answered += 1
        writer.close()


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    it = Server()
    server = await asyncio.start_server(it.talk, "127.0.0.1", 0)
    it.address = "http://127.0.0.1:{}/".format(server.sockets[0].getsockname()[1])
    async with server:
        yield it


async def ask(connections: Connections, server: Server) -> str:
    _, content = await connections.post(server.address, b"{}")
    return content.decode()


async def test_a_connection_serves_many_requests() -> None:
    connections = Connections(4)
    async with serving() as server:
        assert [await ask(connections, server) for _ in range(3)] == ["ok"] * 3
        assert server.opened == 1
        await connections.aclose()


async def test_an_answer_that_does_not_come_is_a_broken_one() -> None:
    connections = Connections(4, seconds=0.05)
    async with serving() as server:
        server.silent = True

        with pytest.raises(Broken, match="Timeout"):
            await ask(connections, server)
        await connections.aclose()


async def test_a_connection_that_does_not_come_about_sent_nothing() -> None:
    connections = Connections(4)

    with pytest.raises(NotConnected):
        await connections.post("http://127.0.0.1:1/", b"{}")
    await connections.aclose()


async def test_after_one_broke_each_request_has_its_own_for_a_while() -> None:
    now = 0.0
    connections = Connections(4, lambda: now)
    async with serving() as server:
        await asyncio.gather(*(ask(connections, server) for _ in range(3)))
        server.breaks = True

        with pytest.raises(Broken):
            await ask(connections, server)
        assert [await ask(connections, server) for _ in range(4)] == ["ok"] * 4
        assert server.opened == 3 + 4

        now = KEEP_ALIVE_SECONDS
        server.breaks = False
        await ask(connections, server)
        await ask(connections, server)
        assert server.opened == 3 + 4
        await connections.aclose()
