"""Numbers that a hand may mean in two ways: `61.200` of somebody who writes 1.234,56.

For them it is sixty-one thousand two hundred; copied from an exchange, it is sixty-one. With money
nothing is guessed: they are asked. Buttons and files always hold the exchange's form.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal

from common.errors import BadInput
from telegram_bot.reader import reader

# In which number styles a sign before three digits may part thousands, or may not.
_SIGNS = {"1.234,56": ".,", "1 234,56": ","}
_FORM = r"[1-9]\d{0,2}[.,]\d{3}"
_NUMBER = re.compile(_FORM, re.ASCII)
_IN_A_LINE = re.compile(
    rf"(?<![\w.,-])(?P<before>@?[$€£¥₿]?)(?P<number>{_FORM})(?![.,]?\d|[kmbt]\b)",
    re.ASCII | re.IGNORECASE,
)

_by_hand: ContextVar[bool] = ContextVar("by_hand", default=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as programs write it, and the numbers in it that were in doubt."""

    line: str
    numbers: tuple[Decimal, ...] = ()


class DoubtfulNumber(BadInput):
    """A number of which only who wrote it knows how large it is."""

    def __init__(self, written: str) -> None:
        super().__init__(f"{written!r} can be read in two ways.")
        self.written = written


@contextmanager
def written_by(hand: bool) -> Iterator[None]:
    """Read numbers as typed by the reader; False: as a program wrote them."""
    token = _by_hand.set(hand)
    try:
        yield
    finally:
        _by_hand.reset(token)


def writes_commas() -> bool:
    """Say whether what is read now comes from a hand that writes 0,5 for a half."""
    return _by_hand.get() and reader().numbers in _SIGNS


def is_doubtful(number: str) -> bool:
    """Say whether a number has to be asked about.

    >>> from telegram_bot.reader import Reader, reading_as
    >>> with reading_as(Reader(numbers="1.234,56")), written_by(hand=True):
    ...     [is_doubtful(number) for number in ("61.200", "1,234", "0,125", "61.20", "1.234.567")]
    [True, True, False, False, False]
    """
    signs = _SIGNS.get(reader().numbers, "") if _by_hand.get() else ""
    return bool(_NUMBER.fullmatch(number)) and any(sign in number for sign in signs)


def readings(line: str) -> list[Reading]:
    """Return what a line says by its reader's habit, then in the other way; as programs write it.

    Without a doubtful number, the line alone.

    >>> from telegram_bot.reader import Reader, reading_as
    >>> with reading_as(Reader(numbers="1.234,56")), written_by(hand=True):
    ...     [reading.line for reading in readings("BTC 1,500 @ 61.200")]
    ...     [reading.line for reading in readings("BTC 0,5")]
    ['BTC 1.500 @ 61200', 'BTC 1500 @ 61.200']
    ['BTC 0,5']
    """
    if not any(is_doubtful(found["number"]) for found in _IN_A_LINE.finditer(line)):
        return [Reading(line)]
    return [_read(line, habit) for habit in (True, False)]


def both(number: str) -> tuple[Decimal, Decimal]:
    """Return what a doubtful number is by its reader's habit, and in the other way."""
    return _value(number, True), _value(number, False)


def _read(line: str, habit: bool) -> Reading:
    values: list[Decimal] = []

    def one(found: re.Match[str]) -> str:
        if not is_doubtful(found["number"]):
            return found[0]
        values.append(_value(found["number"], habit))
        return f"{found['before']}{values[-1]:f}"

    return Reading(_IN_A_LINE.sub(one, line), tuple(values))


def _value(number: str, habit: bool) -> Decimal:
    """Take the sign for what it is by the reader's habit, or for the other thing."""
    parts_thousands = ("." in number) is habit
    return Decimal(re.sub("[.,]", "" if parts_thousands else ".", number))
