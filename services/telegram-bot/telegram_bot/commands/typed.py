"""Take a typed or tapped text apart into a command and its words."""

import re
from dataclasses import dataclass

_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@([a-z0-9_]{1,32}))?(?!\S)", re.ASCII | re.IGNORECASE)
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was typed.

    Attributes:
        bot: The bot that it is addressed to, without the @, or None.
    """

    name: str
    words: tuple[str, ...]
    bot: str | None = None


def take_apart(text: str) -> Typed | None:
    """Return the command in `text`, or None when it does not begin with one.

    >>> take_apart("/ATR@my_bot BTC  4h")
    Typed(name='atr', words=('BTC', '4h'), bot='my_bot')
    >>> take_apart("btc") is None
    True
    """
    found = _COMMAND.match(text)
    if found is None:
        return None
    words = text[found.end() :].split(maxsplit=_MOST_WORDS)[:_MOST_WORDS]
    return Typed(found[1].lower(), tuple(words), found[2])
