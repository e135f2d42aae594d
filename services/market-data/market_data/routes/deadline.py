"""A bound on how long an answer may take to begin and to end; pure ASGI."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.deadlines import MARKET_DATA_SECONDS
from common.errors import Unavailable
from market_data.routes.conditional import ENDLESS
from market_data.routes.problems import problem_of, respond


class Deadline:
    """Answers 503 where `app` has not begun in time; stands behind kept bodies, which need none."""

    def __init__(self, app: ASGIApp, seconds: float = MARKET_DATA_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ENDLESS:
            await self._app(scope, receive, send)
            return
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, receive, noticed)
        except TimeoutError:
            if begun:
                raise
            late = Unavailable(f"No answer within {self._seconds:g} s.", retry_after=2)
            await respond(problem_of(late, scope["request_id"]))(scope, receive, send)
