"""Read what people write for numbers and markets."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from common.assets import QUOTES
from common.errors import BadInput
from common.market import split_market
from telegram_bot.commands.doubt import DoubtfulNumber, is_doubtful
from telegram_bot.reader import _, reader

_LONGEST_NUMBER = 24
_MOST = Decimal(10) ** 15 - 1
_LONGEST_SHOWN = 40
_SCALES = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
_NUMBER = re.compile(r"(?P<digits>[\d_,]*\d)?(?:\.(?P<rest>\d+))?(?P<scale>[kmbt]?)", re.ASCII)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+", re.ASCII)
# Nobody means anything else by `1.234,56` and `1.234.567`.
_GERMAN = re.compile(r"[1-9]\d{0,2}(\.\d{3})+,\d+|[1-9]\d{0,2}(\.\d{3}){2,}", re.ASCII)
_UNDERSCORES = re.compile(r"\d+(_\d+)*", re.ASCII)
_DECIMAL_COMMA = re.compile(r"\d+,\d+", re.ASCII)
_SPACED = re.compile(r"(?<![\w.,])\d{1,3}(?:\s\d{3})+(?=,\d)")
_PERCENT = re.compile(r"(?<=\d)\s*(?:%|percent\b|prozent\b)", re.IGNORECASE)
# A comma parts words, except between two digits: there it belongs to a number.
_BREAKS = re.compile(r"\s+|(?<!\d),|,(?!\d)", re.ASCII)


class NotUnderstood(BadInput):
    """A word that the command has no use for."""

    def __init__(self, word: str) -> None:
        super().__init__(f"I don't understand {shorten(word)!r} there.")
        self.word = shorten(word)


def number(text: str) -> Decimal:
    """Read an amount of 0 or more.

    Three digits after a comma are thousands, any other number of digits is a fraction.

    Raises:
        DoubtfulNumber: For `70.000` and `1,234` of who writes 1.234,56.
        BadInput: For anything else, exponents, signs and two points included.

    >>> [str(number(text)) for text in ("70k", "1.5m", "2B", "70,000", "1_000", "70,5", "0.0001")]
    ['70000', '1500000', '2000000000', '70000', '1000', '70.5', '0.0001']
    """
    if is_doubtful(text):
        raise DoubtfulNumber(text)
    short = text.lower() if len(text) <= _LONGEST_NUMBER else ""
    if _GERMAN.fullmatch(short.rstrip("kmbt")):
        short = short.replace(".", "").replace(",", ".")
    found = _NUMBER.fullmatch(short)
    digits = _digits(found["digits"] or "", found["rest"]) if found else None
    value = Decimal(digits) * _SCALES[found["scale"]] if found and digits else _MOST + 1
    if value > _MOST:
        raise BadInput(
            _("{amount} is not an amount I can use. Write 70000, 70,000, 70k or 1.5m.").format(
                amount=repr(shorten(text))
            )
        )
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def amount(text: str) -> Decimal:
    """Read an amount above 0, as `number` does."""
    value = number(text)
    if value <= 0:
        raise BadInput(
            _("{amount} is not an amount I can use. It must be above 0.").format(
                amount=repr(shorten(text))
            )
        )
    return value


def _digits(whole: str, rest: str | None) -> str | None:
    """Return a plain decimal number, or None where commas, points and underscores make no sense."""
    if not whole:
        return f"0.{rest}" if rest else None
    if _UNDERSCORES.fullmatch(whole) or _THOUSANDS.fullmatch(whole):
        plain = whole.replace("_", "").replace(",", "")
        return f"{plain}.{rest}" if rest else plain
    if rest is None and _DECIMAL_COMMA.fullmatch(whole):
        return whole.replace(",", ".")
    return None


def words_of(text: str) -> list[str]:
    """Split at white space and at commas that are not inside a number.

    >>> words_of("btc,4h @64,000"), words_of("btc -5 %")
    (['btc', '4h', '@64,000'], ['btc', '-5%'])
    """
    if reader().numbers == "1 234,56":
        text = _SPACED.sub(lambda found: re.sub(r"\s", "", found[0]), text)
    return [word for word in _BREAKS.split(_PERCENT.sub("%", text)) if word]


def market(word: str) -> str:
    """Return the market as the service takes it: `BTC`, or `BTC-USDT` when both are named.

    A coin that the reader was asked about is the market that they chose.

    Raises:
        BadInput: If it cannot be a market, with a hint.
    """
    base, quote = split_market(word)
    return f"{base}-{quote}" if quote else meant(base)


def meant(base: str) -> str:
    """Return the market that the reader chose for a coin when asked, else the coin.

    >>> from telegram_bot.reader import Reader, reading_as
    >>> with reading_as(Reader(markets=("GRT-GBP",))):
    ...     meant("GRT"), meant("BTC")
    ('GRT-GBP', 'BTC')
    """
    chosen = (symbol for symbol in reader().markets if symbol.partition("-")[0] == base)
    return next(chosen, base)


def priced_in(words: Sequence[str]) -> list[str]:
    """Read `in eur` as the quote of every market before it that names none.

    >>> priced_in(["btc", "eth-usd", "in", "euro"]), priced_in(["in", "eur"])
    (['BTC-EUR', 'eth-usd'], [])
    """
    for place, (word, following) in enumerate(zip(words, words[1:], strict=False)):
        if word.lower() == "in" and (quote := _quote_of(following)) is not None:
            priced = [_with_quote(market, quote) for market in words[:place]]
            return [*priced, *words[place + 2 :]]
    return list(words)


def _quote_of(word: str) -> str | None:
    """Return the quote asset that a word names: `eur`, `euro`."""
    try:
        base, quote = split_market(word)
    except BadInput:
        return None
    return base if quote is None and base in QUOTES else None


def _with_quote(word: str, quote: str) -> str:
    try:
        base, named = split_market(word)
    except BadInput:
        return word  # and be refused with everybody's sentence
    return word if named else f"{base}-{quote}"


def in_usual_quote(word: str) -> str:
    """Put the reader's currency behind a market that names none.

    >>> from telegram_bot.reader import Reader, reading_as
    >>> with reading_as(Reader(quote="EUR")):
    ...     in_usual_quote("BTC"), in_usual_quote("BTC-USD"), in_usual_quote("EUR")
    ('BTC-EUR', 'BTC-USD', 'EUR')
    """
    quote = reader().quote
    return word if quote is None or "-" in word or word == quote else f"{word}-{quote}"


def without_repeats(words: Iterable[str]) -> list[str]:
    """Keep the first of equal words, in order."""
    return list(dict.fromkeys(words))


def shorten(word: str) -> str:
    """Cut a word to what an answer repeats of it."""
    return word if len(word) <= _LONGEST_SHOWN else word[: _LONGEST_SHOWN - 1] + "…"
