"""The words of a trade: `BTC 0.5 @ 61200 2026-11-01 fee 12 note first one`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from common.errors import BadInput
from telegram_bot.commands.atr_words import brief
from telegram_bot.commands.days import is_clock, is_day, read_moment
from telegram_bot.commands.words import NotUnderstood, amount, market, number, shorten
from telegram_bot.ledger import LONGEST_NOTE, Side
from telegram_bot.reader import _, reader


@dataclass(frozen=True, slots=True)
class TradeWords:
    """What a person wrote; None where they did not say.

    Attributes:
        symbol: `BTC`, or `BTC-EUR` where they named the quote asset.
    """

    side: Side
    symbol: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    at: datetime | None = None
    fee: Decimal = Decimal(0)
    note: str = ""

    @property
    def written(self) -> str:
        """The words that a button can carry: all but day and note."""
        words = [{"buy": "add", "sell": "sell"}[self.side], self.symbol or ""]
        if self.quantity is not None:
            words.append(f"{self.quantity:f}")
        if self.price is not None:
            words.append(f"@{brief(self.price)}")
        if self.fee:
            words.append(f"fee {brief(self.fee)}")
        return " ".join(words)


def read(side: Side, words: Sequence[str], now: datetime) -> TradeWords:
    """Read the words behind `add` or `sell`: a coin, an amount, and the rest in any order.

    Raises:
        BadInput: With what would work.
    """
    rest = list(words)
    note = _note(rest)
    price = _named(rest, ("@", "at", "zu", "für"))
    fee = _named(rest, ("fee", "gebühr"))
    at = _moment(rest, now)
    symbol: str | None = None
    quantity: Decimal | None = None
    for word in rest:
        if word.startswith("@"):
            price = word[1:]
        elif symbol is None and not _is_number(word):
            symbol = market(word)
        elif quantity is None:
            quantity = amount(word)
        else:
            raise NotUnderstood(word)
    return TradeWords(
        side,
        symbol,
        quantity,
        None if price is None else number(price.removeprefix("@")),
        at,
        Decimal(0) if fee is None else number(fee),
        note,
    )


def _note(words: list[str]) -> str:
    """Take `note` and all behind it out of the words."""
    for place, word in enumerate(words):
        if word.lower() in ("note", "notiz"):
            said = " ".join(words[place + 1 :])
            if len(said) > LONGEST_NOTE:
                raise BadInput(_("A note has up to {most} letters.").format(most=LONGEST_NOTE))
            del words[place:]
            return said
    return ""


def _named(words: list[str], names: Sequence[str]) -> str | None:
    """Take a name and the word after it out of the words."""
    for place, word in enumerate(words):
        if word.lower() in names:
            if place + 1 == len(words):
                raise BadInput(
                    _("{name} needs a number after it.").format(name=repr(shorten(word)))
                )
            found = words[place + 1]
            del words[place : place + 2]
            return found
    return None


def _moment(words: list[str], now: datetime) -> datetime | None:
    """Take a day, and the time behind it, out of the words."""
    for place, word in enumerate(words):
        if is_day(word):
            clocked = place + 1 < len(words) and is_clock(words[place + 1])
            said = " ".join(words[place : place + 1 + clocked])
            del words[place : place + 1 + clocked]
            return read_moment(said, now, reader().zone)
    return None


def _is_number(word: str) -> bool:
    return word[0].isdecimal() or word[0] == "."
