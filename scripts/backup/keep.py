"""One bot at a time on one SQLite file that no disk keeps: its snapshot on S3 is also its lease.

Whoever writes the snapshot names the content that it replaces. So two can never both go on: the
first to write makes the other's condition fail, and that one stops its program. A condition sees
content alone, so each write begins with a line that no other write has.
"""

import contextlib
import gzip
import hashlib
import subprocess  # nosec B404: the command line that we were given, no shell
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol

from backup.copies import BadCopy
from backup.databases import CannotCopy, restore_sqlite, sqlite_content
from common.aws.s3 import Changed, Found

LOST = 4
NAME = "bot.sqlite.gz"


class Shelf(Protocol):
    """What keeps one object, with conditions. `s3.Bucket` is one; raises OSError when away."""

    def read(self, name: str) -> Found | None:
        """Return the object; None if there is none."""
        ...

    def write(
        self,
        name: str,
        body: bytes,
        notes: Mapping[str, str] | None = None,
        only: str | None = None,
    ) -> str:
        """Store it where `only` holds, and return its tag; else raise Changed."""
        ...


@dataclass(frozen=True, slots=True)
class Times:
    """In seconds.

    Attributes:
        every: Between snapshots: what a sudden death can cost.
        lease: How old a snapshot must be before another takes it for a dead one's.
        give_up: How long without a snapshot before we stop ourselves; well below `lease`.
        ending: How long the program may take to end.
        look: Between looks at the program.
    """

    every: float = 60.0
    lease: float = 200.0
    give_up: float = 150.0
    ending: float = 100.0
    look: float = 0.5


@dataclass(slots=True)
class Keeper:
    """Keeps one file.

    Attributes:
        holder: Names this task, as no other is named.
        monotonic: A clock that never goes back.
        say: Hears one sentence about what happens.
    """

    file: Path
    shelf: Shelf
    holder: str
    monotonic: Callable[[], float]
    say: Callable[[str], None]
    times: Times = field(default_factory=Times)
    _tag: str = ""
    _kept_at: float = 0.0
    _last: bytes = b""
    _writes: int = 0

    def take(self, stop: Event) -> bool:
        """Wait until nobody else holds the snapshot, then hold and restore it.

        Returns:
            False if `stop` came first.

        Raises:
            BadCopy: If the snapshot is no whole database.
            CannotCopy: If it cannot be put where the file should be.
        """
        told = ""
        while not stop.is_set():
            with contextlib.suppress(Changed):
                try:
                    found = self.shelf.read(NAME)
                    wait = self._held_for(found)
                    if wait <= 0:
                        self._begin(found)
                        return True
                    said = f"another task holds the snapshot; it counts as dead in {wait:.0f} s"
                except OSError as error:
                    wait, said = self.times.every, str(error)
                if said.partition(";")[0] != told:
                    told = said.partition(";")[0]
                    self.say(said)
                stop.wait(min(wait, 5.0))
        return False

    def _held_for(self, found: Found | None) -> float:
        if found is None or found.notes.get("released") or found.notes.get("holder") == self.holder:
            return 0.0
        return self.times.lease - found.age

    def _begin(self, found: Found | None) -> None:
        """Hold first, restore then: what we restore is what nobody can change any more."""
        self._last = found.body.partition(b"\n")[2] if found is not None else b""
        self._tag = found.tag if found is not None else ""
        self._write(self._last, released=False)
        if self.file.exists():
            self.say(f"{self.file} is there: it outlived the last task")
        elif self._last:
            if hashlib.sha256(self._last).hexdigest() != (
                found.notes.get("sha256") if found else ""
            ):
                raise BadCopy("The snapshot was changed: its content does not fit its sum.")
            restore_sqlite(self.file, gzip.decompress(self._last))
            self.say(f"restored a snapshot that is {found.age if found else 0:.0f} s old")
        else:
            self.say("there is no snapshot yet: this is the first start")

    def snapshot(self, *, released: bool = False) -> None:
        """Store the file as it is now.

        Raises:
            Changed: If another holds it.
            OSError, CannotCopy: If it cannot be stored now.
        """
        if self.file.exists():
            self._last = gzip.compress(sqlite_content(self.file), compresslevel=6, mtime=0)
        self._write(self._last, released=released)

    def _write(self, body: bytes, *, released: bool) -> None:
        sum_ = hashlib.sha256(body).hexdigest()
        notes = {"holder": self.holder, "sha256": sum_} | ({"released": "yes"} if released else {})
        before = self.monotonic()
        self._writes += 1
        line = f"{self.holder} {self._writes}\n".encode()
        try:
            self._tag = self.shelf.write(NAME, line + body, notes, only=self._tag)
        except Changed:
            # Our own write, whose answer was lost, fails the condition of its repetition.
            found = self.shelf.read(NAME)
            if found is None or not found.body.startswith(line):
                raise
            self._tag = found.tag
        self._kept_at = before

    def run(self, command: Sequence[str], stop: Event) -> int:
        """Run the program beside its snapshots until it ends or `stop` comes.

        Returns:
            The program's exit code, or 4 when the snapshot was taken from us.
        """
        program = subprocess.Popen(command)  # nosec B603: what we were told to run
        code, lost = None, False
        while code is None and not stop.is_set() and not lost:
            stop.wait(self.times.look)
            code = program.poll()
            if code is None and self.monotonic() - self._kept_at >= self.times.every:
                lost = not self._kept()
        if code is None:
            code = self._ended(program, 5.0 if lost else self.times.ending)
        if lost:
            return LOST
        with contextlib.suppress(Changed, OSError, CannotCopy):
            self.snapshot(released=True)
            self.say("the last snapshot is stored")
        return code

    def _kept(self) -> bool:
        try:
            self.snapshot()
        except Changed:
            self.say("another task took the snapshot: this one stops")
            return False
        except (OSError, CannotCopy) as error:
            self.say(f"no snapshot: {error}")
            return self.monotonic() - self._kept_at < self.times.give_up
        return True

    def _ended(self, program: "subprocess.Popen[bytes]", seconds: float) -> int:
        program.terminate()
        try:
            return program.wait(seconds)
        except subprocess.TimeoutExpired:
            program.kill()
            return program.wait()
