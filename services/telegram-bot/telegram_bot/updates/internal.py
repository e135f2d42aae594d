"""What the operator and the deploy tool ask, on a port of its own that Telegram never sees."""

import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from telegram_bot.work import Answers, Tally

_MOST_BYTES = 64 * 1024
_CONDITION_SECONDS = 5.0  # anybody may ask, and each question is one to market data

Render = Callable[[bytes], Awaitable[Answers]]
TakeOver = Callable[[], Awaitable[None]]
Condition = Callable[[], Awaitable[dict[str, object]]]
Gauges = Callable[[], dict[str, float]]


@dataclass(slots=True)
class Health:
    """How the program is.

    Attributes:
        reasons: Why it is not ready, by what is missing; empty when it is ready.
        version: Told by `/version`.
    """

    reasons: dict[str, str] = field(default_factory=lambda: {"start": "starting"})
    version: dict[str, str] = field(default_factory=dict)

    def well(self, what: str) -> None:
        self.reasons.pop(what, None)

    def ill(self, what: str, why: str) -> None:
        self.reasons[what] = why


@dataclass(slots=True)
class Internal:
    """The routes, and what they show.

    Attributes:
        render: Makes the answers of an update without a trace; None while that cannot be.
        smoke_token: Who may have updates rendered and the lease moved; empty: nobody.
        take_over: Has the lease handed over to this task; None while that cannot be.
        condition: Says how people are served; asked at most every five seconds.
        gauges: What `/metrics` shows beside the counts.
    """

    health: Health
    tally: Tally
    smoke_token: str = ""
    render: Render | None = None
    take_over: TakeOver | None = None
    condition: Condition | None = None
    gauges: Gauges = dict
    _asked_again: float = field(default=float("-inf"), init=False)
    _said: dict[str, object] = field(default_factory=lambda: {"condition": "unknown"}, init=False)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/healthz", self._healthz),
                Route("/readyz", self._readyz),
                Route("/version", self._version),
                Route("/condition", self._condition),
                Route("/metrics", self._metrics),
                Route("/internal/smoke", self._smoke, methods=["POST"]),
                Route("/internal/lease/take", self._take_lease, methods=["POST"]),
            ]
        )

    async def _healthz(self, request: Request) -> Response:
        return _json({"status": "ok"})

    async def _readyz(self, request: Request) -> Response:
        reasons = self.health.reasons
        state = {"status": "not ready", "reasons": reasons} if reasons else {"status": "ok"}
        return _json(state, 503 if reasons else 200)

    async def _version(self, request: Request) -> Response:
        return _json(self.health.version)

    async def _condition(self, request: Request) -> Response:
        if self.health.reasons or self.condition is None:
            return _json({"condition": "down", "ready": False})  # why is for /readyz alone
        now = time.monotonic()
        if now >= self._asked_again:
            self._asked_again = now + _CONDITION_SECONDS
            self._said = await self.condition()
        return _json(self._said)

    async def _metrics(self, request: Request) -> Response:
        return PlainTextResponse(metrics(self.tally, self.gauges()), media_type=_EXPOSITION)

    async def _smoke(self, request: Request) -> Response:
        """Render a canned update: everything but sending."""
        if not self._may(request):
            return _FORBIDDEN
        if self.render is None:
            return _json({"error": "not ready"}, 503)
        if int(request.headers.get("content-length") or _MOST_BYTES + 1) > _MOST_BYTES:
            return _json({"error": f"send at most {_MOST_BYTES} bytes with their length"}, 413)
        answers = await self.render(await request.body())
        calls = [{"method": it.method, **it.parameters} for it in answers.outgoing]
        return _json({"calls": calls})

    async def _take_lease(self, request: Request) -> Response:
        """Have whoever holds the lease hand it to this task; `bot_lease_held` says when it has."""
        if not self._may(request):
            return _FORBIDDEN
        if self.take_over is None:
            return _json({"error": "not ready"}, 503)
        await self.take_over()
        return _json({"heir": self.health.version.get("task")}, 202)

    def _may(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").encode()
        wanted = f"Bearer {self.smoke_token}".encode()
        return bool(self.smoke_token) and hmac.compare_digest(given, wanted)


_EXPOSITION = "text/plain; version=0.0.4"


def metrics(tally: Tally, gauges: dict[str, float]) -> str:
    """Write counts and gauges as Prometheus reads them.

    >>> print(metrics(Tally({'seen_total{kind="a"}': 2}), {"waiting": 1}), end="")
    # TYPE seen_total counter
    seen_total{kind="a"} 2
    # TYPE waiting gauge
    waiting 1
    """
    lines: list[str] = []
    for kind, values in (("counter", tally.counts), ("gauge", gauges)):
        told = ""
        for name, value in sorted(values.items()):
            family = name.partition("{")[0]
            if family != told:
                lines.append(f"# TYPE {family} {kind}")
                told = family
            lines.append(f"{name} {value:g}")
    return "\n".join(lines) + "\n"


def _json(content: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")


_FORBIDDEN = _json({"error": "SMOKE_TOKEN is asked for"}, 403)
