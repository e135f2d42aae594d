"""The words of `/atr`: order-free, told apart by their form, and written back for buttons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from common.errors import BadInput
from common.market import Timeframe
from common.wire import Side
from telegram_bot.commands.spans import joined
from telegram_bot.commands.words import NotUnderstood, amount, market, shorten
from telegram_bot.reader import _, reader
from telegram_bot.replies import Press

SHORTEST, LONGEST = 2, 90
PERIOD = 14
MULTIPLE = Decimal(2)
_MOST_MULTIPLE = 100

_TIMEFRAME = re.compile(r"\d+(m|min|h|d|w|mo|y|s)", re.ASCII)
_MULTIPLE = re.compile(r"[x×](?P<before>[\d.,]+)|(?P<after>[\d.,]+)[x×]", re.ASCII)
_COUNT = re.compile(r"[-+]?\d[\d.,_]*", re.ASCII)
# What names the number behind it, in either language.
_NAMES = {"risk": "risk", "risiko": "risk", "@": "@"} | dict.fromkeys(
    ("eq", "equity", "kapital", "konto"), "equity"
)


class BadPeriod(BadInput):
    """A period outside 2 to 90."""

    def __init__(self, asked: str) -> None:
        super().__init__(f"ATR period must be {SHORTEST}–{LONGEST} (you sent {asked}).")
        self.asked = asked


@dataclass(frozen=True, slots=True)
class AtrWords:
    """What a person asked; None where they did not say."""

    symbol: str | None = None
    timeframe: Timeframe | None = None
    period: int = PERIOD
    multiple: Decimal = MULTIPLE
    side: Side = "long"
    entry: Decimal | None = None
    equity: Decimal | None = None
    risk_pct: Decimal | None = None

    def button(self, label: str, command: str = "atr") -> Press:
        """Return a button that asks this, without what does not fit into 64 bytes.

        The market, timeframe, period and multiplier always fit; the equity goes before the entry.
        """
        kept = self
        for less in ({}, {"equity": None, "risk_pct": None}, {"entry": None}, {"side": "long"}):
            kept = replace(kept, **less)
            press = Press(label, f"{command} {kept.written}")
            if press.fits:
                break
        return press

    @property
    def written(self) -> str:
        """The words again, in one order and without those that are the default."""
        words = [self.symbol or ""]
        if self.timeframe:
            words.append(self.timeframe.value)
        if (self.period, reader().period) != (PERIOD, PERIOD):
            words.append(str(self.period))
        if self.multiple != MULTIPLE:
            words.append(f"{self.multiple}x")
        if self.side != "long":
            words.append(self.side)
        if self.entry is not None:
            words.append(f"@{brief(self.entry)}")
        if self.risk_pct is not None:
            words.append(f"risk {brief(self.risk_pct)}%")
        if self.equity is not None:
            words.append(f"eq {brief(self.equity)}")
        return " ".join(words)


def read(words: Sequence[str]) -> AtrWords:
    """Read `BTC 4h 14 2x @64000 risk 1% eq 10k long` in any order; of equal kinds the last wins.

    Raises:
        BadInput: With what would work.
    """
    asked = AtrWords(period=reader().period)
    rest = joined([part for word in words for part in word.replace("=", " ").split()])
    while rest:
        word = rest.pop(0)
        low = word.lower()
        if low in ("long", "short"):
            asked = replace(asked, side="long" if low == "long" else "short")
        elif name := _NAMES.get(low):
            if not rest:
                raise BadInput(
                    _("{word} needs a number after it: risk 1%, eq 10k or @64000.").format(
                        word=repr(low)
                    )
                )
            asked = _named(asked, name, rest.pop(0))
        elif low.startswith("@"):
            asked = _named(asked, "@", low[1:])
        elif low.endswith("%"):
            asked = _named(asked, "risk", low)
        elif found := _MULTIPLE.fullmatch(low):
            asked = replace(asked, multiple=_multiple(word, found["before"] or found["after"]))
        elif _COUNT.fullmatch(low):
            asked = replace(asked, period=_period(word))
        elif _TIMEFRAME.fullmatch(low):
            asked = replace(asked, timeframe=Timeframe.parse(word))
        elif asked.symbol is None:
            asked = replace(asked, symbol=market(word))
        else:
            raise NotUnderstood(word)
    return asked


def _named(asked: AtrWords, name: str, value: str) -> AtrWords:
    if name == "@":
        return replace(asked, entry=amount(value))
    if name == "risk":
        share = amount(value.removesuffix("%"))
        if share > 100:
            raise BadInput(
                _("The risk must be at most 100 % (you sent {asked}).").format(asked=shorten(value))
            )
        return replace(asked, risk_pct=share)
    return replace(asked, equity=amount(value))


def _multiple(word: str, digits: str) -> Decimal:
    value = amount(digits)
    if value > _MOST_MULTIPLE or value != round(value, 2):
        raise BadInput(
            _(
                "The multiplier goes up to {most} with at most two decimals, for example 2x or "
                "1.5x (you sent {asked})."
            ).format(most=_MOST_MULTIPLE, asked=shorten(word))
        )
    return value


def _period(word: str) -> int:
    if not (word.isdecimal() and len(word) <= 3 and SHORTEST <= int(word) <= LONGEST):
        raise BadPeriod(shorten(word))
    return int(word)


def brief(value: Decimal) -> str:
    """Write an amount in few letters, exactly.

    >>> brief(Decimal(10000)), brief(Decimal("67250.1"))
    ('10k', '67250.1')
    """
    for scale, letter in ((10**9, "b"), (10**6, "m"), (10**3, "k")):
        if value >= scale and value % scale == 0:
            return f"{value / scale:f}{letter}"
    return f"{value:f}"
