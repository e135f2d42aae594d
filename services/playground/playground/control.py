"""The person's side: what the page and the tests may do. JSON over HTTP under `/api/`.

`?chat=` names the conversation (a positive number: private; a negative one: a group; without it:
1001). See README.md for the list.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from playground.chats import YOU, Chat, Event
from playground.entities import settle, units
from playground.faults import Fault
from playground.keyboards import callback_data
from playground.limits import TEXT_UNITS
from playground.refusals import Refusal
from playground.world import World

_PING_SECONDS = 10.0
_MOST_WAIT_SECONDS = 30.0
_BODY_BYTES = 256 * 1024


async def chat_now(request: Request) -> Response:
    """GET: everything that the page needs to draw a chat."""
    return JSONResponse(_snapshot(_world(request), _chat(request)))


async def events(request: Request) -> Response:
    """GET: an event stream; first a `snapshot`, then every event of the chat."""
    stream = _stream(_world(request), _chat(request))
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def transcript(request: Request) -> Response:
    """GET: the events after `?after=`; with `?wait=` seconds, waits until there is one."""
    chat = _chat(request)
    after, wait = _number(request, "after"), _number(request, "wait")
    if chat.seq <= after and wait > 0:
        with chat.watch() as queue:
            try:
                async with asyncio.timeout(min(wait, _MOST_WAIT_SECONDS)):
                    await queue.get()
            except TimeoutError:
                pass
    found = [event for event in chat.transcript if event["seq"] > after]
    return JSONResponse({"seq": chat.seq, "events": found})


async def write(request: Request) -> Response:
    """POST {text, reply_to?}: the person sends a message."""
    chat, body = _chat(request), await _body(request)
    content = _typed(body)
    answered = chat.messages.get(body.get("reply_to", 0))
    if answered:
        content["reply_to_message"] = {
            name: value for name, value in answered.items() if name != "reply_to_message"
        }
    return JSONResponse(_world(request).typed(chat, content), status_code=201)


async def rewrite(request: Request) -> Response:
    """PUT {text}: the person edits an own message."""
    chat, body = _chat(request), await _body(request)
    message = chat.messages.get(request.path_params["message_id"])
    if message is None or message["from"]["is_bot"]:
        raise Refusal(404, "there is no such message of yours; edit one that you have written")
    return JSONResponse(_world(request).retyped(chat, message["message_id"], _typed(body)))


async def tap(request: Request) -> Response:
    """POST {message_id, data}: the person taps a button; the answer comes as an event."""
    chat, body = _chat(request), await _body(request)
    message = chat.messages.get(body.get("message_id", 0))
    data = body.get("data")
    if message is None or data not in callback_data(message.get("reply_markup")):
        raise Refusal(404, "no message with such a button; take data from its reply_markup")
    query_id = _world(request).tapped(chat, message["message_id"], data)
    return JSONResponse({"callback_query_id": query_id}, status_code=201)


async def block(request: Request) -> Response:
    """POST {blocked}: the person blocks the bot, or lets it back in."""
    chat, body = _chat(request), await _body(request)
    _world(request).block(chat, bool(body.get("blocked")))
    return JSONResponse({"blocked": chat.blocked})


async def commands(request: Request) -> Response:
    """GET: every command menu that the bot has set."""
    return JSONResponse(_world(request).profile.all_commands())


async def faults(request: Request) -> Response:
    """POST {method, status?, description?, parameters?, delay?, drop?, applied?}; DELETE all."""
    world = _world(request)
    if request.method == "DELETE":
        world.faults.clear()
        return Response(status_code=204)
    body = await _body(request)
    method = body.pop("method", None)
    try:
        fault = Fault(**body)
    except TypeError:
        raise Refusal(
            400, "a fault has method, status, description, parameters, delay, drop, applied"
        ) from None
    if not isinstance(method, str):
        raise Refusal(400, 'name a method, for example "sendMessage", or "*" for any')
    world.faults.add(method, fault)
    return Response(status_code=204)


async def file(request: Request) -> Response:
    """GET: a picture, for the page."""
    found = _world(request).files.get(request.path_params["file_id"])
    if found is None:
        raise Refusal(404, "no such file; it may have made room for newer ones")
    return Response(
        found.content, media_type=found.media_type, headers={"Cache-Control": "max-age=3600"}
    )


async def _stream(world: World, chat: Chat) -> AsyncIterator[str]:
    with chat.watch() as queue:
        yield "retry: 1000\n" + _event({"type": "snapshot", **_snapshot(world, chat)})
        while not world.updates.closed:
            try:
                async with asyncio.timeout(_PING_SECONDS):
                    event = await queue.get()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            yield _event(event)


def _event(event: Event) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False, separators=(',', ':'))}\n\n"


def _snapshot(world: World, chat: Chat) -> dict[str, Any]:
    profile = world.profile
    return {
        "seq": chat.seq,
        "bot": {**profile.user, "description": profile.descriptions.get("", "")},
        "online": world.updates.online,
        "chat": chat.described(),
        "you": chat.person(),
        "blocked": chat.blocked,
        "commands": profile.menu_in(chat.id, chat.language),
        "messages": list(chat.messages.values()),
    }


def _typed(body: dict[str, Any]) -> dict[str, Any]:
    text, entities = settle(str(body.get("text", "")), [])
    if not text:
        raise Refusal(400, "a message needs some text")
    if units(text) > TEXT_UNITS:
        raise Refusal(400, f"a message holds {TEXT_UNITS} characters; this has {units(text)}")
    return {"text": text, **({"entities": entities} if entities else {})}


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def _chat(request: Request) -> Chat:
    return _world(request).open_chat(int(_number(request, "chat", YOU)))


def _number(request: Request, name: str, default: float = 0) -> float:
    text = request.query_params.get(name) or str(default)
    try:
        number = float(text)
        if abs(number) < 2**52:
            return number
    except ValueError:
        pass
    raise Refusal(400, f"{name}={text!r} is not a number that works here; try {name}=1001")


async def _body(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent.

    Only `application/json` counts: a page of another origin cannot send that without asking.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refusal(415, "send Content-Type: application/json")
    if int(request.headers.get("content-length") or _BODY_BYTES + 1) > _BODY_BYTES:
        raise Refusal(413, f"send a Content-Length of at most {_BODY_BYTES}")
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise Refusal(400, "the body must be a JSON object")
    return body


ROUTES = [
    Route("/api/chat", chat_now, methods=["GET"]),
    Route("/api/events", events, methods=["GET"]),
    Route("/api/transcript", transcript, methods=["GET"]),
    Route("/api/messages", write, methods=["POST"]),
    Route("/api/messages/{message_id:int}", rewrite, methods=["PUT"]),
    Route("/api/taps", tap, methods=["POST"]),
    Route("/api/blocks", block, methods=["POST"]),
    Route("/api/commands", commands, methods=["GET"]),
    Route("/api/faults", faults, methods=["POST", "DELETE"]),
    Route("/api/files/{file_id}", file, methods=["GET"]),
]
