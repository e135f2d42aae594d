"""Small pieces of Markdown: whatever the ledger says stays text."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

_MARKUP = re.compile(r"([\\`*_\[\]<>|#@!~])")


def plain(text: object) -> str:
    """Return text that no reader takes for markup, a mention or a second line.

    >>> plain("a | b @ada")
    'a \\\\| b \\\\@ada'
    """
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def code(text: object) -> str:
    """Return a word as it is to be typed."""
    return "`" + " ".join(str(text).split()).replace("`", "'").replace("|", "¦") + "`"


def moment(at: datetime | None) -> str:
    """Return a time in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "not yet"


def link(address: str, words: str) -> str:
    """Return a link; the words alone where there is no web address."""
    safe = address.startswith("https://") and not re.search(r"[\s()<>]", address)
    return f"[{plain(words)}]({address})" if safe else plain(words)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table; the cells are markup already."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]
