"""Statements that nearly every update runs, spoken to the driver as they are.

An update that comes alone pays for each statement with cold caches: SQLAlchemy's way to the driver
then costs several times what the database does, and for two or three rows more than that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Found = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    constants: Row
    order: Sequence[str] | None  # of the values, where the driver takes them by position

    def values(self, row: Row) -> Any:
        if self.order is None:
            return {**self.constants, **row}
        return [row[name] if name in row else self.constants[name] for name in self.order]


class Prepared:
    """One statement, compiled once for each dialect. Values must be what both drivers take."""

    def __init__(self, statement: Callable[[str], Executable]) -> None:
        """Build with `statement`, which takes the name of the dialect."""
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def write(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Run for each row; return how many rows of the table an UPDATE met."""
        if len(rows) == 1:
            return self.run(connection, rows[0])[1]
        compiled = self._on(connection, rows[0])
        return say_each(connection, compiled.text, [compiled.values(row) for row in rows])

    def read(self, connection: Connection, rows: Sequence[Row]) -> Found:
        """Run for each row; return all that comes back, columns in the statement's order."""
        if len(rows) == 1:
            return self.run(connection, rows[0])[0]
        compiled = self._on(connection, rows[0])
        return ask_each(connection, compiled.text, [compiled.values(row) for row in rows])

    def run(self, connection: Connection, row: Row) -> tuple[Found, int]:
        """Run once; return the rows that come back, and how many of the table it met."""
        compiled = self._on(connection, row)
        return say(connection, compiled.text, compiled.values(row))

    def _on(self, connection: Connection, row: Row) -> _Compiled:
        return self._compiled.get(connection.dialect.name) or self._compile(connection, row)

    def _compile(self, connection: Connection, row: Row) -> _Compiled:
        found: Any = self._statement(connection.dialect.name)
        made = found.compile(dialect=connection.dialect, column_keys=list(row))
        order = list(made.positiontup) if made.positiontup is not None else None
        constants = {name: value for name, value in made.params.items() if name not in row}
        compiled = _Compiled(str(made), constants, order)
        self._compiled[connection.dialect.name] = compiled
        return compiled


def say(connection: Connection, text: str, values: Any = ()) -> tuple[Found, int]:
    """Run the driver's own SQL; return the rows that come back, and how many it met.

    Raises:
        DBAPIError: As SQLAlchemy does.
    """
    with _speaking(connection, text) as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description is not None else (), cursor.rowcount


def say_each(connection: Connection, text: str, many: Sequence[Any]) -> int:
    """As `say`, for several rows of values; return how many rows of the table were met."""
    with _speaking(connection, text) as cursor:
        cursor.executemany(text, many)
        met: int = cursor.rowcount
        return met


def ask_each(connection: Connection, text: str, many: Sequence[Any]) -> Found:
    """As `say`, for several rows of values; return all that comes back."""
    found: list[Sequence[Any]] = []
    with _speaking(connection, text) as cursor:
        if connection.dialect.name == "sqlite":
            for values in many:
                found += cursor.execute(text, values).fetchall()
        elif many:
            cursor.executemany(text, many, returning=True)  # one way there and back
            found += cursor.fetchall()
            while cursor.nextset():
                found += cursor.fetchall()
    return found


@contextmanager
def _speaking(connection: Connection, text: str) -> Iterator[Any]:
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, text, error) from error
    finally:
        cursor.close()


def _told(connection: Connection, text: str, error: Exception) -> Exception:
    """Return the driver's error as SQLAlchemy tells it; a lost connection is given up."""
    dialect = connection.dialect
    raw: Any = connection.connection.driver_connection
    lost = dialect.is_disconnect(error, raw, None)  # type: ignore[arg-type]  # any driver's
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
