"""The file of overrides, watched: what is in it counts within a second, the last good on error."""

import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from common.clock import Clock, SystemClock
from common.features.definitions import Environment
from common.features.overrides import BadOverrides, Override, Overrides, parse, written

log = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 1.0
_MOST_BYTES = 256 * 1024
_NOTHING: Mapping[str, Override] = {}


class Switchboard:
    """The overrides of one environment, read from a file that may change, break or vanish."""

    def __init__(self, path: Path, environment: Environment, clock: Clock | None = None) -> None:
        self._path = path
        self._environment = environment
        self._clock = clock or SystemClock()
        self._look_at = float("-inf")
        self._seen: tuple[int, int, int] | None = None
        self._rows = _NOTHING

    def find(self, flag: str) -> Override | None:
        """Return what counts for the flag now; what has lapsed does not."""
        if (now := self._clock.monotonic()) >= self._look_at:
            self._look_at = now + _LOOK_EVERY_SECONDS
            self._look()
        row = self._rows.get(flag)
        return row if row is not None and self._clock.now() < row.expires_at else None

    def _look(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._seen, self._rows = None, _NOTHING
            return
        except OSError as error:
            log.warning("flag overrides cannot be read: %s", type(error).__name__)
            return
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._rows = read(self._path).get(self._environment, _NOTHING)
            log.info("flag overrides were read: %s", ", ".join(sorted(self._rows)))
        except (OSError, BadOverrides) as error:
            log.error("flag overrides are wrong, the last good ones count: %s", error)


def read(path: Path) -> Overrides:
    """Read a file; none there is none overridden.

    Raises:
        BadOverrides: If it is not what it must be.
        OSError: If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    if len(content) > _MOST_BYTES:
        raise BadOverrides(f"The file is larger than {_MOST_BYTES // 1024} KiB.")
    return parse(content.decode("utf-8", errors="replace"))


def change(path: Path, turn: Callable[[Overrides], Overrides]) -> None:
    """Replace the file's content as one step; two who change it at once come one after the other.

    Raises:
        BadOverrides: If what is there, or what would be, is wrong; the file stays as it is.
        OSError: If it cannot be written.
    """
    import fcntl  # absent on Windows, where nothing but this needs it

    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_suffix(".lock"), "a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        text = written(turn(read(path)))
        parse(text)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o644)  # nosec B103: the programs run as another user
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
