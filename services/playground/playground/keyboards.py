"""Inline keyboards: what a bot may send under a message."""

import re
from typing import Any

from playground.entities import units
from playground.limits import BUTTONS, BUTTONS_IN_A_ROW, CALLBACK_DATA_BYTES, COPY_TEXT_UNITS
from playground.refusals import bad_request

Keyboard = dict[str, Any]

_ACTIONS = frozenset(
    {"callback_data", "url", "copy_text", "switch_inline_query_current_chat", "switch_inline_query"}
)
_KEPT = _ACTIONS | {"text", "style"}
_STYLES = frozenset({"primary", "success", "danger"})
_URL = re.compile(r"(?:https?|tg)://\S+", re.IGNORECASE)
_IGNORED_MARKUPS = ("force_reply", "remove_keyboard")


def read_keyboard(markup: Any) -> Keyboard | None:
    """Return the inline keyboard of `reply_markup`, or None where it is empty or has none.

    Raises:
        Refusal: 400 with Telegram's reason.
    """
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        bad_request("object expected as reply markup")
    if any(markup.get(name) for name in _IGNORED_MARKUPS):
        return None
    if "inline_keyboard" not in markup:
        bad_request("the playground knows inline keyboards only; send inline_keyboard")
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        bad_request('field "inline_keyboard" must be of type Array of Arrays')
    kept = [[_button(button) for button in row] for row in rows if row]
    if any(len(row) > BUTTONS_IN_A_ROW for row in kept) or sum(map(len, kept)) > BUTTONS:
        bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": kept} if kept else None


def callback_data(keyboard: Keyboard | None) -> set[str]:
    """Return the data of every button that a tap would send to the bot."""
    rows = keyboard["inline_keyboard"] if keyboard else []
    return {button["callback_data"] for row in rows for button in row if "callback_data" in button}


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        bad_request("can't parse inline keyboard button: expected an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    actions = _ACTIONS & button.keys()
    if not actions:
        bad_request(
            "can't parse inline keyboard button: "
            "Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        bad_request("can't parse inline keyboard button: exactly one action is expected")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_DATA_BYTES:
            bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not (isinstance(button["url"], str) and _URL.fullmatch(button["url"])):
        bad_request("BUTTON_URL_INVALID")
    if "copy_text" in button:
        copied = button["copy_text"]
        text = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(text, str) or not 1 <= units(text) <= COPY_TEXT_UNITS:
            bad_request("BUTTON_COPY_TEXT_INVALID")
    if button.get("style") not in (None, *_STYLES):
        bad_request("BUTTON_STYLE_INVALID")
    return {name: value for name, value in button.items() if name in _KEPT}
