"""Users who ask over HTTP and wait for each answer: as little client as possible, to load a server.

A request is written as it stands and an answer is read by its `Content-Length`, so that what is
measured is the server.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlsplit


@dataclass
class Load:
    """What came of a load.

    Attributes:
        latencies: Seconds of each answer.
        seconds: From the first question to the last answer.
        statuses: That came, each once.
    """

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    statuses: set[int] = field(default_factory=set)

    @property
    def p50(self) -> float:
        return at_share(self.latencies, 0.5)

    @property
    def p99(self) -> float:
        return at_share(self.latencies, 0.99)

    @property
    def a_second(self) -> float:
        return len(self.latencies) / self.seconds


def at_share(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so many of them do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


async def users(
    address: str, path: str, count: int, *, seconds: float, most: int = 10**9, agent: str = "load"
) -> Load:
    """Let `count` users ask one after the other, for so many seconds or so many answers each."""
    load = Load()
    began = perf_counter()
    ends = began + seconds
    await asyncio.gather(*(_user(address, path, agent, ends, most, load) for _ in range(count)))
    load.seconds = perf_counter() - began
    return load


async def _user(address: str, path: str, agent: str, ends: float, most: int, load: Load) -> None:
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    head = f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nUser-Agent: {agent}\r\n\r\n"
    request = head.encode()
    try:
        for _ in range(most):
            began = perf_counter()
            if began >= ends:
                return
            writer.write(request)
            status, length = _head(await reader.readuntil(b"\r\n\r\n"))
            await reader.readexactly(length)
            load.latencies.append(perf_counter() - began)
            load.statuses.add(status)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _head(head: bytes) -> tuple[int, int]:
    """Status and length of the body."""
    at = head.lower().index(b"content-length:") + len(b"content-length:")
    return int(head[9:12]), int(head[at : head.index(b"\r\n", at)])


def cpu_seconds(*pids: int) -> float:
    """CPU time that processes have used so far; Linux only."""
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
