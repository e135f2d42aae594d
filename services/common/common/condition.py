"""How the assistant is doing, in one word: the chat's /status and the dashboard say the same.

What decides is what people get: prices from market data, and market data's own sources.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal, get_args

Condition = Literal["healthy", "impaired", "down", "unknown"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)


def of_sources(breakers: Collection[str] | None) -> Condition:
    """Judge by the state of each source: closed, half_open, or open while it is left alone.

    >>> of_sources(["closed", "open"]), of_sources(["open"]), of_sources(None)
    ('impaired', 'down', 'down')

    Args:
        breakers: None where market data does not answer.
    """
    if not breakers or all(state == "open" for state in breakers):
        return "down"
    return "impaired" if "open" in breakers else "healthy"


def read(word: object) -> Condition:
    """Return a condition that somebody wrote down; what is none is not known."""
    return next((it for it in CONDITIONS if it == word), "unknown")


# How each is called, by the page and by the chat; the chat translates.
WORDS: Final[Mapping[Condition, str]] = {
    "healthy": "healthy",
    "impaired": "impaired",
    "down": "out of service",
    "unknown": "not known",
}
