"""Small pieces of HTML: escaped text, times, tables."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from html import escape

__all__ = [
    "ago",
    "code",
    "copied",
    "escape",
    "length",
    "link",
    "moment",
    "numbered",
    "row",
    "tag",
    "whole_table",
]


_FEW = 4  # so many columns fit on a phone


def tag(name: str, inside: str, **attributes: object) -> str:
    """Return an element; `inside` is markup already, attributes are escaped.

    >>> tag("p", "a", kind="x")
    '<p class="x">a</p>'
    """
    names = {"kind": "class"}
    written = "".join(
        f' {names.get(key, key.replace("_", "-"))}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value not in (None, "")
    )
    return f"<{name}{written}>{inside}</{name}>"


def moment(at: datetime) -> str:
    """Return a time that scripts and people can read; always UTC."""
    return tag("time", f"{at:%Y-%m-%d %H:%M} UTC", datetime=at.isoformat())


def ago(at: datetime, now: datetime) -> str:
    """Say how long ago something was.

    >>> ago(datetime(2030, 1, 1), datetime(2030, 1, 3))
    '2 days ago'
    """
    return f"{length(now - at)} ago"


def length(lasts: timedelta | None) -> str:
    """Say how long something took, in its largest unit but one.

    >>> length(timedelta(minutes=90)), length(timedelta(seconds=40)), length(None)
    ('1 h 30 min', '40 s', 'unknown')
    """
    if lasts is None:
        return "unknown"
    seconds = max(0, round(lasts.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} days"


def numbered(count: int, what: str) -> str:
    """Say how many.

    >>> numbered(1, "commit"), numbered(2000, "commit")
    ('1 commit', '2,000 commits')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def code(text: str) -> str:
    """Return a command or an identifier."""
    return tag("code", escape(text))


def copied(text: str, label: str) -> str:
    """Return a command with a button that copies it; without a script it can be marked."""
    button = tag("button", escape(label), type="button", data_copy=text)
    return tag("div", code(text) + button, kind="copy")


def link(address: str, words: str) -> str:
    """Return a link; the words alone where there is no web address."""
    if not address.startswith("https://"):
        return escape(words)
    return tag("a", escape(words), href=address, rel="noreferrer")


def row(cells: Iterable[str], kind: str = "td") -> str:
    return tag("tr", "".join(tag(kind, cell) for cell in cells))


def whole_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with its caption; the cells are markup already."""
    body = "".join(row(cells) for cells in rows)
    return tag(
        "div",
        tag(
            "table",
            tag("caption", escape(caption))
            + tag("thead", row([escape(cell) for cell in head], "th"))
            + tag("tbody", body),
        ),
        kind="wide" if len(head) > _FEW else "wide few",
        tabindex=0,
        role="region",
        aria_label=caption,
    )
