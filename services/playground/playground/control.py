"""What the person does, and trouble on demand: JSON over HTTP under `/api/`; see README.md."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.chats import Chat, without_its_answer
from playground.entities import settle, units
from playground.faults import Fault
from playground.keyboards import callback_data
from playground.limits import TEXT_UNITS
from playground.person import body_of, chat_of, id_in, world_of
from playground.refusals import Refusal


async def write(request: Request) -> Response:
    """POST {text, reply_to?, thread?}: the person sends a message, in a group's topic."""
    chat, body = chat_of(request), await body_of(request)
    content = {**_typed(body), **chat.thread_content(_thread(chat, body))}
    answered = chat.messages.get(id_in(body, "reply_to"))
    if answered:
        content["reply_to_message"] = without_its_answer(answered)
    return JSONResponse(world_of(request).typed(chat, content), status_code=201)


async def attach(request: Request) -> Response:
    """POST {name, content}: the person sends a text file, in UTF-8."""
    chat, body = chat_of(request), await body_of(request)
    name, content = str(body.get("name") or "file.txt"), str(body.get("content", "")).encode()
    file = world_of(request).files.add_document(name, content)
    described = {**file.described(), "file_name": name, "mime_type": file.media_type}
    message = world_of(request).typed(chat, {"document": described})
    return JSONResponse(message, status_code=201)


async def rewrite(request: Request) -> Response:
    """PUT {text}: the person edits an own message."""
    chat, body = chat_of(request), await body_of(request)
    message = chat.messages.get(request.path_params["message_id"])
    if message is None or message["from"]["is_bot"] or "via_bot" in message:
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


async def add_bot(request: Request) -> Response:
    """POST {}: the person takes the bot into a group where it was not."""
    chat = _group_of(request)
    world_of(request).add_bot(chat)
    return JSONResponse({"blocked": chat.blocked})


async def role(request: Request) -> Response:
    """POST {admin}: the person becomes the group's owner, or one of its members."""
    chat, body = _group_of(request), await body_of(request)
    world_of(request).role(chat, admin=bool(body.get("admin")))
    return JSONResponse({"admin": chat.admin})


async def ask_inline(request: Request) -> Response:
    """POST {query}: the person types behind the bot's name; the answer comes as an event."""
    chat, body = chat_of(request), await body_of(request)
    query_id = world_of(request).asked_inline(chat, str(body.get("query", "")).strip())
    return JSONResponse({"inline_query_id": query_id}, status_code=201)


async def choose(request: Request) -> Response:
    """POST {inline_query_id, result_id, thread?}: the person sends one of the results."""
    chat, body = chat_of(request), await body_of(request)
    world = world_of(request)
    result = world.inline.result(str(body.get("inline_query_id")), str(body.get("result_id")))
    if result is None:
        raise Refusal(404, "no such result; take one of the last inline event")
    return JSONResponse(world.chose(chat, result, _thread(chat, body)), status_code=201)


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


def _thread(chat: Chat, body: dict[str, Any]) -> int:
    """Return the topic that a message goes to, which this opens; 0 for none."""
    thread = id_in(body, "thread")
    if thread and not chat.is_group:
        raise Refusal(400, "only groups have topics here; try ?chat=-1001001")
    if thread:
        chat.threads.add(thread)
    return thread


def _group_of(request: Request) -> Chat:
    chat = chat_of(request)
    if not chat.is_group:
        raise Refusal(400, "that is for groups; try ?chat=-1001001")
    return chat


def _typed(body: dict[str, Any]) -> dict[str, Any]:
    text, entities = settle(str(body.get("text", "")), [])
    if not text:
        raise Refusal(400, "a message needs some text")
    if units(text) > TEXT_UNITS:
        raise Refusal(400, f"a message holds {TEXT_UNITS} characters; this has {units(text)}")
    return {"text": text, **({"entities": entities} if entities else {})}


ROUTES = [
    Route("/api/messages", write, methods=["POST"]),
    Route("/api/documents", attach, methods=["POST"]),
    Route("/api/messages/{message_id:int}", rewrite, methods=["PUT"]),
    Route("/api/taps", tap, methods=["POST"]),
    Route("/api/blocks", block, methods=["POST"]),
    Route("/api/additions", add_bot, methods=["POST"]),
    Route("/api/roles", role, methods=["POST"]),
    Route("/api/inline", ask_inline, methods=["POST"]),
    Route("/api/inline/chosen", choose, methods=["POST"]),
    Route("/api/faults", faults, methods=["POST", "DELETE"]),
]
