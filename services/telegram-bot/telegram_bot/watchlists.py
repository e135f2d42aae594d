"""Which markets people watch, and who keeps it."""

from collections.abc import Sequence
from typing import Protocol

MOST_WATCHED = 30  # as many as one message shows, and fewer than the service takes in one question


class Watchlists(Protocol):
    """Knows each chat's list of markets, `BASE-QUOTE`, in the order in which they were added."""

    async def watched(self, chat: int) -> Sequence[str]: ...

    async def watch(self, chat: int, symbols: Sequence[str]) -> Sequence[str]:
        """Add those that are not on the list, up to `MOST_WATCHED`; return those it added."""
        ...

    async def unwatch(self, chat: int, symbols: Sequence[str]) -> Sequence[str]:
        """Take markets off the list; return those that were on it."""
        ...


class PassingWatchlists:
    """`Watchlists` that lasts no longer than the program."""

    def __init__(self) -> None:
        self._lists: dict[int, list[str]] = {}

    async def watched(self, chat: int) -> Sequence[str]:
        return tuple(self._lists.get(chat, ()))

    async def watch(self, chat: int, symbols: Sequence[str]) -> Sequence[str]:
        listed = self._lists.setdefault(chat, [])
        added = addable(symbols, listed)
        listed += added
        return added

    async def unwatch(self, chat: int, symbols: Sequence[str]) -> Sequence[str]:
        listed = self._lists.get(chat, [])
        gone = [symbol for symbol in dict.fromkeys(symbols) if symbol in listed]
        for symbol in gone:
            listed.remove(symbol)
        return gone


def addable(symbols: Sequence[str], listed: Sequence[str]) -> list[str]:
    """Return those of the markets that are new to a list and have room on it.

    >>> addable(["ETH-USD", "BTC-USD", "ETH-USD"], ["BTC-USD"])
    ['ETH-USD']
    """
    new = [symbol for symbol in dict.fromkeys(symbols) if symbol not in listed]
    return new[: MOST_WATCHED - len(listed)]
