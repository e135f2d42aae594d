"""What the bot does again and again costs the same however much it has done before."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from telegram_bot.adapters import database
from telegram_bot.adapters.database import Database
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.outgoing import Outgoing
from telegram_bot.work import Incoming
from tests.support.databases import shaped

HELLO = Outgoing("sendMessage", {"text": "hello"})
GROWING = ("inbox", "outbox", "alert_fires", "paper_accounts")
DONE = 20_000
AT = 1_800_000_000.0
_NUMBERS = f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {DONE}) "


@pytest.fixture
async def engine(tmp_path: Path) -> Engine:
    return open_engine(shaped("sqlite", tmp_path))


@pytest.fixture
async def base(engine: Engine) -> AsyncIterator[Database]:
    async with database.opened(engine, dead_after=10.0, owner="me", clock=lambda: AT) as base:
        yield base


async def test_no_regular_look_reads_through_what_is_over(engine: Engine, base: Database) -> None:
    """SQLite takes an index over some rows only where a query says which in the same words."""
    scans = _scans(engine)
    await base.outbox.broadcast("b", 7, HELLO)
    (lane,) = await base.outbox.claim_broadcasts(10)
    await base.lanes.release(7)
    await base.inbox.record([Incoming(1, 8, b"{}")])
    assert {one.chat for one in await base.lanes.claim(10)} == {lane.chat, 8}
    await base.outbox.block(7, "blocked")
    await base.alerts.missed(7)
    await base.papers.busy()

    assert scans == []


async def test_tidying_up_looks_at_what_is_oldest_alone(base: Database) -> None:
    """The young ones behind are millions in a busy bot, and the only writer would go by them."""
    await base.writer.submit(_done_before)
    steps = await base.writer.submit(_count_steps)

    assert await base.inbox.purge(before=AT) + await base.outbox.purge(before=AT) == 0
    assert len(steps) < 100

    await base.inbox.purge(before=AT + 1.5)
    await base.outbox.purge(before=AT + 1.5)
    left = await base.writer.submit(lambda connection: [_count(connection, it) for it in GROWING])
    assert left == [DONE - 2_000, DONE - 2_000, 0, 0]


def _scans(engine: Engine) -> list[str]:
    """Return what will hold every plan that goes through a whole growing table."""
    found: list[str] = []
    path = str(engine.url.database)

    @event.listens_for(engine, "before_cursor_execute")
    def explain(_: Any, __: Any, text: str, values: Any, ___: Any, many: bool) -> None:
        if not text.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        with sqlite3.connect(path) as connection:
            rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", values[0] if many else values)
            found.extend(f"{row[-1]}: {text}" for row in rows if row[-1] in _whole_tables)
        connection.close()

    return found


_whole_tables = {f"SCAN {table}" for table in GROWING} | {
    "SCAN paper_accounts USING INDEX sqlite_autoindex_paper_accounts_1"
}


def _done_before(connection: Connection) -> None:
    connection.exec_driver_sql(
        "insert into inbox (update_id, chat, body, state, received_at, finished_at) "
        f"{_NUMBERS} select i, i % 500, x'', 'done', {AT}, {AT + 1} from n"
    )
    connection.exec_driver_sql(
        "insert into outbox (key, chat, broadcast, payload, state, created_at, finished_at) "
        f"{_NUMBERS} select 'u' || i, i % 500, 0, '', 'sent', {AT}, {AT + 1} from n"
    )


def _count_steps(connection: Connection) -> list[int]:
    """Return what will hold one entry for each thousand steps of SQLite's machine."""
    steps: list[int] = []
    raw: Any = connection.connection.driver_connection
    raw.set_progress_handler(lambda: steps.append(1), 1_000)
    return steps


def _count(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"select count(*) from {table}").scalar_one())
