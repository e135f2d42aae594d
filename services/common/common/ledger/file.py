"""A ledger in a file of JSON lines: for one machine, and for tests."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from common.ledger import Moved
from common.ledger.events import BadEvent, Draft, Event, decode, encode, sealed


class FileLedger:
    """Events in `path`, one a line. Writers on one machine queue up behind a lock on it.

    A line is whole or not there: what a killed writer left behind its last newline was never told
    to anybody as kept, is not read, and is overwritten by the next event.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Sequence[Event]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return []
        lines = content.split(b"\n")[:-1]
        return [self._event(number, line) for number, line in enumerate(lines, 1)]

    def append(self, draft: Draft, after: Event | None) -> Event:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            content = file.read()
            end = content.rfind(b"\n") + 1
            lines = content[:end].splitlines()
            last = self._event(len(lines), lines[-1]) if lines else None
            if (last and last.hash) != (after and after.hash):
                raise Moved
            event = sealed(draft, last)
            file.truncate(end)
            file.write(encode(event).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return event

    def _event(self, number: int, line: bytes) -> Event:
        try:
            return decode(line.decode("utf-8", errors="replace"))
        except BadEvent as error:
            raise BadEvent(f"{self._path}, line {number}: {error}") from None
