"""Telegram's HTML: every function takes plain text and returns markup that is safe to send."""

import html
import re
from collections.abc import Iterable, Sequence

WIDTH = 36  # characters of <pre> that a small phone shows without wrapping

_MARKUP = re.compile(r"<[^>]*>")


def escape(text: str) -> str:
    """Make `text` safe between tags.

    >>> escape("<b>x & y")
    '&lt;b&gt;x &amp; y'
    """
    return html.escape(text, quote=False)


def plain(markup: str) -> str:
    """Return what a person would read.

    >>> plain("<b>1 &lt; 2</b>")
    '1 < 2'
    """
    return html.unescape(_MARKUP.sub("", markup))


def bold(text: str) -> str:
    return f"<b>{escape(text)}</b>"


def code(text: str) -> str:
    """Mark `text` as code: a tap copies it."""
    return f"<code>{escape(text)}</code>"


def italic(markup: str) -> str:
    """Mark a closing note; takes markup, because notes hold times."""
    return f"<i>{markup}</i>"


def pre(lines: Iterable[str]) -> str:
    """Join lines of plain text into one block of fixed width."""
    return f"<pre>{escape(chr(10).join(lines))}</pre>"


def shortened(text: str, limit: int = 40) -> str:
    """Repeat what a person wrote on one line and at a sane length; still plain text.

    Letters that cannot be seen are dropped: they could turn the writing direction around.

    >>> shortened("one  two", 40), shortened("abcdefgh", 4)
    ('one two', 'abc…')
    """
    seen = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    line = " ".join(seen.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def table(rows: Sequence[Sequence[str]], align: str, gaps: Sequence[int] | int = 1) -> list[str]:
    """Lay out rows of equal length.

    Args:
        rows: Cells of plain ASCII text.
        align: One letter a column, `l` or `r`.
        gaps: Spaces between neighbouring columns, one number for all of them or one each.

    >>> table([["BTC", "9.00"], ["PEPE", "10.00"]], "lr")
    ['BTC   9.00', 'PEPE 10.00']
    """
    spaces = [gaps] * len(align) if isinstance(gaps, int) else [*gaps, 0]
    widths = [max(len(row[column]) for row in rows) for column in range(len(align))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if side == "l" else cell.rjust(width)
            for cell, width, side in zip(row, widths, align, strict=True)
        ]
        gapped = [cell + " " * space for cell, space in zip(cells, spaces, strict=True)]
        lines.append("".join(gapped).rstrip())
    return lines


def first_fitting(layouts: Iterable[list[str]]) -> list[str]:
    """Return the first layout that is narrow enough, else the last one."""
    lines: list[str] = []
    for lines in layouts:
        if all(len(line) <= WIDTH for line in lines):
            break
    return lines
