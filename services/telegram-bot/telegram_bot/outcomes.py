"""What Telegram can say to a call, and the door through which calls go."""

from dataclasses import dataclass
from typing import Protocol

from telegram_bot.outgoing import Outgoing


@dataclass(frozen=True, slots=True)
class _Because:
    """Attributes: reason: What Telegram says of it, or what became of the connection."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived.

    Attributes:
        unchanged: An edit to what the message says already.
        file_id: Names the picture in it, for showing it again.
    """

    message_id: int | None = None
    unchanged: bool = False
    file_id: str | None = None


class Refused(_Because):
    """It will never arrive like this."""

    __slots__ = ()


class Blocked(_Because):
    """The chat takes no messages, until it comes back."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has become a supergroup."""

    chat: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many messages: not before `seconds` have passed."""

    seconds: float


class Unreadable(_Because):
    """Telegram cannot read our markup."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TooLong:
    """More text than a message holds."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The message to edit is not there any more."""


class Failed(_Because):
    """Telegram says that it failed. Most likely, but not surely, it did not arrive."""

    __slots__ = ()


class Unknown(_Because):
    """No answer, or none that says whether it arrived."""

    __slots__ = ()


class NotSent(_Because):
    """No connection came about, so it cannot have arrived."""

    __slots__ = ()


Outcome = (
    Sent
    | Refused
    | Blocked
    | Moved
    | Wait
    | Unreadable
    | TooLong
    | Gone
    | Failed
    | Unknown
    | NotSent
)


class Post(Protocol):
    """Telegram's door for what we send. Never raises."""

    async def post(self, chat: int, what: Outgoing) -> Outcome: ...

    async def close_tap(self, tap: str, text: str | None = None, *, alert: bool = False) -> None:
        """End a tap's spinner, in time or not at all: Telegram forgets a tap after a while."""
        ...
