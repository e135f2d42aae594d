"""Answering taps on buttons."""

from playground.entities import units
from playground.limits import CALLBACK_ANSWER_UNITS
from playground.methods.call import Method
from playground.parameters import Parameters
from playground.refusals import bad_request
from playground.world import World


async def answer_callback_query(world: World, parameters: Parameters) -> bool:
    """End the waiting of a button that was tapped, once."""
    text = parameters.text("text")
    if units(text) > CALLBACK_ANSWER_UNITS:
        bad_request("MESSAGE_TOO_LONG")
    query_id = parameters.text("callback_query_id")
    tap = world.taps.take(query_id)
    tap.chat.tell(
        "answer",
        callback_query_id=query_id,
        message_id=tap.message_id,
        text=text,
        show_alert=parameters.flag("show_alert"),
        url=parameters.text("url"),
    )
    return True


METHODS: dict[str, Method] = {"answerCallbackQuery": answer_callback_query}
