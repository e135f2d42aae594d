"""P7: what a price that is known costs, against a server that only returns the same bytes.

make prove PROOFS=cached_price

market-data runs as the program that is deployed, with request ids, counts, entity tags and its log
at INFO; nginx returns the same body from its configuration. nginx is the harder peer: a framework
such as FastAPI costs several times as much a request, and to lock one to show that adds nothing.
Where there is no nginx, a bare ASGI function on uvicorn stands in for it and the run says so. CPU
time of the servers a request, three rounds each in turn, the median; goal: at most six times nginx.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from local.ports import free_port
from tests.support.load import cpu_seconds, users

PATH = "/v1/tickers/BTC-USD"
CONNECTIONS = 32
SECONDS = 4.0
ROUNDS = 3
GOAL = 6.0

_NGINX = """\
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; keepalive_requests 100000000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; location / {{
    default_type application/json; return 200 '{body}'; }} }}
}}
"""
_BARE = """\
import sys, uvicorn
BODY = sys.argv[2].encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", lifespan="off", access_log=False)
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    name: str
    address: str
    pid: int


@contextmanager
def started(name: str, port: int, command: list[str], **variables: str) -> Iterator[Server]:
    """Run a server in a process until the block ends."""
    process = subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, text=True
    )
    try:
        yield Server(name, f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def market_data() -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "market_data"]
    settings = {"MARKET_DATA_PORT": str(port), "PROVIDERS": "simu", "LOG_LEVEL": "INFO"}
    with started("market-data", port, command, **settings) as server:
        yield server


@contextmanager
def returning(body: str) -> Iterator[Server]:
    """nginx, or what stands in for it."""
    port = free_port()
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    with tempfile.TemporaryDirectory() as folder:
        if nginx is None:
            print("There is no nginx here: a bare ASGI function stands in for it.")
            command = [sys.executable, "-c", _BARE, str(port), body]
            with started("bare ASGI", port, command) as server:
                yield server
            return
        config = Path(folder) / "nginx.conf"
        config.write_text(_NGINX.format(folder=folder, port=port, body=body), encoding="utf-8")
        with started("nginx", port, [nginx, "-p", folder, "-c", str(config)]) as server:
            yield server


async def answering(server: Server) -> None:
    """Wait until it answers."""
    for _ in range(200):
        try:
            await users(server.address, PATH, 1, seconds=1, most=1)
            return
        except OSError:
            await asyncio.sleep(0.05)
    raise SystemExit(f"{server.name} does not answer.")


async def body_of(address: str) -> str:
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {PATH} HTTP/1.0\r\n\r\n".encode())
    _, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return body.decode()


async def cost(server: Server) -> tuple[float, float]:
    """Microseconds of CPU a request, and requests a second."""
    before = cpu_seconds(server.pid)
    load = await users(server.address, PATH, CONNECTIONS, seconds=SECONDS)
    if load.statuses != {200}:
        raise SystemExit(f"{server.name} answered {load.statuses}.")
    return (cpu_seconds(server.pid) - before) / len(load.latencies) * 1e6, load.a_second


async def main() -> int:
    with ExitStack() as stack:
        ours = stack.enter_context(market_data())
        await answering(ours)
        theirs = stack.enter_context(returning(await body_of(ours.address)))
        await answering(theirs)
        costs: dict[str, list[tuple[float, float]]] = {ours.name: [], theirs.name: []}
        for _ in range(ROUNDS):
            for server in (ours, theirs):
                costs[server.name].append(await cost(server))
    for name, rounds in costs.items():
        times, rates = zip(*rounds, strict=True)
        print(
            f"{name:<12} {median(times):6.1f} us of CPU a request "
            f"({min(times):.1f} to {max(times):.1f}), {median(rates):6.0f} requests/s"
        )
    ratio = median(time for time, _ in costs[ours.name]) / median(
        time for time, _ in costs[theirs.name]
    )
    print(f"P7: {ratio:.2f} x {theirs.name} (goal {GOAL:g} x nginx)")
    return 1 if ratio > GOAL else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
