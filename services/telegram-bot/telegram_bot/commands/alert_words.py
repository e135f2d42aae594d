"""The words of `/alert`: `BTC > 70k every 1h until 7d note sell half`, told apart by their form."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.alerts.rules import (
    LONGEST_NOTE,
    PRICE,
    SHORTEST_PAUSE,
    Direction,
    Kind,
    Measure,
    Repeat,
    measure,
)
from telegram_bot.commands.doubt import writes_commas
from telegram_bot.commands.spans import joined, one
from telegram_bot.commands.words import NotUnderstood, amount, market, shorten, words_of
from telegram_bot.reader import _

USUAL = Timeframe.H4
_SHORTEST_WINDOW, _LONGEST_WINDOW = Timeframe.M15, Timeframe.D1
_MOST_PERCENT = 1_000
_MOST_MULTIPLE = 100
_LONGEST_LIFE_DAYS = 3_660

_NOTE = re.compile(r"(?:^|\s)(?:note|notiz)(?:\s+|$)(?P<note>.*)", re.IGNORECASE | re.DOTALL)
_SIGNS = re.compile(r"(>=|<=|=>|=<|[<>≥≤=])")
_TIMEFRAME = re.compile(r"\d+(m|min|h|d|w)", re.ASCII)
_LENGTH = re.compile(r"(?P<count>\d{1,5})(?P<unit>m|min|h|d|w)", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
_GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_AMOUNT = re.compile(r"[-+]?\$?[\d.,_]+(e[-+]?\d+)?[kmbt]?|[-+]?(nan|inf|infinity)", re.ASCII)
_PERCENT = re.compile(r"(?P<sign>[-+±]?)(?P<digits>[\d.,_]+)%", re.ASCII)
_UNITS = {"m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_UP = frozenset((">", ">=", "=>", "≥", "above", "over", "up", "rises", "+")) | {
    *("über", "ueber", "oberhalb", "hoch", "steigt")
}
_DOWN = frozenset(("<", "<=", "=<", "≤", "below", "under", "down", "drops", "falls", "-")) | {
    *("unter", "unterhalb", "runter", "fällt", "faellt", "sinkt")
}
_REPEATS: dict[str, Repeat] = {
    **dict.fromkeys(("once", "einmal"), "once"),
    **dict.fromkeys(("every", "alle", "jede", "jeden"), "every"),
    **dict.fromkeys(("remind", "erinnere"), "remind"),
}
_UNTIL = ("until", "for", "bis", "für")
_LATER = ("for", "für")  # without a time behind it: `for btc`
_FILLERS = frozenset(
    ("crosses", "at", "in", "within", "by", "price", "flip", "flips", "moves", "breakout", "=")
    + ("hits", "reaches", "when", "if", "of", "to", "on")
    + ("bei", "auf", "um", "innerhalb", "wenn", "preis", "kurs", "von", "erreicht", "kommt")
)
_KINDS = {
    "atr": Kind.BREAKOUT,
    "atr%": Kind.ATR_SHARE,
    "natr": Kind.ATR_SHARE,
    "regime": Kind.REGIME,
    "st": Kind.SUPERTREND,
    "supertrend": Kind.SUPERTREND,
}
_REGIMES: dict[str, tuple[Direction, Decimal]] = {
    "high": ("up", Decimal("1.5")),
    "hoch": ("up", Decimal("1.5")),
    "rising": ("up", Decimal("1.2")),
    "steigend": ("up", Decimal("1.2")),
    "low": ("down", Decimal("0.7")),
    "niedrig": ("down", Decimal("0.7")),
}


@dataclass(frozen=True, slots=True)
class AlertWords:
    """What a person wrote; None where they did not say.

    Attributes:
        value: A price, a percentage without its sign, or a multiple, as `percent` and `kind` say.
        until: Seconds from now, or the last day.
        doubtful: A number that can be read in two ways, as it was written.
    """

    symbol: str | None = None
    kind: Kind | None = None
    span: Timeframe | None = None
    direction: Direction | None = None
    value: Decimal | None = None
    percent: bool = False
    repeat: Repeat | None = None
    pause: float = 0.0
    until: float | date | None = None
    note: str | None = None
    doubtful: str | None = None

    @property
    def measure(self) -> Measure:
        """What is to be watched."""
        if self.kind is not None:
            return measure(self.kind, self.span or USUAL)
        if self.percent and self.span is not None:
            return measure(Kind.MOVE, self.span)
        return PRICE


def read(text: str) -> AlertWords:
    """Read what follows `/alert`, in any order; the note is the rest of the line.

    Raises:
        BadInput: With what would work.
    """
    asked = AlertWords()
    if found := _NOTE.search(text):
        asked = replace(asked, note=_note(found["note"]))
        text = text[: found.start()]
    rest = joined(words_of(_SIGNS.sub(r" \1 ", text)))
    while rest:
        asked = _take(asked, rest)
    return _sound(asked)


def _take(asked: AlertWords, rest: list[str]) -> AlertWords:
    """Read one word, and those that belong to it."""
    word = rest.pop(0)
    low = word.lower().rstrip(",;")
    if low in _KINDS and not (low == "atr" and rest and rest[0] == "%"):
        return replace(asked, kind=_KINDS[low])
    if low == "atr":
        rest.pop(0)
        return replace(asked, kind=Kind.ATR_SHARE)
    if asked.kind is Kind.REGIME and low in _REGIMES:
        direction, value = _REGIMES[low]
        return replace(asked, direction=direction, value=value)
    if low in _UP or low in _DOWN:
        return replace(asked, direction="up" if low in _UP else "down")
    if low in _REPEATS:
        return _repeated(asked, low, rest)
    if low in _UNTIL and (low not in _LATER or not rest or _is_time(rest[0])):
        return replace(asked, until=_until(_next(rest, low)))
    if low in _FILLERS or low in _LATER:
        return asked
    if found := _PERCENT.fullmatch(low):
        return _share(asked, word, found["sign"], found["digits"])
    if _TIMEFRAME.fullmatch(low):
        return replace(asked, span=Timeframe.parse("1d" if low == "24h" else word))
    if _AMOUNT.fullmatch(low):
        return _valued(asked, low)
    if asked.symbol is None:
        return replace(asked, symbol=market(word))
    raise NotUnderstood(word)


def _valued(asked: AlertWords, word: str) -> AlertWords:
    """Take a number; a sign before it says the direction only of what is no price."""
    plain = word.replace("$", "")
    if plain[0] in "+-" and asked.kind in (Kind.BREAKOUT, Kind.SUPERTREND):
        asked = replace(asked, direction="up" if plain[0] == "+" else "down")
        plain = plain[1:]
    comma = (
        "," in plain
        and "." not in plain
        and not writes_commas()
        and not re.fullmatch(r"\d{1,3}(,\d{3})+\w?", plain)
    )
    return replace(asked, value=amount(plain), doubtful=plain if comma else None)


def _share(asked: AlertWords, word: str, sign: str, digits: str) -> AlertWords:
    value = amount(digits)
    if value > _MOST_PERCENT:
        raise BadInput(
            _("A percentage goes up to {most} % (you sent {sent}).").format(
                most=_MOST_PERCENT, sent=shorten(word)
            )
        )
    direction: Direction | None = asked.direction
    if sign in ("+", "-"):
        direction = "up" if sign == "+" else "down"
    elif sign == "±":
        direction = "any"
    return replace(asked, value=value, percent=True, direction=direction)


def _repeated(asked: AlertWords, word: str, rest: list[str]) -> AlertWords:
    repeat = _REPEATS[word]
    if repeat == "once":
        return replace(asked, repeat="once", pause=0.0)
    pause = seconds(one(_next(rest, word)))
    if pause < SHORTEST_PAUSE:
        raise BadInput(
            _("An alert tells at most every 5 minutes: {example}.").format(example=f"{word} 5m")
        )
    return replace(asked, repeat=repeat, pause=pause)


def _is_time(word: str) -> bool:
    return bool(_LENGTH.fullmatch(one(word)) or _DATE.fullmatch(word) or _GERMAN_DATE.match(word))


def _next(rest: list[str], word: str) -> str:
    if not rest:
        example = f"{word} 7d" if word in _UNTIL else f"{word} 1h"
        raise BadInput(
            _("{word} needs a time after it, for example {example}.").format(
                word=word, example=example
            )
        )
    return rest.pop(0)


def seconds(word: str) -> float:
    """Read a length of time: 15m, 1h, 7d, 2w.

    >>> seconds("90m"), seconds("7d")
    (5400.0, 604800.0)
    """
    found = _LENGTH.fullmatch(word)
    length = int(found["count"]) * _UNITS[found["unit"].lower()] if found else 0
    if not 0 < length <= _LONGEST_LIFE_DAYS * 86_400:
        raise BadInput(
            _("{word} is not a length of time. Write 15m, 1h, 7d or 2w.").format(
                word=repr(shorten(word))
            )
        )
    return float(length)


def _until(word: str) -> float | date:
    word = _GERMAN_DATE.sub(r"\3-\2-\1", one(word))
    if not _DATE.fullmatch(word):
        return seconds(word)
    try:
        year, month, day = map(int, word.split("-"))
        return date(year, month, day)
    except ValueError:
        raise BadInput(
            _("{word} is not a day. Write it as 2026-12-31.").format(word=repr(word))
        ) from None


def _note(text: str) -> str:
    note = " ".join(text.split())
    if len(note) > LONGEST_NOTE:
        raise BadInput(
            _("A note has at most {most} characters (yours has {count}).").format(
                most=LONGEST_NOTE, count=len(note)
            )
        )
    return note


def _sound(asked: AlertWords) -> AlertWords:
    """Refuse what cannot be meant."""
    kind = asked.measure.kind
    if kind is Kind.MOVE and asked.kind is None:
        assert asked.span is not None
        if not _SHORTEST_WINDOW.seconds <= asked.span.seconds <= _LONGEST_WINDOW.seconds:
            raise BadInput(_("A window is 15m to 24h long, for example 3% 1h."))
    if kind is Kind.BREAKOUT and asked.value is not None and asked.value > _MOST_MULTIPLE:
        raise BadInput(_("A breakout is up to 100 ATR, for example atr 2 4h."))
    if kind in (Kind.MOVE, Kind.BREAKOUT, Kind.SUPERTREND) and asked.repeat == "remind":
        raise BadInput(
            _("A reminder repeats while a level is passed; this happens at once. Use every 1h.")
        )
    return asked
