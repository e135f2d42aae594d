"""Overrides that are asked for over a network: every half a minute, the last good ones on error."""

import logging
import threading
from collections.abc import Mapping
from random import Random

from common.clock import Clock, SystemClock
from common.features.definitions import Environment
from common.features.overrides import BadOverrides, Override
from common.features.shelves import Shelf

log = logging.getLogger(__name__)

_EVERY_SECONDS = 30.0
_JITTER = 0.2  # so that the tasks of a service do not all ask at once
_chance = Random()  # spreads load, guards nothing


class Polled:
    """The overrides of one environment; asking never waits for the network."""

    def __init__(self, shelf: Shelf, environment: Environment, clock: Clock | None = None) -> None:
        """Look once, so that what is killed stays killed over a restart."""
        self._shelf = shelf
        self._environment = environment
        self._clock = clock or SystemClock()
        self._rows: Mapping[str, Override] = {}
        self._ill = False
        self.look()

    def find(self, flag: str) -> Override | None:
        """Return what counts for the flag now; what has lapsed does not."""
        row = self._rows.get(flag)
        return row if row is not None and self._clock.now() < row.expires_at else None

    def look(self) -> None:
        """Ask once; on error all stays as it was, and one line says so."""
        try:
            rows = self._shelf.read().overrides.get(self._environment, {})
        except (BadOverrides, OSError) as error:
            if not self._ill:
                log.error("flag overrides cannot be read, the last good ones count: %s", error)
            self._ill = True
            return
        if self._ill:
            log.info("flag overrides can be read again")
        self._ill = False
        if rows != self._rows:
            log.info("flag overrides were read: %s", ", ".join(sorted(rows)))
        self._rows = rows

    def start(self) -> "Polled":
        """Look again and again, in a thread that ends with the program."""
        threading.Thread(target=self._go_on, name="flags", daemon=True).start()
        return self

    def _go_on(self) -> None:
        pause = threading.Event()
        while True:
            spread = _chance.uniform(1 - _JITTER, 1 + _JITTER)
            pause.wait(_EVERY_SECONDS * spread)
            try:
                self.look()
            except Exception:  # without this thread nothing could be killed any more
                log.exception("flag overrides cannot be read, the last good ones count")
