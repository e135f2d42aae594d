"""Cuts a long HTML text into messages that Telegram takes.

Telegram counts UTF-16 code units, after reading the markup; counting with the markup is on the safe
side.
"""

import re
from collections.abc import Iterator

LIMIT = 4096

_TAG = re.compile(r"<(/?)([a-z-]+)[^>]*>")
_INDIVISIBLE = re.compile(r"<[^>]*>|&[a-z0-9#]+;|.", re.DOTALL)


def utf16_length(text: str) -> int:
    """Count as Telegram does.

    >>> utf16_length("a"), utf16_length("🟢")
    (1, 2)
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(html: str, limit: int = LIMIT) -> list[str]:
    """Cut between lines into pieces of at most `limit` units, each with balanced tags.

    A tag that is open at a cut is closed there and opened again in the next piece. Only a line
    longer than half the limit is cut inside. Open tags together must be shorter than a quarter of
    the limit.
    """
    if utf16_length(html) <= limit:
        return [html]
    pieces: list[str] = []
    open_tags: list[str] = []
    current = ""
    for fragment in _fragments(html, limit // 2):
        after = _open_after(open_tags, fragment)
        if utf16_length(current + fragment + _ends(after)) > limit:
            pieces.append(current.rstrip("\n") + _ends(open_tags))
            current = "".join(open_tags)
        current += fragment
        open_tags = after
    pieces.append(current.rstrip("\n") + _ends(open_tags))
    return [piece for piece in pieces if _TAG.sub("", piece).strip()]


def _fragments(html: str, longest: int) -> Iterator[str]:
    """Yield lines with their line ends; an overlong line in parts, never cut inside a tag."""
    for line in html.splitlines(keepends=True):
        part = ""
        for piece in [line] if utf16_length(line) <= longest else _INDIVISIBLE.findall(line):
            if part and utf16_length(part + piece) > longest:
                yield part
                part = ""
            part += piece
        yield part


def _open_after(open_tags: list[str], fragment: str) -> list[str]:
    after = list(open_tags)
    for tag in _TAG.finditer(fragment):
        if tag[1]:
            after.pop()
        else:
            after.append(tag[0])
    return after


def _ends(open_tags: list[str]) -> str:
    return "".join(f"</{_name(tag)}>" for tag in reversed(open_tags))


def _name(tag: str) -> str:
    return tag.strip("<>").split()[0]
