"""Lengths of time in words: `4 hours` and `15 Minuten` are `4h` and `15m`."""

from collections.abc import Sequence

_WORDS = {
    "m": ("min", "mins", "minute", "minutes", "minuten"),
    "h": ("hr", "hrs", "hour", "hours", "std", "stunde", "stunden"),
    "d": ("day", "days", "tag", "tage", "tagen"),
    "w": ("week", "weeks", "woche", "wochen"),
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words}
_MOST_DIGITS = 5


def joined(words: Sequence[str]) -> list[str]:
    """Write a number and the unit behind it as one word.

    >>> joined(["atr", "eth", "4", "Stunden"]), joined(["every", "hour"])
    (['atr', 'eth', '4h'], ['every', 'hour'])
    """
    found: list[str] = []
    for word in words:
        unit = _UNITS.get(word.lower())
        if unit is not None and found and _counts(found[-1]):
            found[-1] += unit
        else:
            found.append(word)
    return found


def one(word: str) -> str:
    """Read a unit that stands alone as one of it; any other word stays.

    >>> one("hour"), one("Tag"), one("7d")
    ('1h', '1d', '7d')
    """
    unit = _UNITS.get(word.lower())
    return word if unit is None else f"1{unit}"


def _counts(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= _MOST_DIGITS
