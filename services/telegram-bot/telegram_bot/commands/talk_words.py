"""A sentence as words with a meaning: coins, amounts, percentages, spans of time, and the rest."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from common.errors import BadInput
from common.market import split_market
from telegram_bot.commands.atr_words import brief
from telegram_bot.commands.spans import joined
from telegram_bot.commands.words import amount, words_of

IsCoin = Callable[[str], bool]

# Names of coins that are words of everyday language: they count when written $NEAR or NEAR.
_EVERYDAY = frozenset(
    ("near", "link", "dot", "ton", "op", "one", "gas", "flow", "sand", "magic", "me", "not")
    + (
        "uni",
        "atom",
        "in",
        "it",
        "to",
        "at",
        "is",
        "so",
        "am",
        "was",
        "wie",
        "um",
        "ein",
        "stellar",
    )
)
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₿": "BTC"}
_PERCENT = re.compile(r"[-+±]?(?P<digits>\d[\d.,_]*)(%|percent|prozent)", re.ASCII)
_NUMBER = re.compile(
    r"(?P<sign>[$€£¥₿])?(?P<digits>[\d.][\d.,_]*[kmbt]?)(?P<behind>[$€£¥₿])?", re.IGNORECASE
)
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)  # what's, doge's
_ONE = frozenset(("a", "an", "one", "ein", "eine", "einen", "einem"))
_SPAN = re.compile(r"\d{1,3}(m|min|h|d|w)", re.ASCII)
_LENGTHS = {
    ("hour", "stunde", "hourly"): "1h",
    ("day", "tag", "today", "heute", "daily", "tages"): "24h",
    ("week", "woche", "weekly"): "7d",
    ("month", "monat", "monthly"): "30d",
    ("year", "jahr", "yearly"): "365d",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a sentence is made of.

    Attributes:
        words: In lower case, without what stands below, in order.
        coins: Markets as `/price` takes them, each once.
        numbers: Amounts that are no percentages, as commands take them.
        currencies: Of the amounts that carry a sign, such as `USD` of `$100`.
        percents: Percentages without sign and `%`.
        spans: Lengths of time: `1h`, `24h`, `7d`.
        counted: The coin right behind an amount or a word for one; empty: none is.
    """

    words: tuple[str, ...] = ()
    coins: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    percents: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    counted: str = ""

    def has(self, any_of: Collection[str]) -> bool:
        """Say whether any of the words is in the sentence."""
        return any(word in any_of for word in self.words)


def read(text: str, is_coin: IsCoin) -> Sentence:
    """Take a sentence apart.

    Args:
        is_coin: Whether a base asset, in capitals, is one that is known or listed.
    """
    words: list[str] = []
    coins: list[tuple[str, bool]] = []
    numbers: list[str] = []
    currencies: list[str] = []
    percents: list[str] = []
    spans: list[str] = []
    plain = _POSSESSIVE.sub("", text)
    rest = joined([word.strip("?!.;:\"'()“”„") for word in words_of(plain)])
    counted = ""
    for place, word in enumerate(rest):
        low = word.lower()
        following = rest[place + 1].lower() if place + 1 < len(rest) else ""
        before = rest[place - 1].lower() if place else ""
        if found := _PERCENT.fullmatch(low):
            percents += _amount(found["digits"])
        elif following in ("%", "percent", "prozent") and _amount(low):
            percents += _amount(low)
        elif _SPAN.fullmatch(low):
            spans.append(low)
        elif span := _length(low):
            spans.append(span)
        elif (found := _NUMBER.fullmatch(low)) and (value := _amount(found["digits"])):
            numbers += value
            if sign := found["sign"] or found["behind"]:
                currencies.append(_SIGNS[sign])
        elif (coin := _coin(word, is_coin)) is not None:
            coins.append((coin, low in _EVERYDAY and word != word.upper()))
            if before in _ONE or _NUMBER.fullmatch(before):
                counted = counted or coin
        elif low and low not in ("%", "percent", "prozent"):
            words.append(low)
    sure = [coin for coin, everyday in coins if not everyday]
    everyday_words = [coin.lower() for coin, everyday in coins if everyday and (sure or words)]
    meant = sure or ([] if words else [coin for coin, _everyday in coins])
    return Sentence(
        words=(*words, *everyday_words),
        coins=tuple(dict.fromkeys(meant)),
        numbers=tuple(numbers),
        currencies=tuple(currencies),
        percents=tuple(percents),
        spans=tuple(spans),
        counted=counted if counted in meant else "",
    )


def _amount(digits: str) -> list[str]:
    """Return an amount as commands take it; a comma stays, for commands to ask about."""
    try:
        value = amount(digits)
    except BadInput:
        return []
    return [digits if "," in digits else brief(value)]


def _length(word: str) -> str | None:
    return next((span for names, span in _LENGTHS.items() if word in names), None)


def _coin(word: str, is_coin: IsCoin) -> str | None:
    """Return the market that a word names; `$sol` is always one."""
    try:
        base, quote = split_market(_SIGNS.get(word, word))
    except BadInput:
        return None
    if not (is_coin(base) or (word.startswith("$") and len(word) > 1)):
        return None
    return f"{base}-{quote}" if quote else base
