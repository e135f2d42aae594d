"""Writing kept candles as a CSV file that RECORDED reads back exactly."""

import csv
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from common.errors import BadInput
from common.market import Candle, Symbol, Timeframe
from market_data.candles.tables import Key, Tables

_AT_ONCE = 20_000  # candles
_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)
COLUMNS = ("date", "open", "high", "low", "close", "volume")


def find(
    tables: Tables, symbol: Symbol, timeframe: Timeframe, sources: Sequence[str] | None
) -> Key:
    """Return the kept series.

    Args:
        sources: Only from one of these, the preferred one first; None for whichever there is.

    Raises:
        BadInput: If there is none, or it is not clear which; the message says what is kept.
    """
    kept = tables.keys()
    fitting = [key for key in kept if (key.symbol, key.timeframe) == (symbol, timeframe)]
    if sources is not None:
        fitting = [key for source in sources for key in fitting if key.source == source][:1]
    if len(fitting) > 1:
        names = " or --provider ".join(key.source for key in fitting)
        raise BadInput(f"{symbol} {timeframe.value} is kept from several: use --provider {names}.")
    if not fitting:
        listed = ", ".join(f"{key.symbol} {key.timeframe.value} ({key.source})" for key in kept[:9])
        raise BadInput(
            f"No {timeframe.value} candles of {symbol} are kept"
            + (f" from {' or '.join(sources)}" if sources else "")
            + f". Kept: {listed or 'nothing yet'}. To fetch them: python -m market_data backfill "
            f"{symbol} {timeframe.value} --since 2024-01-01"
        )
    return fitting[0]


def export(
    tables: Tables, key: Key, out: Path, since: datetime | None, until: datetime | None
) -> int:
    """Write the file whole or not at all; return its number of candles.

    Raises:
        BadInput: If nothing is kept in the range.
        OSError: If it cannot be written.
        sqlite3.Error, Damaged: If the store cannot be read.
    """
    part = out.with_name(out.name + ".part")
    count = 0
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for candle in _candles(tables, key, since or _BEGINNING, until or _END):
                writer.writerow(_row(candle))
                count += 1
        if not count:
            raise BadInput(f"No candles of {key.symbol} are kept between --since and --until.")
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
    return count


def _candles(tables: Tables, key: Key, since: datetime, until: datetime) -> Iterator[Candle]:
    """From span to span, so that a large series is never in memory as a whole."""
    step = _AT_ONCE * key.timeframe.length
    spans = tables.spans(key)
    for first, last in spans:
        start, end = max(first, since), min(last, until)
        while start < end:
            yield from tables.read(key, start, min(end, start + step))
            start += step


def _row(candle: Candle) -> list[str]:
    numbers = (candle.open, candle.high, candle.low, candle.close, candle.volume)
    opened = candle.opened_at.isoformat().replace("+00:00", "Z")
    return [opened, *(f"{number:f}" for number in numbers)]
