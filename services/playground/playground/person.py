"""Reading a request of the person's side: which chat, which numbers, which body."""

import json
import re
from typing import Any

from starlette.requests import Request

from playground.chats import YOU, Chat
from playground.refusals import Refusal
from playground.world import World

_BODY_BYTES = 256 * 1024
_EXACT = 2**52
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z]{2,4})?")


def world_of(request: Request) -> World:
    """Return the world that a request is about."""
    world: World = request.app.state.world
    return world


def chat_of(request: Request) -> Chat:
    """Return the chat that `?chat=` names, by default "You"; `?language=` is its person's."""
    chat = world_of(request).open_chat(int(number(request, "chat", YOU)))
    language = request.query_params.get("language", "")
    if _LANGUAGE.fullmatch(language):
        chat.language = language
    return chat


def number(request: Request, name: str, default: float = 0) -> float:
    """Return a number of the query.

    Raises:
        Refusal: 400 if it is none, or too large to be exact.
    """
    text = request.query_params.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = _EXACT
    if abs(value) < _EXACT:
        return value
    raise Refusal(400, f"{name}={text!r} is not a number that works here; try {name}=1001")


async def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent.

    Only `application/json` counts: a page of another origin cannot send that without asking.

    Raises:
        Refusal: 400, 413 or 415 with what would be right.
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


def id_in(body: dict[str, Any], name: str) -> int:
    """Return the number of a message, or 0, which is none."""
    value = body.get(name)
    return value if isinstance(value, int) else 0
