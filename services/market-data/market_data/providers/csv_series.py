"""One CSV file of candles, read with suspicion: bad rows are set aside, bad files refused."""

import csv
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path

from common.errors import BadInput
from common.market import EPOCH, Candle, Symbol, Timeframe
from market_data.providers.csv_rows import BadRow, Columns, Row

MOST_BYTES = 256 * 1024 * 1024
MOST_BAD = 0.01  # share of the rows
_DAY = 86_400
_WEEKEND = (5, 6)

_Bad = tuple[int, str]  # a line, and what is wrong with it


class BadFile(Exception):
    """The file cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Series:
    """The candles of one file.

    Attributes:
        path: The file.
        opened: Epoch seconds, rising, all on the timeframe's grid.
        rows: Open, high, low, close and volume as the file writes them, joined by commas, a line
            a candle; kept as one text because that is exact and small.
        begins: Where each line begins in `rows`, and where a next one would.
        price_step: What nine of ten closes are multiples of: stock files hold stray finer ones.
        lot_step: The finest that the file needs.
        sessions: True when nothing ever opens on a weekend, as with stocks.
        bad: Rows set aside, as sentences that name the line.
    """

    path: Path
    symbol: Symbol
    timeframe: Timeframe
    opened: Sequence[int]
    rows: str
    begins: Sequence[int]
    price_step: Decimal
    lot_step: Decimal
    sessions: bool
    bad: Sequence[str]

    @property
    def end(self) -> datetime:
        """When the last candle closed."""
        return _instant(self.opened[-1]) + self.timeframe.length

    def closed(self, start: datetime, end: datetime, at: datetime) -> list[Candle]:
        """Candles with `start <= opened_at < end` that had closed at an instant, oldest first."""
        first = bisect_left(self.opened, _seconds(start))
        last = bisect_left(self.opened, _seconds(end))
        last = min(last, bisect_right(self.opened, _seconds(at - self.timeframe.length)))
        return [self._candle(index) for index in range(first, last)]

    def last_closed(self, at: datetime) -> Candle | None:
        """The newest candle that had closed at an instant."""
        index = bisect_right(self.opened, _seconds(at - self.timeframe.length)) - 1
        return self._candle(index) if index >= 0 else None

    def _candle(self, index: int) -> Candle:
        line = self.rows[self.begins[index] : self.begins[index + 1] - 1]
        prices = [Decimal(text) for text in line.split(",")]
        return Candle(_instant(self.opened[index]), *prices)


def symbol_of(path: Path) -> Symbol:
    """Read the market off a file's name: `ftx_BTC-PERP_1m.csv` holds BTC-PERP, `AAPL.csv` AAPL-USD.

    Raises:
        BadFile: If the name names none.
    """
    words = path.stem.split("_")
    if len(words) > 1 and words[-1] in {timeframe.value for timeframe in Timeframe}:
        words.pop()
    try:
        symbol = Symbol.parse(words[-1])
    except BadInput as error:
        raise BadFile(f"its name names no market: {error}") from None
    if symbol.base == symbol.quote:
        raise BadFile("its name names no market; BTC-USD_1h.csv would")
    return symbol


def read(path: Path) -> Series:
    """Read a whole file.

    Raises:
        BadFile: If it is not a table of candles, or more than 1 % of its rows are bad.
    """
    symbol = symbol_of(path)
    rows, bad = _rows(path)
    total = len(rows) + len(bad)
    _refuse_if_too_many(bad, total)
    rows.sort(key=lambda row: row.opened)
    timeframe = _timeframe(rows)
    good: list[Row] = []
    phase = int((timeframe.opening(EPOCH) - EPOCH).total_seconds()) % timeframe.seconds
    for row in rows:
        if (row.opened - phase) % timeframe.seconds:
            bad.append((row.line, f"opens off the grid of {timeframe.value}"))
        elif good and row.opened == good[-1].opened:
            bad.append((row.line, f"opens at the same time as line {good[-1].line}"))
        else:
            good.append(row)
    _refuse_if_too_many(bad, total)
    return Series(
        path=path,
        symbol=symbol,
        timeframe=timeframe,
        opened=array("q", [row.opened for row in good]),
        rows="\n".join(row.numbers for row in good),
        begins=array("q", accumulate((len(row.numbers) + 1 for row in good), initial=0)),
        price_step=Decimal(1).scaleb(-_usual([row.close_decimals for row in good])),
        lot_step=Decimal(1).scaleb(-max(row.volume_decimals for row in good)),
        sessions=_in_sessions(good),
        bad=_reasons(bad),
    )


def _rows(path: Path) -> tuple[list[Row], list[_Bad]]:
    """Rows that make sense by themselves, and the others with their lines."""
    good: list[Row] = []
    bad: list[_Bad] = []
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadFile(f"it is larger than {MOST_BYTES // 1024 // 1024} MB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            columns = Columns.find(next(reader, []))
            for fields in reader:
                if not fields:
                    continue
                try:
                    good.append(columns.row(reader.line_num, fields))
                except BadRow as error:
                    bad.append((reader.line_num, str(error)))
    except BadRow as error:
        raise BadFile(str(error)) from None
    except UnicodeDecodeError:
        raise BadFile("it is not UTF-8 text") from None
    except csv.Error as error:
        raise BadFile(f"it is not a CSV table: {error}") from None
    except OSError as error:
        raise BadFile(f"it cannot be read: {error.strerror}") from None
    return good, bad


def _refuse_if_too_many(bad: Sequence[_Bad], total: int) -> None:
    if len(bad) > MOST_BAD * total:
        shown = "; ".join(_reasons(bad)[:3])
        raise BadFile(f"{len(bad)} of its {total} rows are bad ({shown})")


def _reasons(bad: Sequence[_Bad]) -> list[str]:
    return [f"line {line}: {reason}" for line, reason in sorted(bad)]


def _timeframe(rows: Sequence[Row]) -> Timeframe:
    """The one whose length most neighbours are apart."""
    steps = Counter(after.opened - before.opened for before, after in pairwise(rows))
    del steps[0]
    if not steps:
        raise BadFile("it has fewer than two rows at different times, which tell no timeframe")
    seconds = steps.most_common(1)[0][0]
    for timeframe in Timeframe:
        if timeframe.seconds == seconds:
            return timeframe
    known = " ".join(timeframe.value for timeframe in Timeframe)
    raise BadFile(f"most rows are {seconds} s apart, which is none of {known}")


def _usual(decimals: Sequence[int]) -> int:
    """The fewest decimals that nine of ten values fit in."""
    return sorted(decimals)[(len(decimals) * 9 - 1) // 10]


def _in_sessions(rows: Sequence[Row]) -> bool:
    if rows[-1].opened - rows[0].opened < 14 * _DAY:
        return False
    days = {row.opened // _DAY for row in rows}
    return not any((day + 3) % 7 in _WEEKEND for day in days)  # the epoch was a Thursday


def _seconds(at: datetime) -> float:
    return (at - EPOCH).total_seconds()


def _instant(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
