"""A real HAProxy as the load balancer's stand-in: two colours, and a map that says who is which.

What the balancer of AWS has, it has too: a rule of people's requests and one that asks for a
header, each leading to a colour, health checks on `/healthz`, and switches that need no reload.
"""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Literal

from local.needs import haproxy
from local.ports import free_port

Colour = Literal["blue", "green"]
Route = Literal["production", "test"]
COLOURS: tuple[Colour, Colour] = ("blue", "green")
_STARTS_WITHIN = 30.0
_CONFIGURATION = """
global
  stats socket {folder}/admin level admin mode 600
  maxconn 500
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  retries 2
frontend people
  bind 127.0.0.1:{port}
  acl tested req.hdr(X-Deploy-Test) -m found
  use_backend %[str(test),map({folder}/routes)] if tested
  use_backend %[str(production),map({folder}/routes)]
backend blue
  option httpchk GET /healthz
  server task 127.0.0.1:{blue} check inter 100ms fall 2 rise 1
backend green
  option httpchk GET /healthz
  server task 127.0.0.1:{green} check inter 100ms fall 2 rise 1
"""


@dataclass
class Balancer:
    """Attributes: ports: Where each colour's task must listen. switches: How often it turned."""

    folder: Path
    port: int = field(default_factory=free_port)
    ports: dict[Colour, int] = field(default_factory=dict)
    routes: dict[Route, Colour] = field(default_factory=dict)
    switches: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lead(self, route: Route, colour: Colour) -> None:
        """Lead a route to a colour, from the next request on."""
        if self.routes[route] != colour:
            self.switches += 1
        self.routes[route] = colour
        self._write()  # as it must be found after a restart
        said = self._say(f"set map {self.folder}/routes {route} {colour}")
        assert not said.strip(), said

    def healthy(self, colour: Colour) -> bool:
        """Tell whether the task of a colour answers its health check."""
        rows = [line.split(",") for line in self._say("show stat -1 4 -1").splitlines()]
        return any(row[0] == colour and row[17].startswith("UP") for row in rows if len(row) > 17)

    def _write(self) -> None:
        lines = "".join(f"{route} {colour}\n" for route, colour in self.routes.items())
        (self.folder / "routes").write_text(lines)

    def _say(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(10)
            connection.connect(str(self.folder / "admin"))
            connection.sendall(command.encode() + b"\n")
            said = b""
            while part := connection.recv(65_536):
                said += part
        return said.decode()


@contextmanager
def balancer() -> Iterator[Balancer]:
    """Run it until the block ends; both routes lead to blue."""
    program = haproxy()
    assert program is not None
    with tempfile.TemporaryDirectory(prefix="ha-") as name:
        made = Balancer(Path(name))
        made.ports = {colour: free_port() for colour in COLOURS}
        made.routes = {"production": "blue", "test": "blue"}
        made._write()
        text = _CONFIGURATION.format(folder=name, port=made.port, **made.ports)
        (made.folder / "haproxy.cfg").write_text(text)
        command = [program, "-db", "-q", "-f", f"{name}/haproxy.cfg"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _until_listening(made, running)
            yield made
        finally:
            running.kill()
            running.wait()


def _until_listening(made: Balancer, running: "subprocess.Popen[bytes]") -> None:
    ends = monotonic() + _STARTS_WITHIN
    while monotonic() < ends and running.poll() is None:
        try:
            made._say("show info")
            return
        except OSError:
            sleep(0.02)
    raise AssertionError("HAProxy does not start")
