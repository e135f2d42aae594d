"""What the bot's parts ask of each other, in our own words.

Commands ask `MarketData`; the Telegram adapter asks a `Listener` and delivers the `Reply`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

from common import wire
from common.errors import (
    AmbiguousSymbol,
    BadInput,
    CryptoAssistantError,
    NotEnoughCandles,
    Unavailable,
    UnknownSymbol,
    UnsupportedTimeframe,
)
from common.market import Timeframe
from telegram_bot.replies import Notice, Reply, Upload


@dataclass(frozen=True, slots=True)
class CandlesQuestion:
    """Which closed candles.

    Attributes:
        symbol: As in `AtrQuestion`.
        limit: The newest so many, 1 to 1000.
        cursor: `next_cursor` of the page after them; None for the newest page.
    """

    symbol: str
    timeframe: Timeframe
    limit: int = 300
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class AtrQuestion:
    """What `/atr` can ask.

    Attributes:
        symbol: Any spelling without a slash, for example `BTC` or `BTC-USD`.
        period: Bars, 2 to 90.
        multiple: Of ATR, from the entry to the stop.
        entry: In the quote asset; None means the last price.
        equity: In the quote asset; None means no position.
        risk_pct: Share of the equity in percent.
    """

    symbol: str
    timeframe: Timeframe
    period: int = 14
    multiple: Decimal = Decimal(2)
    side: wire.Side = "long"
    entry: Decimal | None = None
    equity: Decimal | None = None
    risk_pct: Decimal | None = None


class MarketData(Protocol):
    """The market-data service. Every method raises Unavailable when it does not answer in time."""

    async def tickers(self, words: Sequence[str]) -> wire.TickersReply:
        """Return what is known in the order asked, and a problem for each rest."""
        ...

    async def atr(self, question: AtrQuestion) -> wire.AtrReply:
        """Return the average true range.

        Raises:
            UnknownSymbol, UnsupportedTimeframe, NotEnoughCandles, BadInput: The asker can act.
        """
        ...

    async def candles(self, question: CandlesQuestion) -> wire.CandlesReply:
        """Return closed candles in columns, oldest first.

        Raises:
            UnknownSymbol, UnsupportedTimeframe, BadInput: The asker can act.
        """
        ...

    async def indicators(
        self, symbol: str, timeframe: Timeframe, names: Sequence[wire.IndicatorName], last: int
    ) -> wire.IndicatorsReply:
        """Return indicators at each of the `last` closed candles, 1 to 500.

        Raises:
            UnknownSymbol, UnsupportedTimeframe, NotEnoughCandles: The asker can act.
        """
        ...

    async def providers(self) -> wire.ProvidersReply:
        """Return how the sources are doing, in the order in which they are asked."""
        ...

    async def markets(self, limit: int) -> wire.MarketsReply:
        """Return up to `limit` listed markets by falling volume."""
        ...

    async def statistics(
        self, symbol: str, timeframe: Timeframe, bars: int
    ) -> wire.StatisticsReply:
        """Return what the last `bars` closed candles were like.

        Raises:
            UnknownSymbol, UnsupportedTimeframe, NotEnoughCandles, BadInput: The asker can act.
        """
        ...


def error_from(problem: wire.Problem, timeframe: str = "") -> CryptoAssistantError:
    """Sort a problem of the market-data service by who can act on it."""
    asked = problem.asked or problem.symbol or ""
    match problem.code:
        case "invalid-parameter":
            return BadInput(problem.detail)
        case "unknown-symbol":
            return UnknownSymbol(asked, problem.suggestions or ())
        case "ambiguous-symbol":
            return AmbiguousSymbol(asked, problem.suggestions or ())
        case "unsupported-timeframe":
            return UnsupportedTimeframe(problem.detail)
        case "not-enough-history" if problem.have is not None and problem.need is not None:
            return NotEnoughCandles(
                problem.symbol or asked, timeframe, have=problem.have, need=problem.need
            )
    return Unavailable(f"{problem.code}: {problem.detail}", problem.retry_after_s or 5.0)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, and where: Telegram's ids.

    Attributes:
        told: The code of the language that Telegram names for them, for example `de`.
        inline: They speak where the bot itself may be unknown: it can only change the message that
            was sent by way of it. `chat` is then the person's own.
    """

    chat: int
    user: int
    private: bool
    told: str | None = None
    inline: bool = False


