"""What a person reads when something went wrong: what happened, and what would work."""

from collections.abc import Sequence

from common.market import Timeframe
from telegram_bot.formatting.html import bold, code, escape, shortened
from telegram_bot.formatting.sentences import translated
from telegram_bot.reader import _

_LONGEST_SENTENCE = 300
_SUGGESTED = 3
_LONGEST_USAGE = 160


def which_coin(command: str) -> str:
    """Answer a command that came without a coin; `command` is its name, for example `price`."""
    example = code(f"/{shortened(command)} BTC")
    return _("Which coin? Example: {example}").format(example=example)


def unknown_symbol(asked: str, suggestions: Sequence[str] = (), example: str = "/price BTC") -> str:
    """Answer a coin that is not listed; `example` is what to try where nothing is spelled alike."""
    known = [bold(shortened(suggestion)) for suggestion in suggestions[:_SUGGESTED]]
    if known:
        what_works = _("Did you mean {command}?").format(command=_either(known))
    else:
        what_works = _("Try {examples}.").format(examples=code(shortened(example)))
    unknown = _("I don't know {asked}.").format(asked=code(shortened(asked)))
    return f"{unknown} {what_works}"


def not_traded_in(base: str, quote: str, markets: Sequence[str]) -> str:
    """Answer a known coin in a currency that no market trades it in; `markets` are those it has."""
    return _("{coin} is not traded in {quote} here, but as {markets}.").format(
        coin=bold(shortened(base)),
        quote=escape(shortened(quote)),
        markets=_either([bold(shortened(market)) for market in markets[:_SUGGESTED]]),
    )


def which_market(asked: str) -> str:
    """Ask which of several markets is meant; they stand on buttons."""
    return _("{asked} is traded in several currencies. Which one? I remember your choice.").format(
        asked=code(shortened(asked))
    )


def not_found(asked: str, suggestions: Sequence[str] = ()) -> str:
    """Return the line about one unknown coin among several."""
    if not suggestions:
        return _("Not found: {asked}").format(asked=code(shortened(asked)))
    return _("Not found: {asked} — did you mean {suggestion}?").format(
        asked=code(shortened(asked)), suggestion=escape(shortened(suggestions[0]))
    )


def bad_timeframe(asked: str) -> str:
    known = " ".join(timeframe.value for timeframe in Timeframe)
    return _("{asked} is not a timeframe. Use {known}.").format(
        asked=code(shortened(asked)), known=known
    )


def bad_period(asked: int | str) -> str:
    return _("ATR period must be 2–90 (you sent {asked}).").format(
        asked=escape(shortened(str(asked)))
    )


def short_history(
    symbol_shown: str,
    timeframe: str,
    period: int,
    have: int,
    need: int,
    instead: str | None = None,
) -> str:
    """Answer for a market that is too young; `instead` are words of `/atr` that would do."""
    too_few = _(
        "ATR({period}) on {timeframe} needs {need} closed candles; {market} has {have}."
    ).format(
        period=period,
        timeframe=escape(shortened(timeframe)),
        need=need,
        market=escape(shortened(symbol_shown)),
        have=have,
    )
    if not instead:
        return too_few
    what_works = _("Try {examples}.").format(examples=code(f"/atr {shortened(instead)}"))
    return f"{too_few} {what_works}"


def unavailable(ref: str) -> str:
    """Answer when market data is down; `ref` finds the log line."""
    return _("Market data is unavailable right now (ref {ref}). Nothing was changed.").format(
        ref=escape(shortened(ref))
    )


def too_many(limit: int, left_out: Sequence[str] = ()) -> str:
    """Say that the rest was not looked up; `left_out` are the words that were dropped."""
    if not left_out:
        return _("{limit} at most in one message.").format(limit=limit)
    named = " ".join(escape(shortened(word, 20)) for word in left_out[:limit])
    if len(left_out) <= limit:
        return _("{limit} at most in one message; left out: {words}.").format(
            limit=limit, words=named
        )
    return _("{limit} at most in one message; left out: {words} and {more} more.").format(
        limit=limit, words=named, more=len(left_out) - limit
    )


def bad_input(message: str) -> str:
    """Pass on a sentence about what was wrong with the request."""
    return escape(shortened(translated(message), _LONGEST_SENTENCE))


def not_understood(word: str, usage: str, example: str) -> str:
    """Answer a word that fits nowhere; `usage` says what would, and `example` is one to copy."""
    said = _("I don't understand {word}. Usage: {usage}").format(
        word=code(shortened(word)), usage=code(shortened(usage, _LONGEST_USAGE))
    )
    return f"{said}\n" + _("Try {examples}.").format(examples=code(shortened(example, 100)))


def which_number(written: str, meant: Sequence[str]) -> str:
    """Ask what a number means that can be read in two ways."""
    return _("You wrote {written}. Do you mean {number}?").format(
        written=code(shortened(written)), number=_either([bold(number) for number in meant])
    )


def slow_down(seconds: int) -> str:
    return _("Slow down a little — try again in {seconds} s.").format(seconds=seconds)


def crashed(ref: str) -> str:
    """Answer when the fault is ours; `ref` finds the log line."""
    return _("Something went wrong here (ref {ref}). It is noted; please try again.").format(
        ref=escape(shortened(ref))
    )


def _either(names: Sequence[str]) -> str:
    """Join `A`, `A or B`, `A, B or C`."""
    if len(names) == 1:
        return names[0]
    return _("{several} or {last}").format(several=", ".join(names[:-1]), last=names[-1])
