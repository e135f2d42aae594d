"""Lists that are longer than a message should be: a page at a time, and buttons to turn it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from telegram_bot.replies import Press

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list.

    Attributes:
        number, pages: From 1 on.
        first: The place in the list of the first item, from 1 on.
    """

    items: Sequence[Item]
    number: int
    pages: int
    first: int


def page_of(items: Sequence[Item], number: int, size: int) -> Page[Item]:
    """Return a page, the nearest there is where the list is shorter; of an empty list the first.

    >>> page_of("abcde", 9, 2)
    Page(items='e', number=3, pages=3, first=5)
    """
    pages = max(1, -(-len(items) // size))
    number = min(max(1, number), pages)
    start = (number - 1) * size
    return Page(items[start : start + size], number, pages, start + 1)


def turning(command: str, number: int, pages: int) -> tuple[Press, ...]:
    """Return the buttons that turn the page; the page's number is the command's last word."""
    found = []
    if number > 1:
        found.append(Press(f"◀ {number - 1}/{pages}", f"{command} {number - 1}"))
    if number < pages:
        found.append(Press(f"{number + 1}/{pages} ▶", f"{command} {number + 1}"))
    return tuple(found)
