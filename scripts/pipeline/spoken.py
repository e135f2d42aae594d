"""Markdown as chats can show it, which know neither tables nor escapes: a line for each row."""

import re
from collections.abc import Iterator

_CELLS = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"\[((?:\\.|[^\]\\])+)\]\((https://[^)\s]+)\)")
_ESCAPED = re.compile(r"\\([^a-zA-Z0-9\s])")


def spoken(markdown: str) -> str:
    r"""Return the text of a report of ours.

    >>> print(spoken("| Metric | Value | Target |\n|---|---|---|\n| Lead time | 2 h | \\< 1 h |"))
    - Lead time: 2 h; target < 1 h
    """
    return "\n".join(_lines(markdown.splitlines()))


def _lines(lines: list[str]) -> Iterator[str]:
    head: list[str] = []
    for line in lines:
        if not line.startswith("|"):
            head = []
            yield _plain(re.sub(r"^#+ ", "", line))
        elif not head:
            head = _cells(line)
        elif not line.startswith("|---"):
            yield _row(head, _cells(line))


def _row(head: list[str], cells: list[str]) -> str:
    name, value, *others = cells
    told = [
        it if what.lower() in it else f"{what.lower()} {it}"
        for what, it in zip(head[2:], others, strict=True)
        if it
    ]
    return "- " + "; ".join([f"{name}: {value}", *told])


def _cells(line: str) -> list[str]:
    return [_plain(cell.strip()) for cell in _CELLS.split(line.strip()[1:-1])]


def _plain(text: str) -> str:
    without = _LINK.sub(r"\1 \2", text).replace("**", "").replace("`", "")
    return _ESCAPED.sub(r"\1", without)


def shortened(text: str, most: int) -> str:
    """Return whole lines of a text, so many letters at most.

    >>> shortened("one\\ntwo\\nthree", 9)
    'one\\ntwo\\n…'
    """
    if len(text) <= most:
        return text
    return text[: text[: most - 1].rfind("\n") + 1] + "…"
