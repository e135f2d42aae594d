"""Entity tags, 304, gzip and kept bodies around every answer; pure ASGI."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.clock import Clock
from market_data.requests_seen import RequestsSeen
from market_data.routes.kept_bodies import GZIPPED, Body, Headers, KeptBodies, body_of

ENDLESS = ("/v1/stream",)  # answers that end when the reader goes
_OF_A_BODY = (b"content-type", b"content-length", b"content-encoding")


class Conditional:
    """Answers from a kept body where there is one; else describes the answer that was made.

    Only an answer of status 200 that comes in one piece is touched.
    """

    def __init__(self, app: ASGIApp, clock: Clock, seen: RequestsSeen) -> None:
        self._app = app
        self._clock = clock
        self._seen = seen
        self._bodies = KeptBodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not asked or scope["path"] in ENDLESS:
            await self._app(scope, receive, send)
            return
        key = (scope["path"].encode(), scope["query_string"])
        body = self._bodies.get(key, self._clock.monotonic())
        if body is not None:
            scope["endpoint"], scope["kept"] = body.endpoint, True
            self._seen.kept["hit"] += 1
            await self._send(body, scope, send)
            return
        started: Message | None = None

        async def described(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start" and message["status"] == 200:
                started = message
                return
            if started is None:
                await send(message)
                return
            start, started = started, None
            if message.get("more_body"):
                await send(start)
                await send(message)
                return
            made = body_of(
                scope.get("endpoint"),
                start["headers"],
                message.get("body", b""),
                self._clock.monotonic(),
            )
            self._seen.kept["miss"] += 1
            await self._send(self._bodies.put(key, made), scope, send)

        await self._app(scope, receive, described)

    async def _send(self, body: Body, scope: Scope, send: Send) -> None:
        accepted, known = _asked_of(scope["headers"])
        zipped = body.large and _takes_gzip(accepted)
        headers = list(body.described(zipped))
        age = int(self._clock.monotonic() - body.made_at)
        if age > 0:
            headers.append((b"age", b"%d" % age))
        if known and _matches(known, body.tag):
            self._seen.kept["not_modified"] += 1
            await _respond(send, 304, [one for one in headers if one[0] not in _OF_A_BODY], b"")
            return
        await _respond(send, 200, headers, body.compressed if zipped else body.raw)


async def _respond(send: Send, status: int, headers: Headers, raw: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})


def _asked_of(headers: Headers) -> tuple[bytes, bytes]:
    """`Accept-Encoding` and `If-None-Match`."""
    accepted = known = b""
    for name, value in headers:
        if name == b"accept-encoding":
            accepted = value
        elif name == b"if-none-match":
            known = value
    return accepted, known


def _takes_gzip(accepted: bytes) -> bool:
    anything = False
    for part in accepted.lower().split(b","):
        name, _, weight = part.partition(b";")
        wanted = weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
        if name.strip() == b"gzip":
            return wanted
        if name.strip() == b"*":
            anything = wanted
    return anything


def _matches(known: bytes, tag: bytes) -> bool:
    """Compare weakly, as RFC 9110 wants it for `If-None-Match`."""
    for part in known.split(b","):
        opaque = part.strip().removeprefix(b"W/").strip(b'"').removesuffix(GZIPPED)
        if opaque in (tag, b"*"):
            return True
    return False
