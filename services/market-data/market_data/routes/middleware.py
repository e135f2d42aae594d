"""Around every request: an id, bounds on its size and their number, a count, a log line."""

import logging
import re
import time
from collections.abc import Mapping
from random import Random
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.wire import Problem
from market_data.requests_seen import RequestsSeen
from market_data.resilience.bulkhead import Busy
from market_data.routes.conditional import ENDLESS
from market_data.routes.problems import problem_of, respond, too_large

MOST_REQUESTS = 256
_UNBOUNDED = (*ENDLESS, "/healthz", "/readyz", "/metrics")  # never refused for want of room
_ADDRESS, _HEADERS, _BODY = 8_192, 32_768, 65_536  # bytes
_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")
_numbers = Random()  # an id is a reference, not a secret
_debugging = logging.getLogger("market_data.requests").isEnabledFor
log = structlog.get_logger("market_data.requests")


class Requests:
    """Pure ASGI: a request's id is taken from `X-Request-Id` or made, and sent back."""

    def __init__(
        self,
        app: ASGIApp,
        seen: RequestsSeen,
        routes: Mapping[Any, str],
        most: int = MOST_REQUESTS,
    ) -> None:
        """Wrap `app`.

        Args:
            seen: Where requests are counted.
            routes: The path of the table of routes by endpoint.
            most: Requests under way; more are refused at once, for a queue helps nobody.
        """
        self._app = app
        self._seen = seen
        self._routes = routes
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"], refusal = _read(scope)
        started, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", scope["request_id"].encode()))
            await send(message)

        path = scope["path"]
        if refusal is None and self._seen.in_flight >= self._most and path not in _UNBOUNDED:
            busy = Busy(f"{self._most} requests are under way already.", retry_after=1.0)
            refusal = problem_of(busy, scope["request_id"])
        endless = path in ENDLESS  # it has a bound of its own, and would fill this one
        self._seen.in_flight += not endless
        try:
            if refusal is not None:
                await respond(refusal)(scope, receive, send_with_id)
                return
            await self._app(scope, receive, send_with_id)
        finally:
            self._seen.in_flight -= not endless
            seconds = time.perf_counter() - started
            route = self._routes.get(scope.get("endpoint"), "none")
            if not endless:
                self._seen.add(route, status or 500, seconds)
            _log(scope, status, seconds)


def _read(scope: Scope) -> tuple[str, Problem | None]:
    """The request's id, and what is too large about it."""
    made, size, length = "", 0, b""
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name == b"x-request-id" and _ID.fullmatch(value):
            made = value.decode()
        elif name == b"content-length":
            length = value
    made = made or f"{_numbers.getrandbits(32):08x}"
    if len(scope["path"]) + len(scope["query_string"]) > _ADDRESS:
        return made, too_large(414, f"Its address has more than {_ADDRESS} bytes.", made)
    if size > _HEADERS:
        return made, too_large(431, f"Its headers have more than {_HEADERS} bytes.", made)
    if len(length) > 9 or (length.isdigit() and int(length) > _BODY):
        return made, too_large(413, f"Its body has more than {_BODY} bytes.", made)
    return made, None


def _log(scope: Scope, status: int, seconds: float) -> None:
    """One line a request; for what costs nothing only where somebody debugs."""
    quiet = scope.get("kept") or scope["path"] in ("/healthz", "/readyz", "/metrics")
    if quiet and not _debugging(logging.DEBUG):
        return
    (log.debug if quiet else log.info)(
        "request",
        method=scope["method"],
        path=scope["path"][:200],
        query=scope["query_string"].decode("latin-1")[:400],
        status=status,
        duration_ms=round(seconds * 1_000, 1),
        request_id=scope["request_id"],
    )
