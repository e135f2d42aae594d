"""The shape of the database against the shape that this program knows.

A start takes every step of `migrations/expand` that waits, up to the first that takes something
away; those are asked for by a person once the last older program is gone. A database that is too
new for this program refuses it.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text, update

from common.errors import Misconfigured
from telegram_bot import migrations
from telegram_bot.adapters.database_tables import schema_range

FOLDER = Path(migrations.__file__).parent
_LOCK = 0x63727970  # one step-taker at a time; any number that is ours alone


def prepare(engine: Engine) -> None:
    """Bring the database into the range of this program, or refuse.

    Raises:
        Misconfigured: If the database is too new, or waits for a step that nobody has taken.
    """
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        _check_letters(connection)
        _alone(connection)
        before = version(connection)
        if before < migrations.NEWEST:
            _take(connection, "head" if before == 0 else _last_safe(before))
        check_range(connection)


def contract(engine: Engine) -> None:
    """Take every step, also those that take something away."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        _alone(connection)
        _take(connection, "head")
        oldest = max((_oldest_program(step) for step in _steps("contract")), default=1)
        connection.execute(update(schema_range).values(oldest_program=oldest))


def check_range(connection: Connection) -> None:
    """Refuse a database that this program cannot work with.

    Raises:
        Misconfigured: With what would help.
    """
    found = version(connection)
    if found < migrations.NEEDS:
        raise Misconfigured(
            f"The database has schema {found}, this program needs {migrations.NEEDS}: "
            "run `python -m telegram_bot.migrate contract`."
        )
    oldest = connection.scalar(select(schema_range.c.oldest_program)) or 1
    if oldest > migrations.NEWEST:
        raise Misconfigured(
            f"The database needs a program that knows schema {oldest}, this one knows "
            f"{migrations.NEWEST}: start a newer version."
        )


def _check_letters(connection: Connection) -> None:
    """Refuse a database of PostgreSQL's that cannot keep every letter, or counts them as bytes."""
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.scalar(text("show server_encoding"))
    if encoding != "UTF8":
        raise Misconfigured(
            f"DATABASE_URL: the database keeps text as {encoding}, this program needs UTF8: "
            "make another with CREATE DATABASE bot ENCODING 'UTF8' TEMPLATE template0."
        )


def version(connection: Connection) -> int:
    """Return the number of the last step that was taken; 0 for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return 0
    found = connection.scalar(text("select version_num from alembic_version"))
    return int(found) if found else 0


def _alone(connection: Connection) -> None:
    """Hold off other starts until this transaction ends; on SQLite BEGIN IMMEDIATE has done it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _take(connection: Connection, target: str) -> None:
    # Read here: a start whose database is in shape does without Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{FOLDER / 'expand'}\n{FOLDER / 'contract'}")
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _last_safe(before: int) -> str:
    """Return the last step before the first waiting one that takes something away."""
    waiting = [number for number in map(_number, _steps("contract")) if number > before]
    return f"{min([*waiting, migrations.NEWEST + 1]) - 1:04}"


def _steps(folder: str) -> list[Path]:
    return sorted((FOLDER / folder).glob("[0-9]*.py"))


def _number(step: Path) -> int:
    return int(step.name[:4])


def _oldest_program(step: Path) -> int:
    lines = step.read_text(encoding="utf-8").splitlines()
    return int(next(line.partition("=")[2] for line in lines if line.startswith("OLDEST_PROGRAM")))
