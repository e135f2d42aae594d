"""The file of overrides, watched: what is in it counts within a second, the last good on error."""

import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from common.clock import Clock, SystemClock
from common.features.decide import Source
from common.features.definitions import Environment
from common.features.overrides import BadOverrides, Override
from common.features.shelves import PARAMETER, FileShelf, shelf_at

log = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 1.0
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
            self.look()
        row = self._rows.get(flag)
        return row if row is not None and self._clock.now() < row.expires_at else None

    def look(self) -> None:
        """Look at once for what has changed."""
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
            rows = FileShelf(self._path).read().overrides
            self._rows = rows.get(self._environment, _NOTHING)
            log.info("flag overrides were read: %s", ", ".join(sorted(self._rows)))
        except OSError as error:
            self._seen = None  # nobody knows yet what is in it: look again
            log.warning("flag overrides cannot be read: %s", type(error).__name__)
        except BadOverrides as error:
            log.error("flag overrides are wrong, the last good ones count: %s", error)


class Watched(Source, Protocol):
    """Overrides that may change at any time."""

    def look(self) -> None:
        """Look at once for what has changed."""
        ...


@cache
def source_at(address: str, environment: Environment) -> Watched:
    """Return the overrides at `ssm:/name` or in a file: one watch for the whole program."""
    if not address.startswith(PARAMETER):
        return Switchboard(Path(address), environment)
    from common.features.polled import Polled

    return Polled(shelf_at(address), environment).start()