class Progress(Protocol):
    """Tells a person how work that takes a while gets on: in one message, that may be lost."""

    async def begin(self, chat: int, text: str) -> int | None:
        """Send a message, markup like a reply's; return its number, or None where it failed."""
        ...

    async def tell(self, chat: int, message: int, text: str) -> None:
        """Change it; whatever fails is passed over."""
        ...


class NoProgress:
    """Tells nobody anything."""

    async def begin(self, chat: int, text: str) -> int | None:
        return None

    async def tell(self, chat: int, message: int, text: str) -> None:
        return None


class Album(Protocol):
    """The pictures that Telegram has already."""

    async def picture(self, shown: str) -> str | None:
        """Return what Telegram calls the picture of this name, while it may be shown again."""
        ...


class NoAlbum:
    """An album that is empty."""

    async def picture(self, shown: str) -> str | None:
        return None


class Listener(Protocol):
    """Hears what people type and tap. Never raises; None means that silence is right."""

    async def said(self, text: str, speaker: Speaker, file: Upload | None = None) -> Reply | None:
        """Answer what was typed."""
        ...

    async def pressed(self, data: str, speaker: Speaker) -> Reply | Notice | None:
        """Answer a tap on a button that carries `data`."""
        ...

    async def joined(self, speaker: Speaker) -> Reply | None:
        """Greet a group that has just taken the bot in."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A result of an inline query: what it is called, and the message that choosing it sends."""

    title: str
    description: str
    reply: Reply


class Offering(Protocol):
    """Answers what people type behind the bot's name. Never raises; no offers: silence."""

    async def offers(self, query: str, speaker: Speaker) -> Sequence[Offer]:
        """Return what may be sent, the best first."""
        ...


class News(Protocol):
    """Knows which release each private chat was told of."""

    async def is_new_to(self, chat: int, version: str) -> bool:
        """Note that a chat is told of a version; say whether it knew an earlier one until now."""
        ...


class Admins(Protocol):
    """Knows who leads a group."""

    async def is_admin(self, chat: int, user: int) -> bool:
        """Say whether `user` is an admin of `chat`; no, where nobody can say."""
        ...


class Facts(Protocol):
    """Small facts about the bot itself, kept over restarts, by name."""

    async def known(self, names: Collection[str]) -> Mapping[str, str]:
        """Return those of `names` that are known."""
        ...

    async def keep(self, name: str, value: str) -> None:
        """Keep a fact in place of the one of that name."""
        ...


Scope = Literal["all_private_chats", "all_group_chats", "all_chat_administrators"]


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu of one place in one language.

    Attributes:
        language: Two letters; empty: for everybody whose language has no menu of its own.
        entries: Pairs of a command's name and what it does.
    """

    scope: Scope
    language: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What the bot says about itself before anybody has written; `language` as for a menu.

    Attributes:
        description: In an empty chat, at most 512 characters.
        short: In its profile and beside links to it, at most 120 characters.
    """

    language: str
    description: str
    short: str


class Refreshing(Protocol):
    """Brings the next state of a message. Never raises; None: there is none just now."""

    async def again(self, data: str, speaker: Speaker) -> Reply | None:
        """Answer what `Live` carries."""
        ...


Raw = Mapping[str, Any]  # one update as Telegram sent it


class Conflict(Exception):
    """Someone else takes this bot's updates: another program with its token, or a webhook."""


class Feed(Protocol):
    """Telegram's `getUpdates`."""

    async def fetch(self, offset: int | None, seconds: float) -> Sequence[Raw]:
        """Return updates from `offset` on, waiting up to `seconds` for the first.

        Raises:
            Unavailable: With `retry_after` when Telegram names a time.
            Conflict: If updates go elsewhere.
            Misconfigured: If the token is refused.
        """
        ...
