"""Around every request: an id, one log line, and a bound on how long it may take."""

import asyncio
import re
import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import Unavailable
from market_data.routes.problems import problem_of, respond

DEADLINE_SECONDS = 10.0
_ENDLESS = ("/v1/stream",)  # answers that end when the reader goes
_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")
log = structlog.get_logger("market_data.requests")


class Requests:
    """Pure ASGI: a request's id is taken from `X-Request-Id` or made, and sent back."""

    def __init__(self, app: ASGIApp, deadline: float = DEADLINE_SECONDS) -> None:
        self._app = app
        self._deadline = deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            async with asyncio.timeout(None if scope["path"] in _ENDLESS else self._deadline):
                await self._app(scope, receive, send_with_id)
        except TimeoutError:
            if status:
                raise
            late = Unavailable(f"No answer within {self._deadline:g} s.", retry_after=2)
            await respond(problem_of(late, request_id))(scope, receive, send_with_id)
        finally:
            _log(scope, request_id, status, time.perf_counter() - started)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _ID.fullmatch(value):
            return str(value.decode())
    return secrets.token_hex(4)


def _log(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    quiet = scope["path"] in ("/healthz", "/readyz")
    (log.debug if quiet else log.info)(
        "request",
        method=scope["method"],
        path=scope["path"][:200],
        query=scope["query_string"].decode("latin-1")[:400],
        status=status,
        duration_ms=round(seconds * 1_000, 1),
        request_id=request_id,
    )
