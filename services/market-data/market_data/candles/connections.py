"""Connections to the store's file: one that writes, one for each thread that reads.

When the file is gone or was set aside, all of them are made anew.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from market_data.candles import files
from market_data.candles.tables import Damaged, Tables

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PRIMARY = 0xFF  # the part of an error code that names its kind
Result = TypeVar("Result")


class Connections:
    """Methods raise `sqlite3.Error`, `OSError`, `NotAStore` or `Damaged`.

    Attributes:
        ready: The file has been opened once, so there is something to read.
    """

    def __init__(self, path: Path, *, most_bytes: int, write_wait: float, read_wait: float) -> None:
        """Open nothing yet.

        Args:
            write_wait, read_wait: Seconds to wait for a lock of others.
        """
        self.ready = False
        self._path = path
        self._most_bytes = most_bytes
        self._write_wait = write_wait
        self._read_wait = read_wait
        self._writing: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._generation = 0
        self._damaged = -1  # the generation that was found to be
        self._mine = threading.local()
        self._all: set[sqlite3.Connection] = set()

    def open(self) -> None:
        """Make the file if there is none. For the writing thread only, as is `write`."""
        with self._noting_damage():
            self._for_writing()

    def write(self, act: Callable[[Tables], Result]) -> Result:
        with self._noting_damage():
            return act(Tables(self._for_writing()))

    def read(self, act: Callable[[Tables], Result]) -> Result:
        """For any thread but the writing one."""
        with self._noting_damage() as generation:
            return act(Tables(self._for_reading(generation)))

    def set_aside(self) -> Path | None:
        """Rename a file that was found damaged; None if it was not, or is no store of ours."""
        if self._damaged != self._generation:
            return None
        self._forget()
        return files.set_aside(self._path)

    def close(self) -> None:
        """Close everything; no thread may be at work."""
        self._forget()
        for connection in list(self._all):
            connection.close()
        self._all.clear()

    @contextmanager
    def _noting_damage(self) -> Iterator[int]:
        generation = self._generation
        try:
            yield generation
        except UnicodeDecodeError as error:  # SQLite's own words, from a page of noise
            self._damaged = generation
            raise Damaged(f"no text where there should be: {error.reason}") from None
        except (sqlite3.Error, Damaged) as error:
            code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
            if isinstance(error, Damaged) or code in _DAMAGE:
                self._damaged = generation
            raise

    def _for_writing(self) -> sqlite3.Connection:
        if self._writing is not None and self._file != _identity(self._path):
            self._forget()
        if self._writing is None:
            self._writing = files.opened(
                self._path, wait=self._write_wait, most_bytes=self._most_bytes
            )
            self._file = _identity(self._path)
            self.ready = True
        return self._writing

    def _for_reading(self, generation: int) -> sqlite3.Connection:
        known: tuple[int, sqlite3.Connection] | None = getattr(self._mine, "connection", None)
        if known is not None and known[0] == generation:
            return known[1]
        if known is not None:
            self._all.discard(known[1])
            known[1].close()
            self._mine.connection = None
        connection = files.opened_to_read(self._path, wait=self._read_wait)
        self._mine.connection = generation, connection
        self._all.add(connection)
        return connection

    def _forget(self) -> None:
        """Let the writing connection go, and make the readers open theirs again."""
        self._generation += 1
        self.ready = False
        if self._writing is not None:
            self._writing.close()
            self._writing = None


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands there now; None if none does."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
