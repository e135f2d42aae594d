"""Open the database: a SQLite file in WAL mode, or PostgreSQL through psycopg 3."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from common.errors import Misconfigured
from telegram_bot.adapters.database_prepared import say

READERS = 3
_BUSY_SECONDS = 10
_CONNECT_SECONDS = 5
_STATEMENT_MS = 15_000  # nothing here takes seconds; what does hangs
_UNHEARD_MS = 10_000
_IDLE_MS = 30_000  # a transaction that its program has forgotten
_NAMES = {"postgres": "postgresql", "postgresql": "postgresql", "sqlite": "sqlite"}
WRONG_URL = (
    "DATABASE_URL must be sqlite:///bot.sqlite, sqlite:////an/absolute/path.sqlite or "
    "postgresql://user:password@host/database."
)


def open_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///file` or `postgresql://…`.

    A transaction that writes is opened with `execution_options(writes=True)`: on SQLite it then
    takes the write lock at once, so that it cannot fail half-way for want of it.

    Raises:
        Misconfigured: If the address is neither, or the file's folder cannot be made.
    """
    address = read_address(url)
    if address.get_backend_name() == "sqlite":
        _make_folder(address)
        return _sqlite(create_engine(address, pool_size=READERS + 1, max_overflow=0))
    return create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_size=READERS + 1,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            # Else that of the database counts, and from one without any (SQL_ASCII) text comes as
            # bytes; such a database is refused in words, see `database_schema`.
            "client_encoding": "utf8",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            # A host that is gone says nothing. Without this, what was sent to it waits for as long
            # as the system tries again, a quarter of an hour, and the only writer with it.
            "tcp_user_timeout": _UNHEARD_MS,
            "options": f"-c statement_timeout={_STATEMENT_MS} "
            f"-c idle_in_transaction_session_timeout={_IDLE_MS}",
        },
    )


def read_address(url: str) -> URL:
    """Return the address, without a word of it in the error: it may hold a password."""
    try:
        address = make_url(url)
        known = _NAMES[address.get_backend_name()]
    except (ArgumentError, KeyError, ValueError):
        raise Misconfigured(WRONG_URL) from None
    if known == "sqlite" and address.database in (None, "", ":memory:"):
        raise Misconfigured(WRONG_URL)
    return address.set(drivername=known)


def _make_folder(address: URL) -> None:
    folder = Path(str(address.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"DATABASE_URL: {folder} cannot be made ({error.strerror}).") from None


def _sqlite(engine: Engine) -> Engine:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            f"busy_timeout={_BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",  # a committed group survives a loss of power
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        say(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
