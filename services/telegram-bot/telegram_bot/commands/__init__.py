"""What a command is. One file a command: a module here that exports COMMAND is one.

A command takes words and returns a reply; it never sees Telegram.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from common.clock import Clock, SystemClock
from common.environments import Limits
from common.features import Features, Flag
from telegram_bot.alerts.remembered import RememberedAlerts
from telegram_bot.alerts.store import Alerts
from telegram_bot.charts.painter import NoPainter, Painter
from telegram_bot.commands.releases import Release
from telegram_bot.digests import Digests, PassingDigests
from telegram_bot.flags import ClosedDesk, FlagDesk
from telegram_bot.ledger import Ledger, PassingLedger
from telegram_bot.paper.book import Papers, PassingPapers
from telegram_bot.people import People, Strangers
from telegram_bot.ports import (
    Admins,
    Album,
    MarketData,
    News,
    NoAlbum,
    NoProgress,
    Progress,
    Speaker,
)
from telegram_bot.profiles import Profile
from telegram_bot.profiles import load as load_profile
from telegram_bot.replies import Reply, Upload
from telegram_bot.watchlists import PassingWatchlists, Watchlists

# Who may use a command in a group; in private everybody may.
Groups = Literal["everybody", "admins", "personal"]


@dataclass(frozen=True, slots=True)
class Request:
    """The words after the command's name.

    Attributes:
        typed: False for words that stood alone, without a command.
        rest: The same words as they were typed, with their lines.
        file: What came in place of words.
        bot: The username of the bot that is asked, without the @.
    """

    words: Sequence[str]
    speaker: Speaker
    typed: bool = True
    rest: str = ""
    file: Upload | None = None
    bot: str = ""


class NoAdmins:
    """`Admins` for a bot that is in no group."""

    async def is_admin(self, chat: int, user: int) -> bool:
        """Say no."""
        return False


class NoNews:
    """`News` for chats that are told of nothing."""

    async def is_new_to(self, chat: int, version: str) -> bool:
        """Say no."""
        return False


@dataclass(frozen=True, slots=True)
class Services:
    """What commands may use.

    Attributes:
        version: What runs here, for example `1.2.3 (0a1b2c3)`.
        owners: The Telegram users who run it.
    """

    market: MarketData
    features: Features
    limits: Limits
    commands: "Commands"
    people: People = field(default_factory=Strangers)
    admins: Admins = field(default_factory=NoAdmins)
    clock: Clock = field(default_factory=SystemClock)
    watchlists: Watchlists = field(default_factory=PassingWatchlists)
    ledger: Ledger = field(default_factory=PassingLedger)
    digests: Digests = field(default_factory=PassingDigests)
    painter: Painter = field(default_factory=NoPainter)
    album: Album = field(default_factory=NoAlbum)
    news: News = field(default_factory=NoNews)
    releases: Sequence[Release] = ()
    progress: Progress = field(default_factory=NoProgress)
    papers: Papers = field(default_factory=PassingPapers)
    profile: Profile = field(default_factory=lambda: load_profile("SIMU"))
    version: str = "0"
    owners: frozenset[int] = frozenset()
    flags: FlagDesk = field(default_factory=ClosedDesk)
    snapshots: bool = False
    alerts: Alerts = field(default_factory=RememberedAlerts)


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `/help`, the chat menu, the buttons and the docs read this and nothing else.

    Attributes:
        name: Lower case, without the slash.
        usage: The whole syntax, for example `/price SYMBOL…`.
        summary: What it does, at most 256 characters: the menu shows it. Marked with `later`.
        answer: Raises the errors of `common.errors`; who called turns them into replies.
        examples: Lines that work as they stand.
        flag: The feature that must be on; None: always there.
        flag_of: Which other feature words behind the name need, if any.
        owners: For who runs the bot alone; nobody else hears that there is such a command.
        groups: Who may use it in a group. `personal`, nobody: the answer is a link to the private
            chat. What answers `everybody` changes nothing, so a link may carry it too.
    """

    name: str
    usage: str
    summary: str
    answer: Callable[[Request, Services], Awaitable[Reply]]
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    flag: Flag | None = None
    flag_of: Callable[[Sequence[str]], Flag | None] = lambda words: None
    groups: Groups = "personal"
    owners: bool = False


@dataclass(frozen=True, slots=True)
class Commands:
    """The one table of commands, in the order in which people see them."""

    all: tuple[Command, ...]

    def find(self, word: str, owner: bool = False) -> Command | None:
        """Return the command of this name or alias, in any case; an owner's for owners alone."""
        wanted = word.lower()
        for command in self.all:
            if command.owners <= owner and wanted in (command.name, *command.aliases):
                return command
        return None

    def available(
        self, features: Features, chat: int | None = None, owner: bool = False
    ) -> tuple[Command, ...]:
        """Return those whose flag is on; `chat` None asks for everybody, as the menu does."""
        return tuple(it for it in self.all if it.owners <= owner and is_on(it, features, chat))


def is_on(
    command: Command, features: Features, chat: int | None = None, words: Sequence[str] = ()
) -> bool:
    """Say whether every flag that the command and the words behind its name need is on."""
    flags = (command.flag, command.flag_of(words) if words else None)
    return all(flag is None or features.enabled(flag, chat) for flag in flags)
