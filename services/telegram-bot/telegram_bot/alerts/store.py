"""What the alerts ask of whoever keeps them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from telegram_bot.alerts.bands import Band
from telegram_bot.alerts.machine import Look
from telegram_bot.alerts.rules import Alert, Measure, Rule, State
from telegram_bot.reader import Reader
from telegram_bot.replies import Reply

Watched = tuple[str, Measure]  # a market's symbol, and what is measured of it

TOO_MANY_WITHIN = 10.0  # seconds in which a chat gets
MOST_SINGLE = 3  # messages of alerts one by one; more of them become one


class TooMany(Exception):
    """The chat has as many alerts as it may."""


@dataclass(frozen=True, slots=True)
class Fire:
    """What a person is told.

    Attributes:
        at: When it happened, UTC seconds: with the alert's number it names this fire for good.
        line: Markup of one line, for a message about several.
        reply: The whole message; None: this person wants none.
        several: Makes one message of many lines, in the person's language.
        silent: Whether it comes without a sound.
        look: What it saw; `reader`: whom it is told. For who is no message, and words it itself.
    """

    at: float
    price: Decimal
    direction: str
    line: str
    reply: Reply | None
    several: Callable[[Sequence[str]], Reply]
    silent: bool = False
    look: Look | None = None
    reader: Reader = Reader()


@dataclass(frozen=True, slots=True)
class Change:
    """An alert as it becomes, and what is told; void if somebody else changed it meanwhile.

    Attributes:
        notice: What its chat is told although it has not fired.
    """

    alert: Alert
    fire: Fire | None = None
    notice: Reply | None = None


class Alerts(Protocol):
    """Alerts as people know them: by the number in their chat."""

    def now(self) -> float:
        """Return the time that alerts go by, in UTC seconds."""
        ...

    async def add(
        self, rule: Rule, chat: int, user: int, *, state: State, step: Decimal, most: int
    ) -> Alert:
        """Keep a new alert as of now.

        Raises:
            TooMany: If the chat has `most` already that are active or paused.
        """
        ...

    async def of_chat(self, chat: int) -> Sequence[Alert]:
        """Return all but deleted and expired ones, the newest last."""
        ...

    async def find(self, chat: int, number: int) -> Alert | None:
        """Return an alert, a deleted one too for as long as it can be brought back."""
        ...

    async def change(self, alert: Alert) -> Alert | None:
        """Keep a person's change as of now; None: it has changed meanwhile."""
        ...

    async def missed(self, chat: int) -> Sequence[str]:
        """Return lines about fires that could not be told, oldest first, and forget them."""
        ...


class AlertBook(Protocol):
    """Alerts as the engine sees them. Every write is void when the turn of its epoch is over."""

    async def bands(self) -> Mapping[Watched, Band]:
        """Return where no alert is, for everything that is watched."""
        ...

    async def band(self, watched: Watched) -> Band: ...

    async def edited(self, since: float) -> tuple[Collection[Watched], float]:
        """Return what people changed alerts of, and until when that is known."""
        ...

    async def due(
        self,
        watched: Watched,
        low: Decimal,
        high: Decimal,
        at: float,
        skip: Mapping[str, int],
        most: int,
    ) -> Mapping[str, Sequence[Alert]]:
        """Return alerts that values from `low` to `high` may wake, by their edge, nearest first.

        Args:
            skip: How many to pass over on each edge: those that were looked at and stay.
            most: On each edge.
        """
        ...

    async def watching(self, watched: Watched, most: int) -> Sequence[Alert]:
        """Return active alerts that are messages, those of one chat together."""
        ...

    async def write(self, epoch: int, changes: Sequence[Change]) -> int:
        """Keep changes and what they tell, in one transaction; return how many were not void.

        Raises:
            Lost: If the turn is over; nothing was written.
        """
        ...

    async def marks(self) -> Mapping[Watched, float]:
        """Return up to when everything was looked at."""
        ...

    async def mark(self, epoch: int, marks: Mapping[Watched, float]) -> None: ...

    async def expire(self, epoch: int, now: float) -> int:
        """Let those expire that have run out; return how many."""
        ...

    async def forget(self, epoch: int, now: float) -> None:
        """Delete what nobody will ask for."""
        ...
