"""A Telegram for benchmarks: it costs little itself, brings updates and times their answers.

One raw HTTP server is the Bot API and market-data; a slot brings an update by webhook and waits for
the message that answers it. Every update is another chat's, so that no limit of a chat counts.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs

from common.wire import encode
from tests.support.fake_market import FakeMarket

TOKEN = "4242:nothing-real-nothing-real-nothing"
SECRET = "sixteen-letters-or-more"
_BOT = {"id": 4242, "is_bot": True, "first_name": "Bot", "username": "bench_bot"}
_FIRST_CHAT = 1_000_000


@dataclass
class Measured:
    """One window: seconds from update to answer, and how long the window was."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class BenchTelegram:
    """Counts and times; `rtt` seconds pass before each answer of the Bot API."""

    def __init__(self) -> None:
        self.rtt = 0.0
        self.port = 0
        self.sent = 0
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._next = 0
        self._tickers = b""
        self._markets = b""
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        market = FakeMarket()
        self._tickers = encode(await market.tickers(["BTC"]))
        self._markets = encode(await market.markets(100))
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def closed_loop(self, hook: str, port: int, *, slots: int, seconds: float) -> Measured:
        """Keep `slots` updates in flight."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        measured = Measured(seconds)

        async def slot() -> None:
            caller = _Caller(hook, port)
            while loop.time() < began + seconds:
                measured.latencies.append(await self._ask(caller))
            caller.close()

        await asyncio.gather(*(slot() for _ in range(slots)))
        measured.seconds = loop.time() - began
        return measured

    async def open_loop(
        self, hook: str, port: int, *, per_second: float, seconds: float
    ) -> Measured:
        """Bring updates at a steady pace, whatever becomes of them."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        measured = Measured(seconds)
        idle: list[_Caller] = []

        async def one() -> None:
            caller = idle.pop() if idle else _Caller(hook, port)
            measured.latencies.append(await self._ask(caller))
            idle.append(caller)

        asked = []
        for number in range(int(per_second * seconds)):
            asked.append(asyncio.create_task(one()))
            await asyncio.sleep(max(0.0, began + (number + 1) / per_second - loop.time()))
        await asyncio.wait(asked, timeout=15)
        for caller in idle:
            caller.close()
        return measured

    def next_chats(self, count: int) -> range:
        """Return the chats that the next updates come from."""
        return range(_FIRST_CHAT + self._next + 1, _FIRST_CHAT + self._next + 1 + count)

    async def _ask(self, caller: "_Caller") -> float:
        self._next += 1
        chat = _FIRST_CHAT + self._next
        answered = asyncio.get_running_loop().create_future()
        self._waiting[chat] = answered
        began = time.perf_counter()
        await caller.post(_update(self._next, chat))
        await asyncio.wait_for(answered, 30)
        return time.perf_counter() - began

    def handle(self, target: str, body: bytes) -> tuple[bytes, float]:
        """Return what to answer, and after how many seconds."""
        path = target.partition("?")[0]
        if path.startswith("/v1/"):
            return (self._tickers if path.endswith("tickers") else self._markets), 0.0
        method = path.rpartition("/")[2].lower()
        if method == "sendmessage":
            return self._message(body), self.rtt
        result: Any = _BOT if method == "getme" else [] if method == "getmycommands" else True
        return json.dumps({"ok": True, "result": result}).encode(), 0.0

    def _message(self, body: bytes) -> bytes:
        said = json.loads(body) if body.startswith(b"{") else form(body)
        chat = int(said["chat_id"])
        self.sent += 1
        if waiting := self._waiting.pop(chat, None):
            waiting.set_result(None)
        message = {
            "message_id": self.sent,
            "from": _BOT,
            "chat": {"id": chat, "first_name": "Ada", "username": "ada", "type": "private"},
            "date": 1_795_248_720,
            "text": said["text"],
            "entities": [
                {"offset": 0, "length": 7, "type": "bold"},
                {"offset": 20, "length": 12, "type": "code"},
            ],
            "link_preview_options": {"is_disabled": True},
        }
        return json.dumps({"ok": True, "result": message}).encode()


def form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def _update(number: int, chat: int) -> bytes:
    person = {"id": chat, "first_name": "Ada", "username": "ada"}
    update = {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": {**person, "is_bot": False, "language_code": "en"},
            "chat": {**person, "type": "private"},
            "date": 1_795_248_720,
            "text": "/price BTC",
            "entities": [{"offset": 0, "length": 6, "type": "bot_command"}],
        },
    }
    return json.dumps(update).encode()


class Answering(Protocol):
    """What answers the requests of connections."""

    def handle(self, target: str, body: bytes) -> tuple[bytes, float]:
        """Return what to answer, and after how many seconds."""
        ...


class Connection(asyncio.Protocol):
    """HTTP/1.1 with a Content-Length, and nothing else."""

    def __init__(self, world: "Answering") -> None:
        self._world = world
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].decode("latin-1")
            length = 0
            for line in head.split("\r\n")[1:]:
                name, _, value = line.partition(":")
                if name.lower() == "content-length":
                    length = int(value)
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            answer, pause = self._world.handle(head.split(" ", 2)[1], body)
            if pause:
                asyncio.get_running_loop().call_later(pause, self._reply, answer)
            else:
                self._reply(answer)

    def _reply(self, body: bytes) -> None:
        # market-data lets a price be told again for a second; Telegram's clients do not care
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Cache-Control: max-age=1\r\nContent-Length: %d\r\n\r\n"
        )
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head % len(body) + body)


class _Caller:
    """One keep-alive connection that brings updates."""

    def __init__(self, path: str, port: int) -> None:
        self._path = path
        self._port = port
        self._pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> None:
        if self._pair is None:
            self._pair = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._pair
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if int(length or b"0"):
            await reader.readexactly(int(length))

    def close(self) -> None:
        if self._pair is not None:
            self._pair[1].close()
