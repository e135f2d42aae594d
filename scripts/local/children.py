"""Processes under one parent: started together, watched together, ended together.

What a child prints goes to its own log file; warnings and worse also reach the terminal.
"""

import asyncio
import json
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from common.logs import redact
from local.plan import Program

_STOPS_WITHIN = 5.0
_LONGEST_LINE = 1024 * 1024
_LAST_LINES = 10
_SECRET = ("_TOKEN", "_KEY", "_SECRETS", "DATABASE_URL")
_WORTH_SHOWING = {"warning", "error", "critical"}


class Child:
    """One running program and the last lines that it wrote."""

    def __init__(
        self, program: Program, process: asyncio.subprocess.Process, log: Path, secrets: list[str]
    ) -> None:
        self.program = program
        self.process = process
        self.log = log
        self.last: deque[str] = deque(maxlen=_LAST_LINES)
        self._secrets = secrets

    async def follow(self, show: Callable[[str], None]) -> None:
        """Write everything to the log file, and `show` what a person should see, until it ends."""
        assert self.process.stdout and self.process.stderr  # nosec B101: both are pipes
        with self.log.open("w", encoding="utf-8", buffering=1) as file:

            async def read(stream: asyncio.StreamReader) -> None:
                while line := await _line(stream):
                    text = redact(line, self._secrets)
                    file.write(text + "\n")
                    shown = worth_showing(text)
                    if shown or not is_entry(text):
                        self.last.append(shown or text)
                    if shown:
                        show(f"{self.program.name}: {shown}")

            await asyncio.gather(read(self.process.stdout), read(self.process.stderr))
        await self.process.wait()


class Children:
    """All programs of a run; their logs are in the folder `logs`.

    Use `start`, then `died` to learn of an early end, then `stop`.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        logs: Path,
        show: Callable[[str], None],
        *,
        stops_within: float = _STOPS_WITHIN,
    ) -> None:
        self._environment = environment
        self.logs = logs
        self._show = show
        self._stops_within = stops_within
        self._quiet = False
        self._children: list[Child] = []
        self._followers: dict[asyncio.Task[None], Child] = {}

    async def start(self, program: Program) -> Child:
        """Start a program in a session of its own: Ctrl-C reaches the parent alone."""
        variables = {**open_to(program, self._environment), **program.settings}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "local.child",
            program.module,
            stdin=asyncio.subprocess.PIPE,  # how the child learns that we are gone
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=variables,
            limit=_LONGEST_LINE,
            start_new_session=True,
        )
        self.logs.mkdir(parents=True, exist_ok=True)
        secrets = [value for key, value in variables.items() if key.endswith(_SECRET)]
        child = Child(program, process, self.logs / f"{program.name}.log", secrets)
        self._children.append(child)
        self._followers[asyncio.create_task(child.follow(self._say))] = child
        return child

    async def died(self) -> Child:
        """Return the first child that ends, whenever that is."""
        done, _ = await asyncio.wait(self._followers, return_when=asyncio.FIRST_COMPLETED)
        return self._followers[done.pop()]

    async def stop(self) -> None:
        """End every child: politely, then after `stops_within` seconds by force."""
        self._quiet = True
        self._signal(signal.SIGTERM)
        followers = set(self._followers)
        if not followers:
            return
        _, late = await asyncio.wait(followers, timeout=self._stops_within)
        if late:
            self.kill()
            await asyncio.wait(late, timeout=_STOPS_WITHIN)

    def kill(self) -> None:
        """End every child at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        for child in self._children:
            if child.process.returncode is None:
                # The child leads a group of its own, so that what it started ends with it.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.process.pid, number)

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._show(text)


def open_to(program: Program, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without secrets that are none of the program's business."""
    return {
        name: value
        for name, value in environment.items()
        if program.keeps_secrets or not name.endswith(_SECRET)
    }


def is_entry(line: str) -> bool:
    """Say whether a line is a log entry, rather than plain text such as a traceback."""
    return line.startswith("{") and line.endswith("}")


def worth_showing(line: str) -> str | None:
    """Return what the terminal shows of a log line, or nothing.

    Plain text is not shown as it comes: it is a traceback, and a child's last words repeat it.

    >>> worth_showing('{"level": "warning", "event": "coinbase is slow", "seconds": 3}')
    'warning: coinbase is slow seconds=3'
    >>> worth_showing('{"level": "info", "event": "started"}')
    """
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or entry.get("level") not in _WORTH_SHOWING:
        return None
    known = {"level", "event", "timestamp", "program", "environment", "logger", "exception"}
    rest = [f"{key}={value}" for key, value in entry.items() if key not in known]
    return " ".join([f"{entry['level']}: {entry.get('event', '')}", *rest])


async def _line(stream: asyncio.StreamReader) -> str:
    """Return the next line that is not empty, or an empty text at the end."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            return f"[a line of more than {_LONGEST_LINE} bytes was left out]"
        if not line:
            return ""
        if text := line.decode("utf-8", "replace").rstrip():
            return text


def last_words(child: Child) -> Sequence[str]:
    """Return the sentences that tell how a child ended."""
    code = child.process.returncode
    how = f"was ended by {signal.Signals(-code).name}" if code and code < 0 else f"ended ({code})"
    if not child.last:
        return [f"{child.program.name} {how}. It wrote no warning; its log is {child.log}."]
    lines = [f"  {line}" for line in child.last]
    return [f"{child.program.name} {how}. What it said of it, in {child.log}:", *lines]
