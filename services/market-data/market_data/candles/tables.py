"""The tables of the candle store and the statements that read and write them, on one connection.

A row says how many decimals its whole numbers have, so an exchange that adds a decimal changes no
older row. Every row carries a checksum over its numbers, its decimals and the market it is of:
SQLite itself does not notice a flipped bit inside a number.
"""

import sqlite3
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.market import EPOCH, Candle, Symbol, Timeframe
from market_data.candles.scales import MOST_DECIMALS, Scale, Ticks, needed

SCHEMA = """
CREATE TABLE series (
    id INTEGER PRIMARY KEY, symbol TEXT NOT NULL, source TEXT NOT NULL, UNIQUE (symbol, source)
) STRICT;
CREATE TABLE scale (
    id INTEGER PRIMARY KEY, series INTEGER NOT NULL, price INTEGER NOT NULL,
    volume INTEGER NOT NULL, UNIQUE (series, price, volume)
) STRICT;
CREATE TABLE candle (
    series INTEGER NOT NULL, seconds INTEGER NOT NULL, opened INTEGER NOT NULL,
    open INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL, close INTEGER NOT NULL,
    volume INTEGER NOT NULL, scale INTEGER NOT NULL, revision INTEGER NOT NULL,
    checksum INTEGER NOT NULL, PRIMARY KEY (series, seconds, opened)
) STRICT, WITHOUT ROWID;
CREATE TABLE span (
    series INTEGER NOT NULL, seconds INTEGER NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (series, seconds, first)
) STRICT, WITHOUT ROWID;
"""
_NUMBERS = "opened, open, high, low, close, volume"
_ROW = struct.Struct(">6q2q")
_SPAN = struct.Struct(">2q")
_SIGNED = 2**31  # checksums are kept below it, in four bytes
Range = tuple[datetime, datetime]


class Damaged(Exception):
    """What the store says of itself cannot be true."""


