"""What a message says, read from a call's parameters and held to Telegram's limits."""

from typing import Any

from playground.chats import Chat, without_its_answer
from playground.entities import Entity, settle, units
from playground.keyboards import read_keyboard
from playground.limits import CAPTION_UNITS, TEXT_UNITS
from playground.markup import parse
from playground.parameters import Parameters
from playground.refusals import bad_request

_PREVIEW_OPTIONS = frozenset(
    {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
)


def text_content(parameters: Parameters) -> dict[str, Any]:
    """Return `text`, `entities`, `link_preview_options` and `reply_markup` of a message."""
    text, entities = _marked(parameters, "text", "entities")
    if not text:
        bad_request("message text is empty")
    if units(text) > TEXT_UNITS:
        bad_request("message is too long")
    content: dict[str, Any] = {"text": text}
    if entities:
        content["entities"] = entities
    preview = parameters.value("link_preview_options")
    if isinstance(preview, dict):
        kept = {name: value for name, value in preview.items() if name in _PREVIEW_OPTIONS}
        content.update({"link_preview_options": kept} if kept else {})
    return {**content, **keyboard_content(parameters)}


def caption_content(parameters: Parameters) -> dict[str, Any]:
    """Return `caption`, `caption_entities` and `reply_markup` of a picture."""
    caption, entities = _marked(parameters, "caption", "caption_entities")
    if units(caption) > CAPTION_UNITS:
        bad_request("message caption is too long")
    content: dict[str, Any] = {"caption": caption} if caption else {}
    if entities:
        content["caption_entities"] = entities
    return {**content, **keyboard_content(parameters)}


def keyboard_content(parameters: Parameters) -> dict[str, Any]:
    """Return `reply_markup`, or nothing where there is no inline keyboard."""
    keyboard = read_keyboard(parameters.value("reply_markup"))
    return {"reply_markup": keyboard} if keyboard else {}


def thread_content(chat: Chat, parameters: Parameters) -> dict[str, Any]:
    """Return what says that a message is in a topic, or nothing where it is in none."""
    thread = parameters.integer("message_thread_id")
    if thread and thread not in chat.threads:
        bad_request("message thread not found")
    return chat.thread_content(thread)


def reply_content(chat: Chat, parameters: Parameters) -> dict[str, Any]:
    """Return `reply_to_message`: the message answered to, without the one that it answered."""
    reply = parameters.value("reply_parameters")
    if reply is None:
        return {}
    if not isinstance(reply, dict) or not isinstance(reply.get("message_id"), int):
        bad_request("can't parse reply parameters JSON object")
    answered = chat.messages.get(reply["message_id"])
    if answered is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        bad_request("message to be replied not found")
    return {"reply_to_message": without_its_answer(answered)}


def _marked(parameters: Parameters, text_name: str, entities_name: str) -> tuple[str, list[Entity]]:
    source = parameters.text(text_name)
    mode = parameters.text("parse_mode").lower()
    if mode == "html":
        text, entities = parse(source)
    elif mode in ("markdown", "markdownv2"):
        bad_request("can't parse entities: the playground reads parse_mode HTML only")
    elif mode:
        bad_request("unsupported parse_mode")
    else:
        text, entities = source, _given(parameters.value(entities_name))
    return settle(text, entities)


def _given(value: Any) -> list[Entity]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(_is_entity(item) for item in value):
        bad_request("can't parse entities: expected an Array of MessageEntity")
    return value


def _is_entity(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("type"), str)
        and all(
            isinstance(item.get(name), int) and item[name] >= 0 for name in ("offset", "length")
        )
    )
