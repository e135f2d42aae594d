"""The scripted ECS over HTTP, as boto3 and the aws command line speak to it; and its traffic.

Beside ECS's own protocol (JSON 1.1, `X-Amz-Target`) it answers `/production/SERVICE/version` and
`/test/SERVICE/version` as the version would that the weights send such a request to.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.support.fake_ecs import EcsError, FakeEcs
from tests.support.fake_ecs_model import NotAsDescribed, check, check_error, model
from tests.support.releases import SMOKE_TOKEN, revision, version_of

_TARGET = "AmazonEC2ContainerServiceV20141113."
_JSON = "application/x-amz-json-1.1"

# throttled: refused. broken: done, and then a 500. lost: done, and no reply. unheard: not done, and
# no reply.
Trouble = Literal["throttled", "broken", "lost", "unheard"]


@dataclass
class World:
    """What the server serves; a test has one of its own.

    Attributes:
        troubles: Operation and what happens to it, each once, in this order.
        ill: Digests whose tasks are not ready.
        silent: Services that answer nobody.
        heirs: Digests that took the lease over, in order.
        notes: Every way in which a request or an answer was not as described.
        calls: The operations that were asked for.
        lag: Production keeps answering with the old version for so many requests.
        test_header: What the test rule asks for.
    """

    ecs: FakeEcs
    troubles: list[tuple[str, Trouble]] = field(default_factory=list)
    ill: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    heirs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    new_words: frozenset[str] = frozenset()
    lag: int = 0
    test_header: tuple[str, str] = ("X-Deploy-Test", "77")

    def trouble(self, operation: str) -> Trouble | None:
        for position, (name, trouble) in enumerate(self.troubles):
            if name == operation:
                del self.troubles[position]
                return trouble
        return None

    def digest(self, service: str, route: str) -> str:
        """The content that answers a request on this route."""
        self.ecs.advance()
        rollouts = [it for it in self.ecs.rollouts.values() if it.service == service]
        newest = rollouts[-1]
        weight = newest.production if route == "production" else newest.test
        if newest.over:
            weight = 100.0 if newest.status == "SUCCESSFUL" else 0.0
        if route == "production" and weight and self.lag:
            self.lag, weight = self.lag - 1, 0.0
        revision = self.ecs.revisions[newest.target if weight else newest.source]
        containers = self.ecs.definitions[revision.definition]["containerDefinitions"]
        return str(containers[0]["image"]).rpartition("@")[2]


class Server(ThreadingHTTPServer):
    """Attributes: world: May be changed between tests."""

    daemon_threads = True
    world: World

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running(port: int = 0) -> Iterator[Server]:
    """Serve until the block ends."""
    server = Server(("127.0.0.1", port), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


LOCK = threading.Lock()


def _rendered(message: Any) -> Any:
    text = f"/price, as asked by {message['text']}: <b>67,250.10</b>"
    return {"method": "sendMessage", "chat_id": message["chat"]["id"], "text": text}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        pass

    @property
    def world(self) -> World:
        assert isinstance(self.server, Server)
        return self.server.world

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # whoever asked was killed meanwhile
            self.close_connection = True
            return
        target = self.headers.get("X-Amz-Target", "")
        if self.path != "/" or not target.startswith(_TARGET):
            self._probe(body)
            return
        with LOCK:
            self._operation(target.removeprefix(_TARGET), body)

    def do_GET(self) -> None:
        self._probe(b"")

    def _operation(self, operation: str, body: bytes) -> None:
        world, trouble = self.world, self.world.trouble(operation)
        world.calls.append(operation)
        if trouble == "unheard":
            self.close_connection = True
            return
        if trouble == "throttled":
            self._error(operation, "ThrottlingException", "Rate exceeded")
            return
        try:
            described = model().operation_model(operation)
            asked = json.loads(body or b"{}")
            check(described.input_shape, asked)
            answer = world.ecs.answer(operation, asked)
            check(described.output_shape, answer, but=world.new_words)
        except NotAsDescribed as error:
            world.notes.append(str(error))
            self._send(400, {"__type": "InvalidParameterException", "message": str(error)}, _JSON)
            return
        except EcsError as error:
            self._error(operation, error.code, str(error))
            return
        if trouble == "lost":
            self.close_connection = True
        elif trouble == "broken":
            self._send(500, {"__type": "ServerException", "message": "broken"}, _JSON)
        else:
            self._send(200, answer, _JSON)

    def _error(self, operation: str, code: str, message: str) -> None:
        try:
            check_error(operation, code)
        except NotAsDescribed as error:
            self.world.notes.append(str(error))
        self._send(400, {"__type": code, "message": message}, _JSON)

    def _probe(self, body: bytes) -> None:
        """Answer as a program would."""
        found = re.fullmatch(r"/(production|test)/([^/]+)/(.+)", self.path)
        if found is None:
            self._send(404, {})
            return
        route, service, path = found.groups()
        name, value = self.world.test_header
        if service in self.world.silent or (route == "test" and self.headers.get(name) != value):
            self._send(503, {"error": "nobody answers here"})
            return
        with LOCK:
            digest = self.world.digest(service, route)
        ill = digest in self.world.ill
        match path:
            case "version":
                self._send(200, {"digest": digest, "revision": revision(version_of(digest))})
            case "healthz":
                self._send(200, {"status": "ok"})
            case "readyz":
                self._send(503 if ill else 200, {"status": "unready" if ill else "ok"})
            case _ if self.headers["Authorization"] != f"Bearer {SMOKE_TOKEN}":
                self._send(403, {})
            case "internal/smoke":
                self._send(200, {"calls": [_rendered(json.loads(body)["message"])]})
            case "internal/lease/take":
                self.world.heirs.append(digest)
                self._send(202, {"heir": "it"})
            case _:
                self._send(404, {})

    def _send(self, status: int, content: Any, kind: str = "application/json") -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
