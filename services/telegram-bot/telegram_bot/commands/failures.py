"""Turn an error into what the person reads: what happened, what to do, one tap to do it."""

from collections.abc import Sequence

from common.assets import QUOTES
from common.errors import (
    AmbiguousSymbol,
    BadInput,
    NotEnoughCandles,
    UnknownSymbol,
    UnknownTimeframe,
)
from telegram_bot.commands import Command, Request, Services, too_young
from telegram_bot.commands.atr_words import BadPeriod, read
from telegram_bot.commands.doubt import DoubtfulNumber, both, readings
from telegram_bot.commands.words import NotUnderstood, market, priced_in, words_of
from telegram_bot.formatting import trouble
from telegram_bot.formatting.numbers import undoubted
from telegram_bot.reader import _
from telegram_bot.replies import Press, Reply

_MOST_SUGGESTIONS = 3
_MOST_CHOICES = 5


async def explain(error: BadInput, command: Command, request: Request, services: Services) -> Reply:
    """Answer an error that the person can do something about."""
    match error:
        case DoubtfulNumber():
            return _which_number(error, command, request)
        case UnknownSymbol():
            return _unknown(error, command, request)
        case AmbiguousSymbol():
            return _several(error, command, request)
        case UnknownTimeframe():
            return Reply(trouble.bad_timeframe(error.asked))
        case NotEnoughCandles():
            return await _too_young(error, command, request, services)
        case BadPeriod():
            return Reply(trouble.bad_period(error.asked))
        case NotUnderstood():
            return Reply(trouble.not_understood(error.word, command.usage, command.examples[0]))
    return Reply(trouble.bad_input(str(error)))


def unavailable(ref: str, command: Command, request: Request) -> Reply:
    """Answer a failure that nobody can do anything about; `ref` finds it in the log."""
    again = Press(_("🔄 Try again"), _again(command, request.words))
    return Reply(trouble.unavailable(ref), ((again,),))


def _unknown(error: UnknownSymbol, command: Command, request: Request) -> Reply:
    near = error.suggestions[:_MOST_SUGGESTIONS]
    words = _words(request)
    base, quote = error.asked.partition("-")[::2]
    if quote in QUOTES and any(name.startswith(f"{base}-") for name in near):
        return _in_another_quote(base, quote, near, command, words)
    buttons = tuple(Press(name, _again(command, _with(words, error.asked, name))) for name in near)
    return Reply(trouble.unknown_symbol(error.asked, near, command.examples[0]), (buttons,))


def _in_another_quote(
    base: str, quote: str, near: Sequence[str], command: Command, words: Sequence[str]
) -> Reply:
    """Say in what else a coin is traded, and offer what it is worth in what was asked."""
    markets = tuple(
        Press(
            name.replace("-", "/"),
            _again(command, _with(priced_in(words), f"{base}-{quote}", name)),
        )
        for name in near
    )
    worth = Press(f"1 {base} → {quote}", f"convert 1 {base} {quote}")
    shown = [name.replace("-", "/") for name in near]
    return Reply(trouble.not_traded_in(base, quote, shown), (markets, (worth,)))


def _several(error: AmbiguousSymbol, command: Command, request: Request) -> Reply:
    words = _words(request)
    buttons = tuple(
        Press(
            name.replace("-", "/"),
            _again(command, _with(words, error.asked, name)),
            remembers=request.speaker.private,
        )
        for name in error.choices[:_MOST_CHOICES]
    )
    return Reply(trouble.which_market(error.asked), (buttons,))


def _which_number(error: DoubtfulNumber, command: Command, request: Request) -> Reply:
    """Ask with one button for each way to read the line; it is pressed as programs write."""
    found = readings(" ".join(request.words))
    buttons = tuple(
        Press("✅ " + " · ".join(map(undoubted, reading.numbers)), _again(command, [reading.line]))
        for reading in found
        if reading.numbers
    )
    written = [undoubted(value) for value in both(error.written)]
    return Reply(trouble.which_number(error.written, written), (buttons,))


def _words(request: Request) -> list[str]:
    return words_of(" ".join(request.words))


def _with(words: Sequence[str], asked: str, name: str) -> list[str]:
    """Put `name` in the place of what was asked, or of everything where no one word says it."""
    corrected = [name if _means(word, asked) else word for word in words]
    return [name] if corrected == list(words) else corrected


def _means(word: str, asked: str) -> bool:
    try:
        return asked.casefold() in (word.casefold(), market(word).casefold())
    except BadInput:
        return False


async def _too_young(
    error: NotEnoughCandles, command: Command, request: Request, services: Services
) -> Reply:
    if command.name != "atr":
        return Reply(trouble.bad_input(str(error)))
    return await too_young.explain(error, read(_words(request)), services)


def _again(command: Command, words: Sequence[str]) -> str:
    return " ".join((command.name, *words))
