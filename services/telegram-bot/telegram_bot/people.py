"""What is kept about how people want to be answered, and who keeps it."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Protocol

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
        )


class People(Protocol):
    """Knows each chat's choices. A private chat has the number of its person."""

    async def reader(self, chat: int, told: str | None = None) -> Reader:
        """Return for whom to write in a chat: an answer to an update, or what nobody asked for.

        Args:
            told: The language that Telegram names for who asks, in a private chat; None: nobody
                asks, so the language is the one that was heard last.
        """
        ...


class Strangers:
    """`People` that keeps nothing: everybody is met for the first time."""

    async def reader(self, chat: int, told: str | None = None) -> Reader:
        return Choices().reader(told)
