"""What is kept about how people want to be answered, and who keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from typing import Any, Protocol

import pytz

from common.market import Timeframe
from telegram_bot.reader import (
    USUAL_NUMBERS,
    Language,
    Notifications,
    NumberStyle,
    Reader,
    language_of,
)

DEFAULT = Reader()
MOST_MARKETS = 50


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person, or a group's admin, has chosen; None where they have not.

    Attributes:
        zone: A name of the tz database, for example `Europe/Berlin`.

    The others are those of `Reader`.
    """

    language: Language | None = None
    zone: str | None = None
    numbers: NumberStyle | None = None
    quote: str | None = None
    timeframe: Timeframe | None = None
    period: int | None = None
    equity: Decimal | None = None
    risk_pct: Decimal | None = None
    notifications: Notifications | None = None
    quiet: tuple[time, time] | None = None
    markets: tuple[str, ...] = ()

    def with_market(self, symbol: str) -> "Choices":
        """Return these with `symbol` as what its coin means, the newest first.

        >>> Choices(markets=("GRT-EUR", "ABC-EUR")).with_market("GRT-GBP").markets
        ('GRT-GBP', 'ABC-EUR')
        """
        base = symbol.partition("-")[0]
        others = (known for known in self.markets if known.partition("-")[0] != base)
        return replace(self, markets=(symbol, *others)[:MOST_MARKETS])

    def reader(self, told: str | None = None) -> Reader:
        """Return who reads, with what is usual for what was not chosen.

        Args:
            told: The language that Telegram names for the person.

        >>> reader = Choices(zone="Europe/Berlin").reader("de")
        >>> reader.language, reader.numbers, str(reader.zone)
        ('de', '1.234,56', 'Europe/Berlin')
        """
        language = self.language or language_of(told)
        return Reader(
            language=language,
            zone=pytz.timezone(self.zone) if self.zone else pytz.utc,
            numbers=self.numbers or USUAL_NUMBERS[language],
            quote=self.quote,
            timeframe=self.timeframe or DEFAULT.timeframe,
            period=self.period or DEFAULT.period,
            equity=self.equity,
            risk_pct=self.risk_pct,
            notifications=self.notifications or DEFAULT.notifications,
            quiet=self.quiet,
            markets=self.markets,
        )


class People(Protocol):
    """Knows who was met and what they chose. A private chat has the number of its person."""

    async def reader(self, chat: int, told: str | None = None) -> Reader:
        """Return for whom to write in a chat: an answer to an update, or what nobody asked for.

        Another task's change may take some seconds to be seen.

        Args:
            told: The language that Telegram names for who asks, in a private chat; None: nobody
                asks, so the language is the one that was heard last.
        """
        ...

    async def choices(self, chat: int) -> Choices:
        """Return what was chosen, read anew."""
        ...

    async def choose(self, chat: int, choices: Choices) -> None:
        """Keep these in the place of all that was chosen before."""
        ...

    async def ask(self, chat: int, command: str) -> None:
        """Let the next plain words be the end of `command`, for ten minutes."""
        ...

    async def asked(self, chat: int) -> str | None:
        """Return the command that plain words belong to now, read anew."""
        ...

    async def end_question(self, chat: int) -> None:
        """Let plain words be plain words again."""
        ...

    async def export(self, person: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return all that is kept about a person: rows by table."""
        ...

    def forgotten(self, person: int) -> None:
        """Know nothing of a person, whose rows are about to be deleted."""
        ...


class Strangers:
    """`People` for as long as the program runs; nobody is met before."""

    def __init__(self) -> None:
        self._choices: dict[int, Choices] = {}
        self._questions: dict[int, str] = {}

    async def reader(self, chat: int, told: str | None = None) -> Reader:
        """Return for whom to write; the language is the one that is told."""
        return self._choices.get(chat, Choices()).reader(told)

    async def choices(self, chat: int) -> Choices:
        """Return what was chosen since the start."""
        return self._choices.get(chat, Choices())

    async def choose(self, chat: int, choices: Choices) -> None:
        """Keep these until the program ends."""
        self._choices[chat] = choices

    async def ask(self, chat: int, command: str) -> None:
        """Let the next plain words be the end of `command`."""
        self._questions[chat] = command

    async def asked(self, chat: int) -> str | None:
        """Return the command that plain words belong to now."""
        return self._questions.get(chat)

    async def end_question(self, chat: int) -> None:
        """Let plain words be plain words again."""
        self._questions.pop(chat, None)

    async def export(self, person: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return the question that waits: there is nothing else."""
        return {
            "questions": [{"command": self._questions[person]}] if person in self._questions else []
        }

    def forgotten(self, person: int) -> None:
        """Know nothing of a person."""
        self._choices.pop(person, None)
        self._questions.pop(person, None)
