"""SQLite and PostgreSQL: a copy while others write, and a fresh database from a copy."""

import os
import shutil
import sqlite3
import subprocess  # nosec B404: two fixed commands, no shell
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backup.copies import BadCopy, Kind
from backup.folder import write_whole

_MINUTES = 30
_BUSY_SECONDS = 30.0


class CannotCopy(Exception):
    """The sentence says why, and what would help."""


def kind_of(url: str) -> Kind:
    """Return what `url` is the address of.

    Raises:
        CannotCopy: If it is neither.
    """
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return "sqlite"
    if scheme in ("postgres", "postgresql"):
        return "postgresql"
    raise CannotCopy("DATABASE_URL must begin with sqlite:/// or postgresql://.")


def content(url: str) -> bytes:
    """Return everything in a database as of one moment; others go on writing.

    Raises:
        CannotCopy: If it cannot be read, or what was read is not whole.
    """
    if kind_of(url) == "postgresql":
        return _run(url, "pg_dump", "--format=custom", "--compress=0", "--no-owner")
    return sqlite_content(file_of(url))


def restore(url: str, body: bytes) -> None:
    """Make a database of what `content` returned.

    Raises:
        CannotCopy: If there is something already: a restore never overwrites.
        BadCopy: If the content is not whole.
    """
    if kind_of(url) == "sqlite":
        restore_sqlite(file_of(url), body)
        return
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "dump"
        dump.write_bytes(body)
        if b"TABLE DATA" in _run(url, "pg_dump", "--format=custom", "--section=data"):
            raise CannotCopy("The database holds tables already. Restore into an empty one.")
        options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-acl")
        _run(url, "pg_restore", *options, str(dump))


def file_of(url: str) -> Path:
    """Return the file of a SQLite address: three slashes, or four before an absolute path."""
    return Path(url.removeprefix("sqlite:///"))


def sqlite_content(file: Path) -> bytes:
    """Return a SQLite file as of one moment.

    Raises:
        CannotCopy: If it cannot be read, or is not whole.
    """
    if not file.is_file():
        raise CannotCopy(f"There is no database at {file}.")
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        copy = Path(folder) / "copy"
        try:
            with (
                closing(sqlite3.connect(file, timeout=_BUSY_SECONDS)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
                whole = _whole(target)
        except sqlite3.Error as error:
            raise CannotCopy(f"{file} cannot be copied: {error}.") from error
        if not whole:
            raise CannotCopy(f"{file} is damaged. Older copies are the way back.")
        return copy.read_bytes()


def restore_sqlite(file: Path, body: bytes) -> None:
    """Make a SQLite file, whole or not at all.

    Raises:
        CannotCopy: If there is a file already.
        BadCopy: If the content is no whole database.
    """
    if file.exists():
        raise CannotCopy(f"{file} is there already. Move it away first.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        trial = Path(folder) / "trial"
        trial.write_bytes(body)
        try:
            with closing(sqlite3.connect(trial)) as opened:
                whole = _whole(opened)
        except sqlite3.Error:
            whole = False
        if not whole:
            raise BadCopy("The copy holds no whole database.")
    for left in ("-wal", "-shm"):  # of a file that was moved away: they are another database's
        Path(f"{file}{left}").unlink(missing_ok=True)
    write_whole(file, body)


def _whole(opened: sqlite3.Connection) -> bool:
    return [tuple(row) for row in opened.execute("PRAGMA integrity_check")] == [("ok",)]


def _run(url: str, name: str, *arguments: str) -> bytes:
    command = shutil.which(name)
    if command is None:
        raise CannotCopy(f"{name} is missing. This brings it: apt-get install postgresql-client")
    settings = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    address, password = without_password(url)
    if password:
        settings["PGPASSWORD"] = password  # every user of the machine can read a command line
    try:
        done = subprocess.run(  # nosec B603: one of two commands, no shell
            [command, "--dbname", address, *arguments],
            capture_output=True,
            timeout=_MINUTES * 60,
            env=settings,
        )
    except subprocess.TimeoutExpired:
        raise CannotCopy(f"{name} did not end within {_MINUTES} minutes.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise CannotCopy(f"{name} failed: {said[-1] if said else done.returncode}")
    return done.stdout


def without_password(url: str) -> tuple[str, str]:
    """Return an address without its password, and the password.

    >>> without_password("postgresql://ann:s%40fe@host/name?sslmode=require")
    ('postgresql://ann@host/name?sslmode=require', 's@fe')
    """
    split = urlsplit(url)
    user, _, host = split.netloc.rpartition("@")
    name, _, password = user.partition(":")
    return split._replace(netloc=f"{name}@{host}" if name else host).geturl(), unquote(password)
