"""Bots that start at once: a process that has loaded all they need, and forks one when asked.

Loading takes a bot a second, which a test that starts dozens would spend on nothing else.
A bot lives no longer than the connection that asked for it, so a test that fails, or is killed
itself, leaves none behind.

with nursery() as home:
    bot = await home.start({"DATABASE_URL": url}, log)
    bot.kill()
    assert await bot.wait() == -signal.SIGKILL
"""

import asyncio
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from common.trust import trust

ROOT = Path(__file__).resolve().parents[2]
_WAIT_SECONDS = 120  # for the first bot: the machine may be busy


@dataclass
class Bot:
    """A process that runs a bot, for as long as this is not closed."""

    pid: int
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    _code: int | None = None

    def send_signal(self, number: int) -> None:
        if self._code is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Return its exit code; -9 after SIGKILL."""
        if self._code is None:
            self._code = int(await self._reader.readline())
            self._writer.close()
        return self._code

    def close(self) -> None:
        """End it, if it still runs."""
        self._writer.close()


class Nursery:
    """Starts bots."""

    def __init__(self, door: Path) -> None:
        self._door = door

    async def start(self, environment: dict[str, str], log: Path) -> Bot:
        """Start `tests.support.dying_bot` with nothing but `environment`, writing to `log`."""
        reader, writer = await asyncio.open_unix_connection(self._door)
        writer.write(json.dumps([environment, str(log)]).encode() + b"\n")
        return Bot(int(await reader.readline()), reader, writer)


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Run one; at the end every bot of it ends."""
    folder = Path(tempfile.mkdtemp(prefix="bots-"))  # a short path, for the socket in it
    door = folder / "door"
    command = [sys.executable, "-m", "tests.support.nursery", str(door)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    home = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert home.stdout is not None
        assert home.stdout.readline() == b"ready\n", "the nursery did not start"
        yield Nursery(door)
    finally:
        home.communicate()  # it ends with its input
        shutil.rmtree(folder, ignore_errors=True)


def main(door: str) -> None:
    """Fork a guardian for each connection, until our input ends."""
    for name in ("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "tests.support.dying_bot"):
        import_module(name)
    trust()  # read once, for all to come
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guardians are waited for by nobody
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(door)
    listener.listen(16)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        asking, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _guard(asking)
        asking.close()


def _guard(asking: socket.socket) -> NoReturn:
    """Fork a bot, and see to it that it ends with the connection."""
    with asking.makefile("r") as lines:
        environment, log = json.loads(lines.readline())
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    bot = os.fork()
    if bot == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        asking.close()
        _be_a_bot(environment, log)
    asking.sendall(b"%d\n" % bot)
    ready, _, _ = select.select([asking.fileno(), woken], [], [])
    if asking.fileno() in ready:
        os.kill(bot, signal.SIGKILL)
    _, status = os.waitpid(bot, 0)
    try:
        asking.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    except OSError:
        pass  # who asked is gone
    os._exit(0)


def _be_a_bot(environment: dict[str, str], log: str) -> NoReturn:
    code = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(output, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = import_module("tests.support.dying_bot").run()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
