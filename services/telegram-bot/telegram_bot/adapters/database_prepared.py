"""Statements that nearly every update runs, spoken to the driver where one row is meant.

An update that comes alone pays for each statement with cold caches: SQLAlchemy's way to the driver
then costs several times what the database does. Many rows at once take the common way.
"""

from collections.abc import Callable, Mapping, Sequence
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
        self._built: dict[str, Executable] = {}
        self._compiled: dict[str, _Compiled] = {}

    def write(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Run for each row; return how many rows of the table an UPDATE met."""
        if len(rows) != 1:
            met: int = connection.execute(self._for(connection), rows).rowcount
            return met
        return self.run(connection, rows[0])[1]

    def read(self, connection: Connection, rows: Sequence[Row]) -> Found:
        """Run for each row; return what comes back, columns in the statement's order."""
        if len(rows) != 1:
            return connection.execute(self._for(connection), rows).all()
        return self.run(connection, rows[0])[0]

    def run(self, connection: Connection, row: Row) -> tuple[Found, int]:
        """Run once; return the rows that come back, and how many of the table it met."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection, row)
        return say(connection, compiled.text, compiled.values(row))

    def _for(self, connection: Connection) -> Executable:
        name = connection.dialect.name
        if name not in self._built:
            self._built[name] = self._statement(name)
        return self._built[name]

    def _compile(self, connection: Connection, row: Row) -> _Compiled:
        found: Any = self._for(connection)
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
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description is not None else (), cursor.rowcount
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
