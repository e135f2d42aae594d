"""The durable way of an update to its answer, in our own words: what is kept, and who keeps it.

An update is recorded before Telegram may forget it, processed in its chat's lane, and finished in
the same transaction that writes its answers. An answer is marked as being sent before the call.
"""

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from telegram_bot.outgoing import Message, Outgoing, Receipt

MOST_ATTEMPTS = 3

under_way: ContextVar[int] = ContextVar("under_way", default=0)
"""The number of the update that is being answered; 0 where none is.

An update may be answered twice, when a process dies between what a command changed and its answer.
What must not happen twice is kept with this number.
"""


class Busy(Exception):
    """More waits to be written than may; nothing was kept. Ask again in a moment."""


class Lost(Exception):
    """Another task owns this by now; what we did for it is void."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An update as it came.

    Attributes:
        chat: What orders updates: the chat, else the person, else 0 for all the rest.
        body: The whole update, JSON.
    """

    update_id: int
    chat: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update to process.

    Attributes:
        attempts: How often it was begun.
        counted: Whether that counts this time; an update that was begun before is a suspect, and
            counted with `Lanes.attempt` once it is its turn.
    """

    update_id: int
    chat: int
    body: bytes
    attempts: int
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """What comes of an update.

    Attributes:
        outgoing: In the order in which people see them.
        reachable: Whether the chat takes messages; None leaves that as it is.
        moved_to: The chat that took this one's place.
        forget: Whether all that is kept about the chat's person goes, this update included.
    """

    outgoing: tuple[Outgoing, ...] = ()
    reachable: bool | None = True
    moved_to: int | None = None
    forget: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A chat that is ours. `busy`: someone adds to it right now, so ask again."""

    chat: int
    unsent: tuple[Message, ...] = ()
    waiting: Waiting | None = None
    busy: bool = False


class Redraw(Protocol):
    """Draws pictures anew that Telegram knows no more. Never raises."""

    async def redrawn(self, chat: int, what: Outgoing) -> Outgoing | None:
        """Return the call with the picture itself; None where that cannot help."""
        ...


class Answerer(Protocol):
    """Makes answers of updates."""

    async def answers(self, body: bytes) -> Answers: ...

    def apology(self, body: bytes) -> Answers:
        """Say that this update could not be answered."""
        ...


class Inbox(Protocol):
    """Updates, kept until they are answered. Every method may raise what a database raises."""

    async def record(self, updates: Sequence[Incoming], *, take: bool = False) -> Sequence[Lane]:
        """Keep updates for good; those that are known already are passed over.

        Args:
            take: Whether to return, as ours, the lanes of chats that had nothing to do.

        Raises:
            Busy: If too much waits; nothing was kept then.
        """
        ...

    async def answered(self, waiting: Waiting, answers: Answers) -> Sequence[Message]:
        """Finish an update and return its messages, marked as being sent.

        Raises:
            Lost: If another task took the chat over. Send nothing then.
        """
        ...

    async def set_aside(self, waiting: Waiting, answers: Answers) -> Sequence[Message]:
        """Finish an update that cannot be processed; otherwise as `answered`."""
        ...


class Lanes(Protocol):
    """Who works on which chat: one task at a time, in order."""

    async def claim(self, most: int) -> Sequence[Lane]:
        """Take up to `most` lanes that nobody works on, the oldest first."""
        ...

    async def next(self, chat: int, receipt: Receipt | None = None) -> Lane | None:
        """Return the lane with its next update; None: it is empty and given up.

        Args:
            receipt: Of the last message, when it has just arrived: saves a write of its own.
        """
        ...

    async def attempt(self, suspect: Waiting) -> Waiting:
        """Count another attempt before it is made.

        Raises:
            Lost: If another task took the chat over.
        """
        ...

    async def release(self, chat: int, unfinished: Waiting | None = None) -> None:
        """Give a lane up for others to take; an update cut off by us has not been attempted."""
        ...

    async def release_strays(self, running: Collection[int]) -> None:
        """Give up lanes of ours that nobody here works on, as when an answer got lost."""
        ...

    async def beat(self) -> int:
        """Show that we live; return how many tasks do."""
        ...

    async def leave(self) -> None:
        """Give up every lane and be gone."""
        ...


class Outbox(Protocol):
    """Messages on their way. What is `sending` in here may have arrived.

    What changes a message by its key raises Lost where another task has taken it over.
    """

    async def claim_broadcasts(self, most: int) -> Sequence[Lane]:
        """Take up to `most` chats that have nothing else to do, each with one broadcast."""
        ...

    async def sent(self, receipt: Receipt) -> None: ...

    async def refused(self, key: str, reason: str) -> None: ...

    async def postpone(self, key: str, until: float) -> None:
        """Note that a message was not sent and may go at `until`."""
        ...

    async def give_back(self, key: str, chat: int, until: float) -> None:
        """Note that a broadcast was not sent, and that none may go to its chat before `until`."""
        ...

    async def sending(self, key: str, *, doubtful: bool = False) -> None:
        """Note that a message is about to be sent; `doubtful`: once more, outcome unknown."""
        ...

    async def forget_picture(self, shown: str) -> None:
        """Drop a name that Telegram gave a picture and does not know any more."""
        ...

    async def replace(self, key: str, by: Sequence[Message]) -> None:
        """Give a message up for others in its place, which are marked as being sent."""
        ...

    async def block(self, chat: int, reason: str) -> None:
        """Refuse all that waits for a chat, and keep it inactive until it comes back."""
        ...

    async def move(self, old: int, new: int) -> None:
        """Bring every row of a chat to the chat that took its place."""
        ...


@dataclass(slots=True)
class Tally:
    """Counts what happened, for `/metrics`; a name may carry labels as Prometheus writes them."""

    counts: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by
