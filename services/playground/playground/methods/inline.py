"""Answering inline queries."""

import re
from typing import Any

from playground.inline import Result
from playground.limits import INLINE_RESULTS, RESULT_ID_BYTES
from playground.methods.call import Method
from playground.methods.content import text_content
from playground.parameters import Parameters
from playground.refusals import bad_request
from playground.world import World

_SHOWN = ("id", "title", "description")
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def answer_inline_query(world: World, parameters: Parameters) -> bool:
    """Offer results to the person who typed; each holds the message that choosing it sends."""
    offered = parameters.value("results")
    if not isinstance(offered, list):
        bad_request("can't parse inline query results: expected an Array")
    if len(offered) > INLINE_RESULTS:
        bad_request("RESULTS_TOO_MUCH")
    results = {result["id"]: result for result in map(_result, offered)}
    if len(results) < len(offered):
        bad_request("RESULT_ID_DUPLICATE")
    button = _button(parameters.value("button"))
    query_id = parameters.text("inline_query_id")
    query = world.inline.answer(query_id, results)
    query.chat.tell(
        "inline",
        inline_query_id=query_id,
        query=query.text,
        results=[{name: result.get(name, "") for name in _SHOWN} for result in offered],
        button=button,
        cache_time=parameters.integer("cache_time", 300),
        is_personal=parameters.flag("is_personal"),
    )
    return True


def _result(item: Any) -> Result:
    """Return an article with the content of its message read."""
    if not isinstance(item, dict) or item.get("type") != "article":
        bad_request("the playground knows inline query results of the type article only")
    name, title = item.get("id"), item.get("title")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= RESULT_ID_BYTES:
        bad_request("RESULT_ID_INVALID")
    if not isinstance(title, str) or not title.strip():
        bad_request("ARTICLE_TITLE_EMPTY")
    content = item.get("input_message_content")
    if not isinstance(content, dict) or "message_text" not in content:
        bad_request("the playground knows input message contents with message_text only")
    message = {**content, "text": content["message_text"], "reply_markup": item.get("reply_markup")}
    return {**item, "message": text_content(Parameters(message))}


def _button(button: Any) -> dict[str, Any] | None:
    if button is None:
        return None
    start = button.get("start_parameter") if isinstance(button, dict) else None
    if not isinstance(start, str) or not _START.fullmatch(start):
        bad_request("START_PARAM_INVALID")
    if not isinstance(button.get("text"), str) or not button["text"]:
        bad_request("BUTTON_TEXT_INVALID")
    return {"text": button["text"], "start_parameter": start}


METHODS: dict[str, Method] = {"answerInlineQuery": answer_inline_query}
