"""What the bot answers, in our own words: a text, its buttons, a picture or a file."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

MOST_DATA_BYTES = 64  # Telegram's limit for a button's data
BUTTON_VERSION = "1"
REMEMBERS = "="  # before a button's command: what it names is remembered


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
        asks: The command that the next plain words may complete: `convert 1 BTC`.
    """

    text: str
    buttons: Rows = ()
    picture: Picture | None = None
    edits: bool = True
    document: Document | None = None
    replaces: int | None = None
    forgets: bool = False
    live: Live | None = None
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A plain sentence in a pop-up, at most 200 characters: what only a tap can get."""

    text: str
