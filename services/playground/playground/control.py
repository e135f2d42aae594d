"""What the person does, and trouble on demand: JSON over HTTP under `/api/`; see README.md."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.chats import without_its_answer
from playground.entities import settle, units
from playground.faults import Fault
from playground.keyboards import callback_data
from playground.limits import TEXT_UNITS
from playground.person import body_of, chat_of, id_in, world_of
from playground.refusals import Refusal


async def write(request: Request) -> Response:
    """POST {text, reply_to?}: the person sends a message."""
    chat, body = chat_of(request), await body_of(request)
    content = _typed(body)
    answered = chat.messages.get(id_in(body, "reply_to"))
    if answered:
        content["reply_to_message"] = without_its_answer(answered)
    return JSONResponse(world_of(request).typed(chat, content), status_code=201)


async def rewrite(request: Request) -> Response:
    """PUT {text}: the person edits an own message."""
    chat, body = chat_of(request), await body_of(request)
    message = chat.messages.get(request.path_params["message_id"])
    if message is None or message["from"]["is_bot"]:
        raise Refusal(404, "there is no such message of yours; edit one that you have written")
    return JSONResponse(world_of(request).retyped(chat, message["message_id"], _typed(body)))


async def tap(request: Request) -> Response:
    """POST {message_id, data}: the person taps a button; the answer comes as an event."""
    chat, body = chat_of(request), await body_of(request)
    message = chat.messages.get(id_in(body, "message_id"))
    data = str(body.get("data"))
    if message is None or data not in callback_data(message.get("reply_markup")):
        raise Refusal(404, "no message with such a button; take data from its reply_markup")
    query_id = world_of(request).tapped(chat, message["message_id"], data)
    return JSONResponse({"callback_query_id": query_id}, status_code=201)


async def block(request: Request) -> Response:
    """POST {blocked}: the person blocks the bot, or lets it back in."""
    chat, body = chat_of(request), await body_of(request)
    world_of(request).block(chat, bool(body.get("blocked")))
    return JSONResponse({"blocked": chat.blocked})


async def faults(request: Request) -> Response:
    """POST {method, status?, description?, parameters?, delay?, drop?, applied?}; DELETE all."""
    world = world_of(request)
    if request.method == "DELETE":
        world.faults.clear()
        return Response(status_code=204)
    body = await body_of(request)
    method = body.pop("method", None)
    if not isinstance(method, str):
        raise Refusal(400, 'name a method, for example "sendMessage", or "*" for any')
    try:
        world.faults.add(method, Fault(**body))
    except TypeError:
        raise Refusal(
            400, "a fault has method, status, description, parameters, delay, drop, applied"
        ) from None
    return Response(status_code=204)


def _typed(body: dict[str, Any]) -> dict[str, Any]:
    text, entities = settle(str(body.get("text", "")), [])
    if not text:
        raise Refusal(400, "a message needs some text")
    if units(text) > TEXT_UNITS:
        raise Refusal(400, f"a message holds {TEXT_UNITS} characters; this has {units(text)}")
    return {"text": text, **({"entities": entities} if entities else {})}


ROUTES = [
    Route("/api/messages", write, methods=["POST"]),
    Route("/api/messages/{message_id:int}", rewrite, methods=["PUT"]),
    Route("/api/taps", tap, methods=["POST"]),
    Route("/api/blocks", block, methods=["POST"]),
    Route("/api/faults", faults, methods=["POST", "DELETE"]),
]
