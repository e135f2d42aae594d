"""Errors sorted by who can act on them.

* CryptoAssistantError
  + BadInput          the person: ask differently
    - UnknownSymbol, AmbiguousSymbol, UnknownTimeframe, UnsupportedTimeframe, NotEnoughCandles
  + Unavailable       nobody: try again in `retry_after` seconds
  + Misconfigured     the operator: the program refuses to start

Exceptions of vendors and libraries stop at the adapter that met them. A message is a whole
sentence that says what would work.
"""

from collections.abc import Sequence


class CryptoAssistantError(Exception):
    """The root of every error that we raise on purpose."""


class BadInput(CryptoAssistantError):
    """The person who asked can fix this by asking differently."""


class UnknownSymbol(BadInput):
    """No source lists this market.

    Attributes:
        asked: What the person wrote, unchanged.
        suggestions: Listed base assets that come close, best first, for example `("BTC", "BTT")`.
    """

    def __init__(self, asked: str, suggestions: Sequence[str] = ()) -> None:
        near = f" Did you mean {' or '.join(suggestions)}?" if suggestions else ""
        super().__init__(f"{asked!r} is not a market we know.{near}")
        self.asked = asked
        self.suggestions = tuple(suggestions)


class AmbiguousSymbol(BadInput):
    """Several markets are meant equally well, and guessing would cost somebody money.

    Attributes:
        asked: What the person wrote, unchanged.
        choices: The markets, best first, for example `("GRT-EUR", "GRT-GBP")`.
    """

    def __init__(self, asked: str, choices: Sequence[str]) -> None:
        super().__init__(f"{asked!r} is several markets. Write {' or '.join(choices)}.")
        self.asked = asked
        self.choices = tuple(choices)


class UnknownTimeframe(BadInput):
    """Not one of the eleven timeframes."""

    def __init__(self, asked: str, known: Sequence[str]) -> None:
        super().__init__(f"{asked!r} is not a timeframe. Use {' '.join(known)}.")
        self.asked = asked


class UnsupportedTimeframe(BadInput):
    """A timeframe that exists, but not for this market. The message names those that do."""


class NotEnoughCandles(BadInput):
    """The market is too young, or its history too short, for what was asked.

    Attributes:
        symbol: The market, for example `ARB-USD`.
        timeframe: For example `1w`.
        have, need: Numbers of closed candles.
    """

    def __init__(self, symbol: str, timeframe: str, have: int, need: int) -> None:
        super().__init__(f"{symbol} on {timeframe} has {have} closed candles; this needs {need}.")
        self.symbol = symbol
        self.timeframe = timeframe
        self.have = have
        self.need = need


class Unavailable(CryptoAssistantError):
    """A neighbour did not answer, or answered nonsense: nobody can act, waiting may help.

    Attributes:
        retry_after: Seconds after which asking again makes sense.
    """

    def __init__(self, message: str, retry_after: float = 5.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Misconfigured(CryptoAssistantError):
    """The operator must change a setting; the program refuses to start.

    The message names the variable and says what would be right.
    """
