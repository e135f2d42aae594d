"""The words of one CSV table of candles: which column is which, and whether a row makes sense."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from operator import itemgetter

from common.market import EPOCH

_NUMBERS = ("open", "high", "low", "close", "volume")
_TIMES = ("ts", "date")
_MILLISECONDS = 100_000_000_000  # more than that many seconds is the year 5138
_EARLIEST, _LATEST = -2_208_988_800, 7_258_118_400  # the years 1900 and 2200
_LARGEST = 20  # powers of ten; beyond, a number is a slip and not a price


class BadRow(Exception):
    """A row, or a header, that makes no sense; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that makes sense by itself.

    Attributes:
        line: In the file, counted from 1.
        opened: Epoch seconds.
        numbers: Open, high, low, close, volume as written, joined by commas.
        close_decimals, volume_decimals: Digits after the point that they need.
    """

    line: int
    opened: int
    numbers: str
    close_decimals: int
    volume_decimals: int


class Columns:
    """Where a table keeps the time and the five numbers, in any order, among others."""

    def __init__(self, names: Sequence[str], time: str) -> None:
        self._width = len(names)
        self._time = names.index(time)
        self._numbers = itemgetter(*(names.index(name) for name in _NUMBERS))

    @classmethod
    def find(cls, header: Sequence[str]) -> "Columns":
        """Read the header; letters may be large or small.

        Raises:
            BadRow: If a column is missing or there twice.
        """
        names = [name.strip().lower() for name in header]
        if not names:
            raise BadRow("it is empty")
        time = next((name for name in _TIMES if name in names), None)
        missing = [name for name in _NUMBERS if name not in names]
        if time is None:
            missing.insert(0, "date or ts")
        twice = [name for name in (*_TIMES, *_NUMBERS) if names.count(name) > 1]
        if time is None or missing or twice:
            fault = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(twice)} twice"
            raise BadRow(f"its header {','.join(header)[:80]!r} {fault}")
        return cls(names, time)

    def row(self, line: int, fields: Sequence[str]) -> Row:
        """Read one row.

        Raises:
            BadRow: If it is cut off, or its numbers cannot be those of a candle.
        """
        if len(fields) != self._width:
            raise BadRow(f"has {len(fields)} values where the header has {self._width}")
        texts: tuple[str, ...] = self._numbers(fields)
        try:
            values = [Decimal(text) for text in texts]
        except InvalidOperation:
            raise BadRow(f"{','.join(texts)[:80]!r} are not five numbers") from None
        _check(*values)
        return Row(
            line=line,
            opened=_seconds(fields[self._time]),
            numbers=",".join(texts),
            close_decimals=_decimals(texts[3]),
            volume_decimals=_decimals(texts[4]),
        )


def _check(open_: Decimal, high: Decimal, low: Decimal, close: Decimal, volume: Decimal) -> None:
    for value in (open_, high, low, close, volume):
        if not value.is_finite():
            raise BadRow(f"{value} is not a number")
        if value and abs(value.adjusted()) > _LARGEST:
            raise BadRow(f"{value} is out of bounds")
    if low <= 0:
        raise BadRow(f"low {low} is not above 0")
    if high < low:
        raise BadRow(f"high {high} is below low {low}; are columns swapped?")
    if not (low <= open_ <= high and low <= close <= high):
        raise BadRow(f"open {open_} or close {close} lies outside {low} to {high}")
    if volume < 0:
        raise BadRow(f"volume {volume} is below 0")


def _seconds(text: str) -> int:
    """Epoch seconds of `2013-03-01`, `2013-03-01T12:00:00Z`, 1362096000 or 1362096000000."""
    try:
        number = int(text)
    except ValueError:
        seconds, rest = _from_date(text), 0
    else:
        seconds, rest = (number, 0) if abs(number) < _MILLISECONDS else divmod(number, 1_000)
    if rest:
        raise BadRow(f"{text} is not a whole second")
    if not _EARLIEST <= seconds < _LATEST:
        raise BadRow(f"{text[:40]} lies outside the years 1900 to 2199")
    return seconds


def _from_date(text: str) -> int:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadRow(f"{text[:40]!r} is neither a date nor an epoch time") from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    elapsed = at - EPOCH
    if elapsed.microseconds:
        raise BadRow(f"{text} is not a whole second")
    return elapsed.days * 86_400 + elapsed.seconds


def _decimals(text: str) -> int:
    """Digits after the point, without the zeros that a spreadsheet adds."""
    if "e" in text or "E" in text:
        exponent = Decimal(text).normalize().as_tuple().exponent
        return max(0, -int(exponent))
    return len(text.partition(".")[2].strip().rstrip("0"))