@dataclass(frozen=True, slots=True)
class Key:
    """One series: a market at its source, in candles of one length."""

    symbol: Symbol
    source: str
    timeframe: Timeframe

    @property
    def checksum(self) -> int:
        return zlib.crc32(f"{self.symbol} {self.source} {self.timeframe.seconds}".encode())


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the candles of one `keep`.

    Attributes:
        revised: Those that the store had known with other numbers, as they stood before.
        refused: How many have more digits than 63 bits hold.
    """

    revised: Sequence[Candle]
    refused: int


class Tables:
    """Reads and writes series. Methods raise `sqlite3.Error`; what they read may be `Damaged`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keep(self, key: Key, candles: Sequence[Candle], start: datetime, end: datetime) -> Written:
        """Write candles, and that they are all there are in a range, in one transaction.

        Args:
            candles: Oldest first. They may lie outside the range too.
            start, end: `start <= opened_at < end` is the range; an empty one says nothing.
        """
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            written = self._keep(key, candles, start, end)
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()
        return written

    def read(self, key: Key, start: datetime, end: datetime) -> list[Candle]:
        """Candles with `start <= opened_at < end`, oldest first."""
        series = self._series(key)
        if series is None:
            return []
        found = self._rows(key, series, start, end)
        return [candle for candle, _ in found.values()]

    def spans(self, key: Key) -> list[Range]:
        """Ranges of which everything is known, oldest first; they do not touch each other."""
        series = self._series(key)
        rows = self._connection.execute(
            "SELECT first, last, checksum FROM span WHERE series = ? AND seconds = ?"
            " ORDER BY first",
            (series, key.timeframe.seconds),
        )
        return [_range(key, *row) for row in rows]

    def keys(self) -> list[Key]:
        """Every series that has a candle."""
        rows = self._connection.execute(
            "SELECT DISTINCT symbol, source, seconds FROM candle JOIN series ON series.id = series"
            " ORDER BY symbol, source, seconds"
        )
        return [
            Key(_symbol(symbol), source, _timeframe(seconds)) for symbol, source, seconds in rows
        ]

    def _keep(self, key: Key, candles: Sequence[Candle], start: datetime, end: datetime) -> Written:
        series = self._series(key) or self._insert(
            "INSERT INTO series (symbol, source) VALUES (?, ?)", (str(key.symbol), key.source)
        )
        known = {}
        if candles:
            until = candles[-1].opened_at + key.timeframe.length
            known = self._rows(key, series, candles[0].opened_at, until)
        revised, rows, refused = [], [], 0
        scales = {scale: number for number, scale in self._scales(series).items()}
        for candle in candles:
            before, revision = known.get(candle.opened_at, (None, -1))
            if candle == before:
                continue
            stored = self._to_row(series, scales, candle)
            if stored is None:
                refused += 1
                continue
            if before is not None:
                revised.append(before)
            scale, ticks = stored
            sum_ = _checksum(key, ticks, scale)
            rows.append((series, key.timeframe.seconds, *ticks, scales[scale], revision + 1, sum_))
        self._connection.executemany(
            "INSERT OR REPLACE INTO candle (series, seconds, opened, open, high, low, close,"
            " volume, scale, revision, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        if start < end and not refused:
            self._span(key, series, _seconds(start), _seconds(end))
        return Written(revised, refused)

    def _to_row(
        self, series: int, scales: dict[Scale, int], candle: Candle
    ) -> tuple[Scale, Ticks] | None:
        """In the first scale that holds it, so that the same candle is always the same row."""
        for scale in scales:
            ticks = scale.ticks(candle)
            if ticks is not None:
                return scale, ticks
        for scale in _candidates(scales, candle):
            ticks = scale.ticks(candle)
            if ticks is not None:
                scales[scale] = self._insert(
                    "INSERT INTO scale (series, price, volume) VALUES (?, ?, ?)",
                    (series, scale.price, scale.volume),
                )
                return scale, ticks
        return None

    def _span(self, key: Key, series: int, first: int, last: int) -> None:
        """Note a range, as one with those that it overlaps or touches."""
        where = "WHERE series = ? AND seconds = ? AND first <= ? AND last >= ?"
        place = (series, key.timeframe.seconds)
        touching = (*place, last, first)
        query = f"SELECT min(first), max(last) FROM span {where}"  # nosec B608: a constant
        earliest, latest = self._connection.execute(query, touching).fetchone()
        if earliest is not None:
            first, last = min(first, earliest), max(last, latest)
        self._connection.execute(f"DELETE FROM span {where}", touching)  # nosec B608: a constant
        self._connection.execute(
            "INSERT INTO span (series, seconds, first, last, checksum) VALUES (?, ?, ?, ?, ?)",
            (*place, first, last, _sum(key, _SPAN.pack(first, last))),
        )

    def _rows(
        self, key: Key, series: int, start: datetime, end: datetime
    ) -> dict[datetime, tuple[Candle, int]]:
        """Candles of a range with their revisions, by opening time, oldest first."""
        scales = self._scales(series)
        rows = self._connection.execute(
            f"SELECT {_NUMBERS}, scale, revision, checksum FROM candle"  # nosec B608: a constant
            " WHERE series = ? AND seconds = ? AND opened >= ? AND opened < ? ORDER BY opened",
            (series, key.timeframe.seconds, _seconds(start), _seconds(end)),
        )
        found = {}
        for *numbers, scale_number, revision, checksum in rows:
            ticks, scale = Ticks(*numbers), scales.get(scale_number)
            if scale is None or _checksum(key, ticks, scale) != checksum:
                raise Damaged(f"a candle of {key.symbol} does not match its checksum")
            candle = scale.candle(ticks)
            found[candle.opened_at] = (candle, revision)
        return found

    def _series(self, key: Key) -> int | None:
        row = self._connection.execute(
            "SELECT id FROM series WHERE symbol = ? AND source = ?", (str(key.symbol), key.source)
        ).fetchone()
        return int(row[0]) if row else None

    def _scales(self, series: int) -> dict[int, Scale]:
        rows = self._connection.execute(
            "SELECT id, price, volume FROM scale WHERE series = ? ORDER BY id", (series,)
        )
        return {number: Scale(price, volume) for number, price, volume in rows}

    def _insert(self, statement: str, values: Iterable[object]) -> int:
        number = self._connection.execute(statement, tuple(values)).lastrowid
        assert number is not None
        return number


def _candidates(scales: Iterable[Scale], candle: Candle) -> list[Scale]:
    """New scales for a candle: one that most others fit too, else just what it needs."""
    try:
        own = needed(candle)
    except ArithmeticError:
        return []
    if max(own.price, own.volume) > MOST_DECIMALS:
        return []
    price = max((scale.price for scale in scales), default=0)
    volume = max((scale.volume for scale in scales), default=0)
    return [Scale(max(own.price, price), max(own.volume, volume)), own]


def _checksum(key: Key, ticks: Ticks, scale: Scale) -> int:
    return _sum(key, _ROW.pack(*ticks, scale.price, scale.volume))


def _sum(key: Key, packed: bytes) -> int:
    return zlib.crc32(packed, key.checksum) - _SIGNED


def _range(key: Key, first: int, last: int, checksum: int) -> Range:
    if _sum(key, _SPAN.pack(first, last)) != checksum:
        raise Damaged(f"a span of {key.symbol} does not match its checksum")
    return _instant(first), _instant(last)


def _symbol(text: str) -> Symbol:
    try:
        base, quote = text.split("-")
        return Symbol(base, quote)
    except ValueError:
        raise Damaged(f"{text[:40]!r} is no market") from None


def _timeframe(seconds: int) -> Timeframe:
    for timeframe in Timeframe:
        if timeframe.seconds == seconds:
            return timeframe
    raise Damaged(f"no candle is {seconds} s long")


def _seconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=1)


def _instant(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
