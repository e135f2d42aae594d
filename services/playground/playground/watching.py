"""What the page and the tests may look at: `GET /api/...`."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from playground.chats import Chat, Event
from playground.person import chat_of, number, world_of
from playground.refusals import Refusal
from playground.world import World

_PING_SECONDS = 10.0
_MOST_WAIT_SECONDS = 30.0


async def chat_now(request: Request) -> Response:
    """Everything that the page needs to draw a chat."""
    return JSONResponse(_snapshot(world_of(request), chat_of(request)))


async def events(request: Request) -> Response:
    """An event stream: first a `snapshot`, then every event of the chat."""
    return StreamingResponse(
        _stream(world_of(request), chat_of(request)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


async def transcript(request: Request) -> Response:
    """The events after `?after=`; with `?wait=` seconds, waits until there is one."""
    chat = chat_of(request)
    after, wait = number(request, "after"), number(request, "wait")
    if chat.seq <= after and wait > 0:
        with chat.watch() as queue:
            try:
                async with asyncio.timeout(min(wait, _MOST_WAIT_SECONDS)):
                    await queue.get()
            except TimeoutError:
                pass
    found = [event for event in chat.transcript if event["seq"] > after]
    return JSONResponse({"seq": chat.seq, "events": found})


async def commands(request: Request) -> Response:
    """Every command menu that the bot has set."""
    return JSONResponse(world_of(request).profile.all_commands())


async def file(request: Request) -> Response:
    """A picture."""
    found = world_of(request).files.get(request.path_params["file_id"])
    if found is None:
        raise Refusal(404, "no such file; it may have made room for newer ones")
    return Response(
        found.content, media_type=found.media_type, headers={"Cache-Control": "max-age=3600"}
    )


async def _stream(world: World, chat: Chat) -> AsyncIterator[str]:
    with chat.watch() as queue:
        yield "retry: 1000\n" + _line({"type": "snapshot", **_snapshot(world, chat)})
        while True:
            try:
                async with asyncio.timeout(_PING_SECONDS):
                    event = await queue.get()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            yield _line(event)


def _line(event: Event) -> str:
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
        "admin": chat.admin,
        "commands": world.menu_in(chat),
        "messages": list(chat.messages.values()),
    }


ROUTES = [
    Route("/api/chat", chat_now, methods=["GET"]),
    Route("/api/events", events, methods=["GET"]),
    Route("/api/transcript", transcript, methods=["GET"]),
    Route("/api/commands", commands, methods=["GET"]),
    Route("/api/files/{file_id}", file, methods=["GET"]),
]
