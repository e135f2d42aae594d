"""`python -m telegram_bot.lease [hand-over TASK]`: which task does what one does for all.

That is regular work, alerts and, where it is the source of updates, polling.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, select

from common.errors import Misconfigured
from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database_engine import WRONG_URL, open_engine
from telegram_bot.adapters.database_lease import LEADER, name_heir
from telegram_bot.adapters.database_tables import lease, tasks

_USAGE = "usage: python -m telegram_bot.lease [hand-over TASK]"
_ALIVE_SECONDS = 10.0  # a task shows life every few seconds


def main(words: Sequence[str], clock: Callable[[], float] = time.time) -> int:
    """Return 0 when done, 2 with one sentence when that cannot be."""
    heir = words[1] if len(words) == 2 and words[0] == "hand-over" else None
    if words and heir is None:
        print(_USAGE, file=sys.stderr)
        return 2
    try:
        if not os.environ.get("DATABASE_URL"):
            raise Misconfigured(f"DATABASE_URL is missing. {WRONG_URL}")
        print(_done(open_engine(os.environ["DATABASE_URL"]), heir, clock()))
    except Misconfigured as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _done(engine: Engine, heir: str | None, now: float) -> str:
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            database_schema.check_range(connection)
            return _handed_over(connection, heir, now) if heir else _told(connection, now)
    finally:
        engine.dispose()


def _handed_over(connection: Connection, heir: str, now: float) -> str:
    alive = _alive(connection, now)
    if heir not in alive:
        raise Misconfigured(f"No task {heir} is alive; there are: {', '.join(alive) or 'none'}.")
    name_heir(connection, heir)
    return f"{heir} takes over within a second; look again with python -m telegram_bot.lease"


def _told(connection: Connection, now: float) -> str:
    row = connection.execute(select(lease).where(lease.c.name == LEADER)).first()
    held = row is not None and row.holder is not None and row.expires_at > now
    lines = [f"holder: {row.holder}, epoch {row.epoch}" if row and held else "holder: nobody"]
    if row is not None and row.heir is not None:
        lines.append(f"heir: {row.heir}")
    return "\n".join([*lines, f"alive: {', '.join(_alive(connection, now)) or 'nobody'}"])


def _alive(connection: Connection, now: float) -> list[str]:
    seen = select(tasks.c.name).where(tasks.c.seen_at > now - _ALIVE_SECONDS)
    return sorted(connection.scalars(seen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
