"""The file of the candle store: opening it, and setting it aside when it is damaged.

A file that is not a candle store is never touched: the setting may point at something precious.
"""

import os
import sqlite3
import time
from pathlib import Path

from market_data.candles.tables import SCHEMA, Damaged

APPLICATION = 0x43616E64  # stands in the file's header
VERSION = 1
_PAGE = 4_096
_PAUSE = 0.02  # seconds
_CHECKED = 64 * 1024 * 1024  # bytes; the whole of a larger file is not looked through at the start
_HEADER = b"SQLite format 3\0"
_APPLICATION_AT = 68  # where SQLite's header holds it


class NotAStore(Exception):
    """The file belongs to something else; the message says what to do."""


def opened(path: Path, *, wait: float, most_bytes: int) -> sqlite3.Connection:
    """Open the store for writing; make it, and the folders above it, where there is none.

    Args:
        wait: Seconds for others to let go of it.
        most_bytes: The file grows no larger.

    Raises:
        NotAStore: If the file is something else.
        Damaged: If it is a candle store, and broken.
        sqlite3.Error, OSError: If it cannot be opened now.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connected(path, "rwc", wait)
    try:
        _claim(connection, path)
        _write_ahead(connection, wait)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA cache_size = -256")  # KiB: a series is read once, then kept
        connection.execute(f"PRAGMA max_page_count = {most_bytes // _PAGE}")
        _look_through(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def opened_to_read(path: Path, *, wait: float) -> sqlite3.Connection:
    """Open a store that exists. Raises `sqlite3.Error`."""
    connection = _connected(path, "rw", wait)
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def set_aside(path: Path) -> Path | None:
    """Rename a damaged store and what belongs to it; None where it may be somebody else's.

    Raises:
        OSError: If that is not allowed.
    """
    if not _is_ours(path):
        return None
    aside = path.with_name(path.name + ".damaged")
    os.replace(path, aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return aside


def _connected(path: Path, mode: str, wait: float) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(
        uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=False
    )


def _claim(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file; else see that it is ours."""
    if _number(connection, "schema_version") == 0:
        statements = "BEGIN IMMEDIATE;" + SCHEMA
        marks = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
        try:
            connection.executescript(statements + marks)
        except sqlite3.OperationalError:  # another process was faster
            connection.rollback()
            if _number(connection, "application_id") != APPLICATION:
                raise
    if _number(connection, "application_id") != APPLICATION:
        raise NotAStore(f"{path} is another program's database; name a file of its own.")
    if _number(connection, "user_version") != VERSION:
        raise NotAStore(f"{path} was made by another version; delete it, or name another file.")


def _write_ahead(connection: sqlite3.Connection, wait: float) -> None:
    """Switch to a write-ahead log; SQLite does not wait for others to let it, so we do."""
    for _ in range(int(wait / _PAUSE)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(_PAUSE)
    connection.execute("PRAGMA journal_mode = WAL")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _look_through(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > _CHECKED:
        return
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise Damaged(str(verdict).replace("\n", " ")[:200])


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(100)
    mark = header[_APPLICATION_AT : _APPLICATION_AT + 4]
    return header.startswith(_HEADER) and mark == APPLICATION.to_bytes(4, "big")
