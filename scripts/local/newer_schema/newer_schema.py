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


def pytest_configure() -> None:
    """Bring every database along from now on."""
    from telegram_bot.adapters import database_schema

    schema: Any = database_schema
    schema.prepare = _with_newer_steps(schema.prepare, Path(os.environ["NEWER"]), set())


def _with_newer_steps(
    older: Callable[[Any], None], newer: Path, brought: set[str]
) -> Callable[[Any], None]:
    def prepare(engine: Any) -> None:
        older(engine)
        address = engine.url.set(drivername=engine.url.get_backend_name())
        name = address.render_as_string(hide_password=False)
        if name not in brought:
            expand(newer, name)
            brought.add(name)
            older(engine)  # it must start on what is there now

    return prepare


def expand(newer: Path, address: str) -> None:
    """Take the steps as a one-off task does.

    Raises:
        RuntimeError: With what it said, if it cannot.
    """
    paths = os.pathsep.join(str(newer / "services" / it) for it in _SERVICES)
    done = subprocess.run(  # nosec B603: a fixed command
        [sys.executable, "-m", "telegram_bot.migrate", "expand"],
        env={**os.environ, "PYTHONPATH": paths, "DATABASE_URL": address},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"the newer program cannot take its steps: {done.stderr[-2000:]}")
