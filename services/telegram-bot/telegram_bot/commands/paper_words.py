"""The words of `/paper`: what to do first, then in any order with what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from common.errors import BadInput
from common.market import Timeframe
from telegram_bot.commands.doubt import DoubtfulNumber
from telegram_bot.commands.words import NotUnderstood, amount, market, shorten
from telegram_bot.reader import _

_TIMEFRAME = re.compile(r"\d+(m|min|h|d|w|mo|y|s)", re.ASCII)
_MULTIPLE = re.compile(r"[x×]([\d.,]+)|([\d.,]+)[x×]", re.ASCII)
_NUMBER = re.compile(r"[\d.,_]*\d[kmbt]?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Level:
    """Where a stop or a target is: one of a price, ATRs away, or a share of the price away."""

    price: Decimal | None = None
    atr: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PaperWords:
    """What a person asked; None where they did not say.

    Attributes:
        quantity: Of the base asset: a number before the market.
        spend: In the quote asset: a number after it.
        share: Of what is held, in percent.
        risk_pct: Share of the account that the stop may cost.
        all: Everything that is held.
        off: Take a level away.
    """

    symbol: str | None = None
    quantity: Decimal | None = None
    spend: Decimal | None = None
    share: Decimal | None = None
    risk_pct: Decimal | None = None
    timeframe: Timeframe | None = None
    stop: Level | None = None
    target: Level | None = None
    trails: bool = False
    all: bool = False
    off: bool = False


def read_order(words: Sequence[str]) -> PaperWords:
    """Read `BTC 500`, `0.01 BTC`, `BTC risk 1% 2x`, `BTC 500 stop 60k target 80k trail`.

    Raises:
        BadInput: With what would work.
    """
    asked = PaperWords()
    rest = [part for word in words for part in word.replace("=", " ").split()]
    while rest:
        word = rest.pop(0)
        low = word.lower()
        if low in ("stop", "target", "risk"):
            if not rest:
                raise BadInput(_("{word!r} needs a number after it.").format(word=low))
            asked = _named(asked, low, rest.pop(0))
        elif low in ("trail", "trailing"):
            asked = replace(asked, trails=True)
        elif low == "all":
            asked = replace(asked, all=True)
        elif low == "off":
            asked = replace(asked, off=True)
        elif low.endswith("%"):
            asked = replace(asked, share=_percent(word))
        elif found := _MULTIPLE.fullmatch(low):
            asked = replace(asked, stop=Level(atr=amount(found[1] or found[2])))
        elif _TIMEFRAME.fullmatch(low) and asked.symbol is not None and low[-1] in "mhdw":
            asked = _timeframe_or_amount(asked, word)
        elif _NUMBER.fullmatch(low):
            number, first = amount(word), asked.symbol is None
            asked = replace(asked, quantity=number) if first else replace(asked, spend=number)
        elif asked.symbol is None:
            asked = replace(asked, symbol=market(word))
        else:
            raise NotUnderstood(word)
    return asked


def read_level(words: Sequence[str], sign: str) -> tuple[str | None, Level | None]:
    """Read `BTC 60000`, `BTC 2x`, `BTC 5%` or `BTC off`: a market, and a level or none.

    Args:
        sign: `-` or `+`, which may stand before a share: on which side of the price the level is.

    Raises:
        BadInput: With what would work.
    """
    symbol: str | None = None
    level: Level | None = None
    given = False
    for word in words:
        low = word.lower()
        if low == "off":
            level, given = None, True
        elif low[0].isdigit() or low[0] in "x×@+-":
            level, given = _level(low.removeprefix("@"), sign), True
        elif symbol is None:
            symbol = market(word)
        else:
            raise NotUnderstood(word)
    if symbol is not None and not given:
        raise BadInput(_("Say where: 60000, 2x for 2 ATR, 5%, or off."))
    return symbol, level


def _named(asked: PaperWords, name: str, value: str) -> PaperWords:
    if name == "risk":
        return replace(asked, risk_pct=_percent(value))
    level = _level(value.lower().removeprefix("@"), "-" if name == "stop" else "+")
    return replace(asked, stop=level) if name == "stop" else replace(asked, target=level)


def _level(low: str, sign: str) -> Level:
    low = low.removesuffix("atr") + "x" if low.endswith("atr") else low
    if low.endswith("%") and low[0] in f"{sign}0123456789.,":
        return Level(percent=_percent(low.removeprefix(sign)))
    if found := _MULTIPLE.fullmatch(low):
        return Level(atr=amount(found[1] or found[2]))
    try:
        return Level(price=amount(low))
    except DoubtfulNumber:
        raise
    except BadInput:
        said = _("{word} is no level. Write 60000, 2x for 2 ATR, or 5%.")
        raise BadInput(said.format(word=shorten(low))) from None


def _percent(word: str) -> Decimal:
    value = amount(word.removesuffix("%"))
    if value > 100:
        raise BadInput(_("{word} is more than 100%.").format(word=word))
    return value


def _timeframe_or_amount(asked: PaperWords, word: str) -> PaperWords:
    """Tell `4h` from `1m`, which is a million where nothing says how much yet."""
    if word.lower().endswith("m") and asked.spend is None and asked.risk_pct is None:
        return replace(asked, spend=amount(word))
    return replace(asked, timeframe=Timeframe.parse(word))
