"""The settings that a person can make: by which words, and what each of them changes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

from common.assets import QUOTES
from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.commands.atr_words import LONGEST, SHORTEST, BadPeriod
from telegram_bot.commands.words import amount, shorten
from telegram_bot.reader import LEVELS, NUMBER_STYLES, _, later

_MOST_RISK = 100
_OFF = ("off", "none", "aus", "kein", "keine")
_LANGUAGES = {"en": "en", "english": "en", "englisch": "en"} | {
    "de": "de",
    "deutsch": "de",
    "german": "de",
}
_LEVELS = {level: level for level in LEVELS} | {"an": "on", "leise": "silent", "aus": "off"}
_CLOCK = r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?"
_QUIET = re.compile(rf"{_CLOCK}(?:\s*(?:-|–|to|bis)\s*|\s+){_CLOCK}", re.ASCII | re.IGNORECASE)

Changes = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that a button chooses: `words` behind the name of its setting."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to choose.

    Attributes:
        name: The first word after `/settings`; the others in `also` mean the same.
        title: What it is, marked with `later`.
        question: What its page asks, marked with `later`.
        read: Takes the words behind the name; returns fields of `people.Choices`.
        typed: Whether its page waits for plain words.
        personal: Whether it is nobody else's business, and so not for a group.
    """

    name: str
    title: str
    question: str
    read: Callable[[str], Changes]
    offers: tuple[Offer, ...]
    also: tuple[str, ...] = ()
    typed: bool = False
    personal: bool = False


def settings_of(private: bool) -> tuple[Setting, ...]:
    """Return what can be chosen in a private chat, or for a group."""
    return tuple(setting for setting in SETTINGS if private or not setting.personal)


def find(word: str, private: bool) -> Setting | None:
    """Return the setting of this name, in any case."""
    wanted = word.lower()
    known = settings_of(private)
    return next((it for it in known if wanted == it.name or wanted in it.also), None)


def _language(text: str) -> Changes:
    return {"language": _one_of(_LANGUAGES, text, "en, de")}


def _zone(text: str) -> Changes:
    return {"zone": text}


def _quote(text: str) -> Changes:
    if _is_off(text):
        return {"quote": None}
    return {"quote": _one_of({quote.lower(): quote for quote in QUOTES}, text, ", ".join(QUOTES))}


def _numbers(text: str) -> Changes:
    known = {style.replace(" ", ""): style for style in NUMBER_STYLES}
    wanted = re.sub(r"\s", "", text)
    return {"numbers": _one_of(known, wanted, "1,234.56 · 1.234,56 · 1 234,56")}


def _timeframe(text: str) -> Changes:
    return {"timeframe": Timeframe.parse(text)}


def _period(text: str) -> Changes:
    if not (text.isdecimal() and len(text) <= 3 and SHORTEST <= int(text) <= LONGEST):
        raise BadPeriod(shorten(text))
    return {"period": int(text)}


def _equity(text: str) -> Changes:
    return {"equity": None if _is_off(text) else amount(text)}


def _risk(text: str) -> Changes:
    if _is_off(text):
        return {"risk_pct": None}
    share = amount(text.removesuffix("%").strip())
    if share > _MOST_RISK:
        raise BadInput(_("The risk must be at most 100 % (you sent {asked}).").format(asked=text))
    return {"risk_pct": share}


def _messages(text: str) -> Changes:
    return {"notifications": _one_of(_LEVELS, text, ", ".join(LEVELS))}


def _quiet(text: str) -> Changes:
    if _is_off(text):
        return {"quiet": None}
    found = _QUIET.fullmatch(text.strip())
    if found is None:
        raise BadInput(_("Write quiet hours like 22:00-07:00, or off."))
    begins, ends = time(int(found[1]), int(found[2] or 0)), time(int(found[3]), int(found[4] or 0))
    if begins == ends:
        raise BadInput(_("Quiet hours must end at another time than they begin."))
    return {"quiet": (begins, ends)}


def _is_off(text: str) -> bool:
    return text.lower() in _OFF


def _one_of(known: dict[str, Any], text: str, shown: str) -> Any:
    if text.lower() not in known:
        raise BadInput(
            _("{asked} is not one of these: {known}.").format(asked=shorten(text), known=shown)
        )
    return known[text.lower()]


def _same(*words: str) -> tuple[Offer, ...]:
    return tuple(Offer(word, word) for word in words)


_NONE = Offer(later("Not set"), "off")

SETTINGS = (
    Setting(
        "language",
        later("Language"),
        later("In which language shall I write?"),
        _language,
        (Offer("English", "en"), Offer("Deutsch", "de")),
        also=("lang", "sprache"),
    ),
    Setting(
        "tz",
        later("Time zone"),
        later("Which large city is near you? Write its name, or share your location with 📎."),
        _zone,
        (
            Offer("Berlin", "Europe/Berlin"),
            Offer("London", "Europe/London"),
            Offer("New York", "America/New_York"),
            Offer("Singapore", "Asia/Singapore"),
            Offer("Tokyo", "Asia/Tokyo"),
            Offer("UTC", "UTC"),
        ),
        also=("zone", "timezone", "zeitzone"),
        typed=True,
    ),
    Setting(
        "quote",
        later("Prices in"),
        later("In what shall I give prices, where a market has it?"),
        _quote,
        (*_same("USD", "EUR", "GBP", "USDT", "USDC", "BTC"), Offer(later("As it comes"), "off")),
        also=("currency", "währung"),
    ),
    Setting(
        "numbers",
        later("Numbers"),
        later("How shall I write numbers?"),
        _numbers,
        _same(*NUMBER_STYLES),
        also=("zahlen",),
    ),
    Setting(
        "timeframe",
        later("Timeframe"),
        later("Which timeframe shall /atr take when you name none?"),
        _timeframe,
        _same("15m", "1h", "4h", "1d", "1w"),
        also=("tf", "zeitrahmen"),
    ),
    Setting(
        "period",
        later("ATR period"),
        later("How many candles shall the ATR span when you do not say? 2 to 90."),
        _period,
        _same("7", "14", "21", "50"),
        also=("periode",),
    ),
    Setting(
        "equity",
        later("Account"),
        later("How much do you trade with? Write it like 10k or 2500. I then work out positions."),
        _equity,
        (*_same("1k", "10k", "100k"), _NONE),
        also=("eq", "account", "konto"),
        typed=True,
        personal=True,
    ),
    Setting(
        "risk",
        later("Risk"),
        later("How much of your account may one trade lose, in percent?"),
        _risk,
        (*_same("0.5%", "1%", "2%"), Offer(later("As usual"), "off")),
        also=("risiko",),
        personal=True,
    ),
    Setting(
        "messages",
        later("Messages"),
        later("How shall alerts and digests reach you?"),
        _messages,
        (
            Offer(later("With a sound"), "on"),
            Offer(later("Silently"), "silent"),
            Offer(later("Not at all"), "off"),
        ),
        also=("notifications", "nachrichten"),
    ),
    Setting(
        "quiet",
        later("Quiet hours"),
        later("When shall alerts and digests come without a sound? Write it like 22:00-07:00."),
        _quiet,
        (
            Offer("22:00–07:00", "22:00-07:00"),
            Offer("23:00–08:00", "23:00-08:00"),
            _NONE,
        ),
        also=("ruhe",),
        typed=True,
    ),
)
