"""Take a typed or tapped text apart into a command and its words."""

import re
from dataclasses import dataclass, field

_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@([a-z0-9_]{1,32}))?(?!\S)", re.ASCII | re.IGNORECASE)
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was typed.

    Attributes:
        bot: The bot that it is addressed to, without the @, or None.
        rest: All behind the name, with its lines.
    """

    name: str
    words: tuple[str, ...]
    bot: str | None = None
    rest: str = field(default="", repr=False, compare=False)


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
    rest = text[found.end() :]
    words = rest.split(maxsplit=_MOST_WORDS)[:_MOST_WORDS]
    return Typed(found[1].lower(), tuple(words), found[2], rest)
