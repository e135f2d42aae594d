"""Text and the marks on it. Offsets and lengths count UTF-16 units, as everywhere in Telegram."""

import re
from collections.abc import Sequence
from typing import Any

from playground.limits import ENTITIES

Entity = dict[str, Any]

_WORD = r"[0-9A-Za-z_]"
_DETECTED = re.compile(
    rf"""
    (?P<url>https?://[^\s<>"']+[^\s<>"'.,;:!?)])
  | (?<![\w/@.])(?P<mention>@[A-Za-z]{_WORD}{{3,31}})\b
  | (?<![\w/<>@])(?P<bot_command>/{_WORD}{{1,64}}(?:@{_WORD}{{3,32}})?)(?![\w/])
  | (?<![\w$])(?P<cashtag>\$[A-Z]{{1,8}})(?![\w$])
  | (?<![\w\#&])(?P<hashtag>\#\w*[^\W\d]\w*)
    """,
    re.VERBOSE,
)
_VERBATIM = frozenset({"code", "pre"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_CLOSED_TO_DETECTION = _VERBATIM | {"text_link", "date_time"}


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units.

    >>> units("ab"), units("🟢")
    (2, 2)
    """
    return len(text) + sum(character > "\uffff" for character in text)


def slice_units(text: str, offset: int, length: int) -> str:
    """Return the part of `text` that an entity covers."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def detect(text: str) -> list[Entity]:
    """Return what Telegram marks on its own: links, mentions, commands, cashtags, hashtags.

    >>> detect("/price $BTC")[0]
    {'type': 'bot_command', 'offset': 0, 'length': 6}
    """
    return [
        {"type": match.lastgroup, "offset": units(text[: match.start()]), "length": units(match[0])}
        for match in _DETECTED.finditer(text)
    ]


def settle(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """Return `text` and `entities` the way Telegram keeps them.

    White space around the text goes, on the left only as far as the first entity, and entities
    shrink with it. Nothing nests in code. What Telegram detects on its own is added where it meets
    no code, link or time. The list is sorted by offset, the longest first, and everything past the
    hundredth entity is dropped silently.
    """
    blank = len(text) - len(text.lstrip())
    start = min([units(text[:blank]), *(entity["offset"] for entity in entities)])
    settled = slice_units(text, start, units(text)).rstrip()
    clipped = [_clip(entity, start, units(settled)) for entity in entities]
    kept = sorted((entity for entity in clipped if entity["length"] > 0), key=_outermost_first)
    kept = _without_nested_in_code(kept)
    closed = [entity for entity in kept if entity["type"] in _CLOSED_TO_DETECTION]
    found = [one for one in detect(settled) if not any(_overlap(one, other) for other in closed)]
    return settled, sorted([*kept, *found], key=_outermost_first)[:ENTITIES]


def _clip(entity: Entity, start: int, length: int) -> Entity:
    first = max(0, entity["offset"] - start)
    last = min(length, entity["offset"] + entity["length"] - start)
    return {**entity, "offset": first, "length": last - first}


def _outermost_first(entity: Entity) -> tuple[int, int]:
    return (entity["offset"], -entity["length"])


def _without_nested_in_code(entities: Sequence[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in entities:
        nested = any(other["type"] in _VERBATIM and _overlap(entity, other) for other in kept)
        if not nested or entity["type"] in _QUOTES:
            kept.append(entity)
    return kept


def _overlap(one: Entity, other: Entity) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )
