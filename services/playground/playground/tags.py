"""What each tag of Telegram's HTML means."""

import re
from collections.abc import Mapping
from typing import Any, Final

KINDS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_TIME_FORMAT: Final = re.compile(r"r|w?[dD]?[tT]?")
_UNIX_TIME: Final = re.compile(r"[0-9]{1,10}")
_LINK: Final = re.compile(r"(?:https?|tg|ton|mailto|tel):\S+", re.IGNORECASE)
_HOST_AND_PATH: Final = re.compile(r"[\w-]+(\.[\w-]+)+\S*")


def complaint(tag: str, attributes: Mapping[str, str]) -> str | None:
    """Return what is wrong with the attributes of a known tag, or None."""
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        return 'Tag "span" must have class "tg-spoiler"'
    if tag == "tg-emoji" and not attributes.get("emoji-id", "").isdecimal():
        return "Invalid custom emoji identifier specified"
    if tag == "tg-time" and not _UNIX_TIME.fullmatch(attributes.get("unix", "")):
        return 'Tag "tg-time" must have a number in attribute "unix"'
    if tag == "tg-time" and not _TIME_FORMAT.fullmatch(attributes.get("format", "")):
        return 'Tag "tg-time" has an unknown attribute "format"'
    return None


def meaning(tag: str, attributes: Mapping[str, str], text: str) -> dict[str, Any] | None:
    """Return the entity of a tag around `text`, without its place; None for a link to nowhere.

    A `code` tag may carry `language`, which only a block around it may keep.
    """
    entity: dict[str, Any] = {"type": KINDS[tag]}
    match tag:
        case "a":
            url = _url(attributes.get("href") or text)
            return {**entity, "url": url} if url else None
        case "code" if attributes.get("class", "").startswith("language-"):
            entity["language"] = attributes["class"].removeprefix("language-")
        case "blockquote" if "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        case "tg-emoji":
            entity["custom_emoji_id"] = attributes["emoji-id"]
        case "tg-time":
            entity["unix_time"] = int(attributes["unix"])
            if attributes.get("format"):
                entity["date_time_format"] = attributes["format"]
    return entity


def _url(address: str) -> str | None:
    if _LINK.fullmatch(address):
        return address
    return f"http://{address}" if _HOST_AND_PATH.fullmatch(address) else None
