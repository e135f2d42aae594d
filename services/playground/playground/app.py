"""Builds the playground: one Starlette application with the Bot API, the control side, the page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from common.clock import Clock, SystemClock
from playground import assets, bot_api, control, watching
from playground.flood import FloodLimits
from playground.refusals import Refusal
from playground.world import OnRequest, World

DEFAULT_TOKEN = "4242:playground-token-that-opens-nothing-real"  # nosec B105: opens nothing
GENEROUS = FloodLimits()


def create_app(
    *,
    token: str = DEFAULT_TOKEN,
    name: str = "Crypto Assistant",
    username: str = "crypto_assistant_bot",
    clock: Clock | None = None,
    flood: FloodLimits | None = GENEROUS,
    on_request: OnRequest | None = None,
    webhook_retry: float = 1.0,
) -> Starlette:
    """Return the application; what it remembers is `app.state.world`.

    Args:
        token: The bot's token, `<number>:<anything>`.
        name: The bot's name in the chat.
        username: The bot's user name; Telegram's end in "bot".
        clock: Dates messages and measures floods.
        flood: How often the bot may write; None: as often as it likes.
        on_request: Called with the lower-case method and the parameters of every call that
            carries the token. An exception in it fails the call with 500.
        webhook_retry: Seconds before the first retry of a webhook delivery; it doubles.
    """
    world = World(
        token=token,
        name=name,
        username=username,
        clock=clock or SystemClock(),
        flood=flood,
        on_request=on_request,
        webhook_retry=webhook_retry,
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        world.close()
        await world.webhook.stop()

    app = Starlette(
        routes=[*bot_api.ROUTES, *control.ROUTES, *watching.ROUTES, *assets.ROUTES],
        lifespan=lifespan,
        exception_handlers={kind: _answer for kind in (Refusal, HTTPException, Exception)},
    )
    app.state.world = world
    return app


def _answer(request: Request, error: Exception) -> Response:
    match error:
        case Refusal():
            refusal = error
        case HTTPException():
            refusal = Refusal(error.status_code, error.detail)
        case _:
            refusal = Refusal(500, "Internal Server Error")
    return JSONResponse(refusal.answer(), status_code=refusal.status)
