"""A paper account as a whole, and who keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from telegram_bot.replies import Reply
from telegram_bot.simulation.account import Account, Trade
from telegram_bot.simulation.presets import Preset
from telegram_bot.simulation.trading import Rule

MOST_AUTOS = 3
MOST_DECISIONS = 30  # kept of one account


@dataclass(frozen=True, slots=True)
class Auto:
    """A preset that trades an account on its own.

    Attributes:
        decided: When the last candle that it has seen opened.
    """

    symbol: str
    timeframe: str
    preset: Preset
    rule: Rule
    decided: float


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A market that is held and has no sure price.

    Attributes:
        since: When that was first seen, UTC seconds.
        told: Whether its owner knows.
    """

    symbol: str
    since: float
    told: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """One account.

    Attributes:
        version: Rises with every change; a change of an older version is void.
        start: Cash that it began with, at `opened_at`.
        marked_at: When its worth was last noted.
        done: The update whose order was the last to be filled: it is not filled again.
        unpriced: Markets whose levels rest, for nobody tells their price.
    """

    chat: int
    version: int
    account: Account
    start: Decimal
    opened_at: float
    marked_at: float = 0.0
    autos: tuple[Auto, ...] = ()
    done: int = 0
    unpriced: tuple[Unpriced, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether anything has to be watched."""
        return bool(self.account.positions or self.autos)

    def auto(self, symbol: str) -> Auto | None:
        """Return what trades a market on its own."""
        return next((auto for auto in self.autos if auto.symbol == symbol), None)

    def with_auto(self, auto: Auto | None, symbol: str) -> "Paper":
        """Return the account with a market's preset replaced, or gone."""
        rest = tuple(one for one in self.autos if one.symbol != symbol)
        return replace(self, autos=(*rest, auto) if auto is not None else rest)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a preset decided at a close, and what followed.

    Attributes:
        at: When the candle closed.
        close, level, atr: In the quote asset; what was not known is None.
        followed: What came of it: a key of `explaining.FOLLOWED`.
    """

    at: float
    symbol: str
    timeframe: str
    preset: Preset
    action: str
    trend: str | None
    close: Decimal
    level: float | None
    atr: float | None
    followed: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is kept together, or not at all.

    Attributes:
        paper: As it is afterwards; its `version` is that before.
        mark: What it was worth, and when.
        told: A message that nobody asked for just now.
    """

    paper: Paper
    trades: Sequence[Trade] = ()
    decisions: Sequence[Decided] = ()
    mark: tuple[float, Decimal] | None = None
    told: Reply | None = None
    silent: bool = False


class Papers(Protocol):
    """Knows each chat's account."""

    async def find(self, chat: int) -> Paper | None:
        """Return a chat's account; None before anything was done with it."""
        ...

    async def save(self, change: Change) -> bool:
        """Keep a change; False: the account has changed meanwhile, and nothing was kept."""
        ...

    async def busy(self) -> Sequence[Paper]:
        """Return the accounts that have something to watch."""
        ...

    async def trades(self, chat: int) -> Sequence[Trade]:
        """Return what is over, oldest first."""
        ...

    async def marks(self, chat: int) -> Sequence[tuple[float, Decimal]]:
        """Return what the account was worth over time, oldest first."""
        ...

    async def decisions(self, chat: int) -> Sequence[Decided]:
        """Return the last decisions of presets, newest first."""
        ...

    async def reset(self, chat: int) -> None:
        """Forget the account and all that it did."""
        ...


class PassingPapers:
    """`Papers` that lasts no longer than the program."""

    def __init__(self) -> None:
        self._papers: dict[int, Paper] = {}
        self._trades: dict[int, list[Trade]] = {}
        self._marks: dict[int, list[tuple[float, Decimal]]] = {}
        self._decisions: dict[int, list[Decided]] = {}
        self.told: list[tuple[int, Reply]] = []

    async def find(self, chat: int) -> Paper | None:
        return self._papers.get(chat)

    async def save(self, change: Change) -> bool:
        chat, before = change.paper.chat, self._papers.get(change.paper.chat)
        if (before.version if before else 0) != change.paper.version:
            return False
        self._papers[chat] = replace(change.paper, version=change.paper.version + 1)
        self._trades.setdefault(chat, []).extend(change.trades)
        newest = [*reversed(change.decisions), *self._decisions.get(chat, [])]
        self._decisions[chat] = newest[:MOST_DECISIONS]
        if change.mark is not None:
            self._marks.setdefault(chat, []).append(change.mark)
        if change.told is not None:
            self.told.append((chat, change.told))
        return True

    async def busy(self) -> Sequence[Paper]:
        return [paper for paper in self._papers.values() if paper.busy]

    async def trades(self, chat: int) -> Sequence[Trade]:
        return list(self._trades.get(chat, ()))

    async def marks(self, chat: int) -> Sequence[tuple[float, Decimal]]:
        return list(self._marks.get(chat, ()))

    async def decisions(self, chat: int) -> Sequence[Decided]:
        return list(self._decisions.get(chat, ()))

    async def reset(self, chat: int) -> None:
        for kept in (self._papers, self._trades, self._marks, self._decisions):
            kept.pop(chat, None)
