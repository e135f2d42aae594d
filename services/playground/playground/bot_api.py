"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import asyncio
import hmac
from collections.abc import Awaitable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from playground.faults import Fault
from playground.methods import METHODS
from playground.parameters import Parameters, read_parameters
from playground.refusals import Refusal
from playground.world import World

_Result = TypeVar("_Result")


class CutAnswer(Response):
    """An answer whose connection breaks after its first byte."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


async def call_method(request: Request) -> Response:
    """Answer one call the way Telegram does: `{"ok": true, "result": ...}` or a refusal."""
    world: World = request.app.state.world
    name = request.path_params["method"].lower()
    try:
        _authorise(world, request.path_params["token"])
        method = METHODS.get(name)
        if method is None:
            raise Refusal(404, "Not Found: method not found")
        parameters = await read_parameters(request)
        if world.requests:
            world.requests(name, parameters.values)
        fault = world.faults.take(name)
        if fault:
            answer = await _meet(fault, request, world, name, parameters)
            if answer:
                return answer
        result = await _while_connected(request, method(world, parameters))
    except Refusal as refusal:
        return _refused(refusal)
    return JSONResponse({"ok": True, "result": result})


async def download(request: Request) -> Response:
    """Return a picture that the bot had sent; the path comes from getFile."""
    world: World = request.app.state.world
    try:
        _authorise(world, request.path_params["token"])
    except Refusal as refusal:
        return _refused(refusal)
    file = world.files.at(request.path_params["path"])
    if file is None:
        return _refused(Refusal(404, "Not Found"))
    return Response(file.content, media_type=file.media_type)


def _authorise(world: World, token: str) -> None:
    if not hmac.compare_digest(token.encode(), world.token.encode()):
        raise Refusal(401, "Unauthorized")


async def _meet(
    fault: Fault, request: Request, world: World, name: str, parameters: Parameters
) -> Response | None:
    await _while_connected(request, asyncio.sleep(fault.delay))
    if fault.applied and fault.replaces_the_answer:
        await METHODS[name](world, parameters)
    if fault.drop:
        return CutAnswer()
    if fault.status is not None:
        return _refused(Refusal(fault.status, fault.description, fault.parameters))
    return None


def _refused(refusal: Refusal) -> Response:
    return JSONResponse(refusal.answer(), status_code=refusal.status)


async def _while_connected(request: Request, work: Awaitable[_Result]) -> _Result:
    """Await `work`, but stop it when the client hangs up: nobody reads the answer."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.create_task(_until_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Refusal(499, "Client Closed Request")
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _until_gone(request: Request) -> None:
    message: dict[str, Any] = {}
    while message.get("type") != "http.disconnect":
        message = dict(await request.receive())


ROUTES = [
    Route("/bot{token}/{method}", call_method, methods=["GET", "POST"]),
    Route("/file/bot{token}/{path:path}", download, methods=["GET"]),
]
