"""What a person reads when something went wrong: what happened, and what would work."""

from collections.abc import Sequence

from common.market import Timeframe
from telegram_bot.formatting.html import bold, code, escape, shortened

_LONGEST_SENTENCE = 300
_SUGGESTED = 3


def which_coin(command: str) -> str:
    """Answer a command that came without a coin; `command` is its name, for example `price`."""
    return f"Which coin? Example: {code(f'/{shortened(command)} BTC')}"


def unknown_symbol(asked: str, suggestions: Sequence[str] = ()) -> str:
    known = [bold(shortened(suggestion)) for suggestion in suggestions[:_SUGGESTED]]
    what_works = f"Did you mean {_either(known)}?" if known else f"Try {code('/price BTC')}."
    return f"I don't know {code(shortened(asked))}. {what_works}"


def not_found(asked: str, suggestions: Sequence[str] = ()) -> str:
    """Return the line about one unknown coin among several."""
    guess = f" — did you mean {escape(shortened(suggestions[0]))}?" if suggestions else ""
    return f"Not found: {code(shortened(asked))}{guess}"


def bad_timeframe(asked: str) -> str:
    known = " ".join(timeframe.value for timeframe in Timeframe)
    return f"{code(shortened(asked))} is not a timeframe. Use {known}."


def bad_period(asked: int | str) -> str:
    return f"ATR period must be 2–90 (you sent {escape(shortened(str(asked)))})."


def short_history(
    symbol_shown: str,
    timeframe: str,
    period: int,
    have: int,
    need: int,
    instead: str | None = None,
) -> str:
    """Answer for a market that is too young; `instead` are words of `/atr` that would do."""
    what_works = f" Try {code(f'/atr {shortened(instead)}')}." if instead else ""
    return (
        f"ATR({period}) on {escape(shortened(timeframe))} needs {need} closed candles; "
        f"{escape(shortened(symbol_shown))} has {have}.{what_works}"
    )


def unavailable(ref: str) -> str:
    """Answer when market data is down; `ref` finds the log line."""
    return (
        f"Market data is unavailable right now (ref {escape(shortened(ref))}). Nothing was changed."
    )


def too_many(limit: int, left_out: Sequence[str] = ()) -> str:
    """Say that the rest was not looked up; `left_out` are the words that were dropped."""
    if not left_out:
        return f"{limit} at most in one message."
    named = " ".join(escape(shortened(word, 20)) for word in left_out[:limit])
    more = f" and {len(left_out) - limit} more" if len(left_out) > limit else ""
    return f"{limit} at most in one message; left out: {named}{more}."


def bad_input(message: str) -> str:
    """Pass on a sentence about what was wrong with the request."""
    return escape(shortened(message, _LONGEST_SENTENCE))


def not_understood(word: str, usage: str) -> str:
    """Answer a word that fits nowhere; `usage` says what would."""
    return f"I don't understand {code(shortened(word))}. Usage: {code(shortened(usage, 100))}"


def slow_down(seconds: int) -> str:
    return f"Slow down a little — try again in {seconds} s."


def crashed(ref: str) -> str:
    """Answer when the fault is ours; `ref` finds the log line."""
    return (
        f"Something went wrong here (ref {escape(shortened(ref))}). It is noted; please try again."
    )


def _either(names: Sequence[str]) -> str:
    """Join `A`, `A or B`, `A, B or C`."""
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} or {names[-1]}"
