"""A pytest plugin: the tests of an older program get databases that a newer one has brought along.

`NEWER` names the newer program's checkout. After the older program has prepared a database, the
newer one takes its expanding steps, by the command that a deployment runs before traffic.
"""

import os
import subprocess  # nosec B404: a fixed command
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SERVICES = ("common", "telegram-bot")
# One process for all of them: each would need a second to start.
_TAKES_STEPS = """
import os, sys
from telegram_bot.migrate import main
for line in sys.stdin:
    os.environ["DATABASE_URL"] = line.strip()
    print(main(["expand"]), flush=True)
"""


def pytest_configure() -> None:
    """Bring every database along from now on."""
    from telegram_bot.adapters import database_schema

    schema: Any = database_schema
    schema.prepare = _with_newer_steps(schema.prepare, Newer(Path(os.environ["NEWER"])))


class Newer:
    """The newer program, which takes steps."""

    def __init__(self, checkout: Path) -> None:
        self._checkout = checkout
        self._running: subprocess.Popen[str] | None = None
        self._brought: set[str] = set()

    def expand(self, address: str) -> bool:
        """Take the steps, unless it has; tell whether it did.

        Raises:
            RuntimeError: If it cannot; what it said stands above.
        """
        if address in self._brought:
            return False
        if self._running is None:
            paths = os.pathsep.join(str(self._checkout / "services" / it) for it in _SERVICES)
            self._running = subprocess.Popen(  # nosec B603: a fixed command
                [sys.executable, "-c", _TAKES_STEPS],
                env={**os.environ, "PYTHONPATH": paths},
                cwd=self._checkout,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        given, said = self._running.stdin, self._running.stdout
        if given is None or said is None:
            raise RuntimeError("it has no pipes")
        given.write(address + "\n")
        given.flush()
        if said.readline().strip() != "0":
            raise RuntimeError("the newer program cannot take its steps")
        self._brought.add(address)
        return True


def _with_newer_steps(older: Callable[[Any], None], newer: Newer) -> Callable[[Any], None]:
    def prepare(engine: Any) -> None:
        older(engine)
        address = engine.url.set(drivername=engine.url.get_backend_name())
        if newer.expand(address.render_as_string(hide_password=False)):
            older(engine)  # it must start on what is there now

    return prepare
