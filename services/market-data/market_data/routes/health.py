"""Health: is the process alive, can it answer, and what is it."""

from importlib.metadata import version
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from common.wire import Health, Version
from market_data.market import Markets
from market_data.routes.table import Row, json
from market_data.settings import Settings


async def alive(_: Request) -> Response:
    """Tell that the process lives."""
    return json(Health(status="ok", reasons=[]))


async def ready(request: Request) -> Response:
    """Tell whether it can answer, and why not, and how each provider is doing."""
    markets: Markets = request.app.state.markets
    reasons = await markets.ready()
    breakers = {state.name: state.breaker for state in markets.states()}
    status: Literal["ok", "unready"] = "unready" if reasons else "ok"
    health = Health(status=status, reasons=reasons, providers=breakers)
    return json(health, 503 if reasons else 200)


async def what(request: Request) -> Response:
    """Tell what runs here."""
    settings: Settings = request.app.state.settings
    return json(
        Version(
            program="market-data",
            version=version("crypto-assistant"),
            revision=settings.revision,
            environment=settings.environment,
            digest=settings.image_digest,
        )
    )


ROWS = (
    Row("/healthz", alive, "Is the process alive", Health),
    Row("/readyz", ready, "Can it answer", Health, (), (503,)),
    Row("/version", what, "Which version runs", Version),
)
