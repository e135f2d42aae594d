"""Who shows a live price where."""

from typing import Protocol


class LiveTurns(Protocol):
    """Who shows a live price where, known to every task: one a chat, the latest."""

    async def begin(self, chat: int, turn: str) -> None:
        """Note a turn in place of the one before."""
        ...

    async def current(self, chat: int) -> str | None:
        """Return the turn that was begun last, unless somebody has ended it."""
        ...

    async def end(self, chat: int, turn: str | None = None) -> None:
        """End the chat's turn; with `turn`, unless a later one has begun."""
        ...
