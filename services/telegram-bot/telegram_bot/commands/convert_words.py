"""The words of `/convert`: an amount, what it is of, and what it shall become."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.errors import BadInput
from common.market import split_market
from telegram_bot.commands.words import NotUnderstood, amount
from telegram_bot.reader import _

_FILLERS = frozenset(("in", "to", "into", "as", "=", "nach", "zu", "um", "please", "bitte"))
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₿": "BTC"}
_SIGNED = re.compile(
    r"(?P<before>[$€£¥₿])?(?P<number>[\d.][\d.,_]*[kmbt]?)(?P<after>[$€£¥₿])?", re.I
)
_NEGATIVE = re.compile(r"[-−]\s*[$€£¥₿]?[\d.]")
_EXPONENT = re.compile(r"[\d.,]+e[+-]?\d+", re.I | re.ASCII)
_GLUED = re.compile(r"(?P<number>[\d.][\d.,_]*)(?P<asset>[a-z]{2,15})", re.I | re.ASCII)


@dataclass(frozen=True, slots=True)
class ConvertWords:
    """What a person asked; None where they did not say."""

    amount: Decimal = Decimal(1)
    have: str | None = None
    want: str | None = None


def read(words: Sequence[str]) -> ConvertWords:
    """Read `0.5 btc in eur`, `5 btc eth`, `$100 in btc`, `btc-eur`; one coin without a number.

    Raises:
        BadInput: With what would work.
    """
    number: Decimal | None = None
    assets: list[str] = []
    for word in words:
        if word.lower() in _FILLERS:
            continue
        value, asset = _number(word)
        if value is None:
            assets += _assets(word)
        elif number is None:
            number = value
            assets += asset
        else:
            raise NotUnderstood(word)
    if len(assets) > 2:
        raise NotUnderstood(assets[2])
    have, want = (*assets, None, None)[:2]
    if have is not None and have == want:
        raise BadInput(
            _("That is {asset} already. Name another: 0.5 btc in eth.").format(asset=have)
        )
    return ConvertWords(Decimal(1) if number is None else number, have, want)


def _number(word: str) -> tuple[Decimal | None, list[str]]:
    """Return an amount and the asset whose sign or name is written against it."""
    if _NEGATIVE.match(word):
        amount(word)  # refuses it with what would work
    if _EXPONENT.fullmatch(word):
        amount(word)
    if found := _SIGNED.fullmatch(word):
        sign = found["before"] or found["after"]
        return amount(found["number"]), [_SIGNS[sign]] if sign else []
    if (found := _GLUED.fullmatch(word)) and found["asset"].lower() not in "kmbt":
        return amount(found["number"]), _assets(found["asset"])
    return None, []


def _assets(word: str) -> list[str]:
    base, quote = split_market(_SIGNS.get(word, word))
    return [base, quote] if quote else [base]
