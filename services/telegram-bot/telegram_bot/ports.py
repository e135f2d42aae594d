"""What the bot's parts ask of each other, in our own words.

Commands ask `MarketData`; the Telegram adapter asks a `Listener` and delivers the `Reply`.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
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

MOST_DATA_BYTES = 64  # Telegram's limit for a button's data
BUTTON_VERSION = "1"
REMEMBERS = "="  # before a button's command: what it names is remembered


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
class Press:
    """A button that is a command typed by thumb.

    Attributes:
        command: Without the slash, for example `atr BTC-USD 4h`.
        fresh: Answered by a new message, as if typed; else the tapped message is edited.
        remembers: Its first market is what the person means by that coin from now on.
        style: How it looks: `danger` where a tap deletes, `success` where it confirms.
    """

    label: str
    command: str
    fresh: bool = False
    remembers: bool = False
    style: Literal["", "danger", "success"] = ""

    @property
    def data(self) -> str:
        marks = f"{REMEMBERS if self.remembers else ''}{'/' if self.fresh else ''}"
        return f"{BUTTON_VERSION} {marks}{self.command}"

    @property
    def fits(self) -> bool:
        return len(self.data.encode()) <= MOST_DATA_BYTES


@dataclass(frozen=True, slots=True)
class Copy:
    """A button that copies `text`, an exact number, to the clipboard."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens `url`, for example the bot's private chat."""

    label: str
    url: str


Button = Press | Copy | Link
Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a text is the caption of.

    Attributes:
        shown: Names what is in it, at most 80 characters; equal names, equal pictures. Empty:
            nobody will ask for it again.
        until: UTC seconds; until then it may be shown again.
        png: Its bytes; None where Telegram has it already, as `file_id`.
        again: Button data (see `Press.data`) that draws it anew, should Telegram have lost it.
        language: Of what is written in it.
    """

    shown: str = ""
    until: float = 0.0
    png: bytes | None = None
    file_id: str | None = None
    again: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that a text is the caption of.

    Attributes:
        kind: Its media type, such as `application/json`.
    """

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person sent, still with Telegram.

    Attributes:
        size: In bytes, as Telegram says; None: it does not.
        fetch: Returns the content; takes the most bytes that are wanted. Raises Unavailable.
    """

    name: str
    size: int | None
    fetch: Callable[[int], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Live:
    """A message that is asked for again for a while: button data, see `Press.data`.

    Attributes:
        again: What brings its next state; empty: from now on it is live no more.
        after: What brings the state that it keeps in the end.
    """

    again: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers.

    Attributes:
        text: Telegram's HTML; under a picture at most 1024 characters once it is read.
        buttons: Rows of them, under the text.
        picture: What the text is the caption of.
        live: After a tap: whether the message goes on changing, or stops doing so.
        edits: After a tap: replaces the message that was tapped, rather than following it.
        document: What the text is the caption of; comes with a message of its own.
        replaces: A message of ours in this chat that told of the work; this one takes its place.
        forgets: Whether all that is kept about this private chat's person goes with it.
    """

    text: str
    buttons: Rows = ()
    picture: Picture | None = None
    edits: bool = True
    document: Document | None = None
    replaces: int | None = None
    forgets: bool = False
    live: Live | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A plain sentence in a pop-up, at most 200 characters: what only a tap can get."""

    text: str


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
