"""Who reads: language, time zone, number style and habits; and the texts in their language.

`with reading_as(reader):` stands around the work on one update or one message. Inside it, `_()`
gives a text in that person's language and `reader()` says how to write numbers and times for them.
English texts are the keys of the catalogues under `locale/`.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import time, tzinfo
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, get_args

import pytz

from common.market import Timeframe

Language = Literal["en", "de"]
NumberStyle = Literal["1,234.56", "1.234,56", "1 234,56"]
Notifications = Literal["on", "silent", "off"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
NUMBER_STYLES: tuple[NumberStyle, ...] = get_args(NumberStyle)
LEVELS: tuple[Notifications, ...] = get_args(Notifications)
USUAL_NUMBERS: dict[Language, NumberStyle] = {"en": "1,234.56", "de": "1.234,56"}

_CATALOGUES = Path(__file__).with_name("locale")


@dataclass(frozen=True, slots=True)
class Reader:
    """What an answer must know about who reads it: a person, or a group as a whole.

    Attributes:
        zone: A zone of pytz; for the day, the clock and times that Telegram does not turn itself.
        numbers: How numbers are written for reading. What is typed or copied keeps its point.
        quote: The asset that prices are asked in where no other is named; None: the market's own.
        timeframe, period: Of `/atr` where none is named.
        equity, risk_pct: For the position of `/atr` and `/size`; None: none is worked out.
        notifications: How what was not asked for comes: with a sound, without one, not at all.
        quiet: From when until when it comes without a sound, in `zone`; may span midnight.
        markets: What they chose where a coin was several, for example `GRT-GBP`; one a coin.
    """

    language: Language = "en"
    zone: tzinfo = pytz.utc
    numbers: NumberStyle = "1,234.56"
    quote: str | None = None
    timeframe: Timeframe = Timeframe.H4
    period: int = 14
    equity: Decimal | None = None
    risk_pct: Decimal | None = None
    notifications: Notifications = "on"
    quiet: tuple[time, time] | None = None
    markets: tuple[str, ...] = ()


_STRANGER = Reader()
_reader: ContextVar[Reader] = ContextVar("reader", default=_STRANGER)


def reader() -> Reader:
    """Return who reads what is being written now; outside of `reading_as` somebody English."""
    return _reader.get()


@contextmanager
def reading_as(someone: Reader) -> Iterator[Reader]:
    """Write for `someone` until the block ends; other tasks keep their own reader."""
    token = _reader.set(someone)
    try:
        yield someone
    finally:
        _reader.reset(token)


def _(text: str) -> str:
    """Return `text` in the reader's language. It is a literal: names to fill in stand in braces.

    >>> _("Which coin? Example: {example}").format(example="/price BTC")
    'Which coin? Example: /price BTC'
    """
    language = _reader.get().language
    return text if language == "en" else _catalogue(language).gettext(text)


def plural(one: str, many: str, count: int) -> str:
    """Return the form that fits `count`, in the reader's language; both are literals.

    >>> plural("{count} candle", "{count} candles", 2).format(count=2)
    '2 candles'
    """
    language = _reader.get().language
    if language == "en":
        return one if count == 1 else many
    return _catalogue(language).ngettext(one, many, count)


def later(text: str) -> str:
    """Mark a literal for the catalogues and return it as it is; `_()` translates it when read."""
    return text


def language_of(code: str | None) -> Language:
    """Return our language for a code as Telegram gives it.

    >>> language_of("de-AT"), language_of("pt-br"), language_of(None)
    ('de', 'en', 'en')
    """
    asked = (code or "").lower().replace("_", "-").split("-")[0]
    return next((language for language in LANGUAGES if language == asked), "en")


@cache
def _catalogue(language: Language) -> gettext.GNUTranslations:
    with (_CATALOGUES / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
