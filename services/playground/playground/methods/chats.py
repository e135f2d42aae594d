"""Chats themselves: what they are, and what the bot is doing in them."""

from typing import Any

from playground.methods.call import Method
from playground.parameters import Parameters
from playground.refusals import bad_request
from playground.world import World

_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


async def get_chat(world: World, parameters: Parameters) -> dict[str, Any]:
    """Return what is known of a chat."""
    chat = world.chat(parameters.text("chat_id"))
    return {
        **chat.described(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


async def send_chat_action(world: World, parameters: Parameters) -> bool:
    """Show for a moment that the bot is busy."""
    chat = world.chat(parameters.text("chat_id"))
    action = parameters.text("action")
    if action not in _ACTIONS:
        bad_request("wrong parameter action in request")
    chat.tell("action", action=action)
    return True


async def get_chat_member(world: World, parameters: Parameters) -> dict[str, Any]:
    """Return what somebody is in a chat."""
    chat = world.chat(parameters.text("chat_id"))
    number = parameters.integer("user_id")
    if number == world.profile.user["id"]:
        return {"status": "member", "user": world.profile.user}
    if number != chat.person()["id"]:
        bad_request("user not found")
    if chat.is_group and chat.admin:
        return {"status": "creator", "user": chat.person(), "is_anonymous": False}
    return {"status": "member", "user": chat.person()}


METHODS: dict[str, Method] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "sendChatAction": send_chat_action,
}
