"""The database on SQLite and on PostgreSQL: its shape, its writer, its reader."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from common.errors import Misconfigured
from telegram_bot import migrations
from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.database_personal import IMPERSONAL, PERSONAL
from telegram_bot.adapters.database_prepared import Prepared
from telegram_bot.adapters.database_reader import Reader
from telegram_bot.adapters.database_spacing import COMPANY, UNSPACED
from telegram_bot.adapters.database_tables import metadata, schema_range, tasks
from telegram_bot.adapters.database_writer import Batch, Writer
from telegram_bot.work import Busy
from tests.support.databases import KINDS, fresh, shaped


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(fresh(request.param, tmp_path))
    yield engine
    engine.dispose()


@pytest.fixture
async def writer(engine: Engine) -> AsyncIterator[Writer]:
    database_schema.prepare(engine)
    writer = Writer(engine)
    yield writer
    await writer.close()


def test_the_steps_lead_to_the_tables_that_the_program_knows(engine: Engine) -> None:
    database_schema.prepare(engine)

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert database_schema.version(connection) == migrations.NEWEST


def test_every_table_is_said_to_hold_something_of_people_or_nothing() -> None:
    personal = {entry.table.name for entry in PERSONAL}  # by more than one column, perhaps
    said = [*personal, *(table.name for table in IMPERSONAL)]

    assert sorted(said) == sorted(metadata.tables)


def test_a_second_start_finds_nothing_to_do(engine: Engine) -> None:
    database_schema.prepare(engine)
    database_schema.prepare(engine)
    database_schema.contract(engine)

    with engine.connect() as connection:
        database_schema.check_range(connection)


def test_a_newer_database_is_fine_until_it_says_that_it_is_not(engine: Engine) -> None:
    database_schema.prepare(engine)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    database_schema.prepare(engine)

    with engine.begin() as connection:
        connection.execute(update(schema_range).values(oldest_program=9999))
    with pytest.raises(Misconfigured, match="start a newer version"):
        database_schema.prepare(engine)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/db", "sqlite://"])
def test_another_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL must be sqlite") as refused:
        open_engine(url)

    assert "nonsense" not in str(refused.value) and "mysql" not in str(refused.value)


def test_a_database_that_cannot_keep_every_letter_is_refused_in_words(tmp_path: Path) -> None:
    engine = open_engine(fresh("postgresql", tmp_path, "template template0 encoding 'SQL_ASCII'"))

    with pytest.raises(Misconfigured, match="as SQL_ASCII, this program needs UTF8"):
        database_schema.prepare(engine)
    engine.dispose()


def _see(name: str) -> Callable[[Connection], str]:
    def write(connection: Connection) -> str:
        connection.execute(tasks.insert().values(name=name, seen_at=1.0))
        return name

    return write


def _count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(tasks)) or 0


async def test_what_is_written_can_be_read(engine: Engine, writer: Writer) -> None:
    reader = Reader(engine)

    names = await asyncio.gather(*(writer.submit(_see(str(number))) for number in range(50)))

    assert names == [str(number) for number in range(50)]
    assert await reader.run(_count) == 50
    reader.close()


async def test_an_error_is_its_callers_alone(engine: Engine, writer: Writer) -> None:
    await writer.submit(_see("there already"))

    outcomes = await asyncio.gather(
        writer.submit(_see("one")),
        writer.submit(_see("there already")),
        writer.submit(_see("two")),
        return_exceptions=True,
    )

    assert outcomes[0] == "one" and outcomes[2] == "two"
    assert isinstance(outcomes[1], IntegrityError)
    with engine.connect() as connection:
        assert _count(connection) == 3


_BEATS = Prepared(lambda dialect: insert(tasks))


@pytest.mark.parametrize("names", [("a",), ("a", "b")])
async def test_a_prepared_statement_fails_as_any_other_does(
    writer: Writer, names: Sequence[str]
) -> None:
    rows = [{"name": name, "seen_at": 1.0} for name in names]
    await writer.submit(lambda connection: _BEATS.write(connection, rows))

    kept = await writer.submit(lambda it: it.scalar(select(func.count()).select_from(tasks)))
    assert kept == len(rows)
    with pytest.raises(IntegrityError):
        await writer.submit(lambda connection: _BEATS.write(connection, rows))


async def test_a_prepared_statement_on_a_lost_connection_is_run_on_the_next(
    tmp_path: Path,
) -> None:
    engine = open_engine(fresh("postgresql", tmp_path))
    database_schema.prepare(engine)
    writer = Writer(engine)
    number = await writer.submit(lambda it: it.scalar(text("SELECT pg_backend_pid()")))
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
    row = {"name": "a", "seen_at": 1.0}

    met = await writer.submit(lambda connection: _BEATS.write(connection, [row]))

    assert (met, await writer.submit(lambda it: it.scalar(select(tasks.c.name)))) == (1, "a")
    await writer.close()
    engine.dispose()


async def test_a_batch_gets_the_items_of_all_who_wait_and_the_lower_order_goes_first(
    writer: Writer,
) -> None:
    seen: list[list[str]] = []

    def note(connection: Connection, items: Sequence[str]) -> Sequence[str]:
        seen.append(list(items))
        return [item.upper() for item in items]

    def also_note(connection: Connection, items: Sequence[str]) -> Sequence[str]:
        return note(connection, items)

    first, second = Batch(note, order=0), Batch(also_note, order=5)
    answers = await asyncio.gather(
        writer.join(second, "x"), *(writer.join(first, item) for item in "abc")
    )

    assert answers == ["X", "A", "B", "C"]
    assert seen == [["a", "b", "c"], ["x"]]


async def test_a_full_queue_refuses_and_a_closed_one_too(engine: Engine) -> None:
    database_schema.prepare(engine)
    writer = Writer(engine, most_waiting=2)
    outcomes = await asyncio.gather(
        *(writer.submit(_see(str(number))) for number in range(3)), return_exceptions=True
    )
    await writer.close()

    assert [type(outcome) for outcome in outcomes] == [str, str, Busy]
    with pytest.raises(Busy):
        await writer.submit(_see("late"))


async def test_closing_writes_what_waits(engine: Engine) -> None:
    database_schema.prepare(engine)
    writer = Writer(engine)
    waiting = [asyncio.ensure_future(writer.submit(_see(str(number)))) for number in range(10)]
    await asyncio.sleep(0)
    await writer.close()

    assert await asyncio.gather(*waiting) == [str(number) for number in range(10)]


async def test_what_waits_for_company_is_written_at_once_when_it_comes_or_nothing_more_does(
    engine: Engine,
) -> None:
    database_schema.prepare(engine)
    writer = Writer(engine)
    for number in range(UNSPACED):
        await asyncio.gather(writer.submit(_see(f"{number}a")), writer.submit(_see(f"{number}b")))
    together = [writer.submit(_see(f"together {number}")) for number in range(COMPANY)]
    before = writer.groups
    await asyncio.gather(*together)
    assert writer.groups == before + 1

    lone = asyncio.ensure_future(writer.submit(_see("lone")))
    await asyncio.sleep(0)
    assert writer.waiting == 1
    await writer.close()
    assert await lone == "lone"


async def test_a_caller_who_goes_away_harms_nobody(engine: Engine, writer: Writer) -> None:
    leaving = asyncio.ensure_future(writer.submit(_see("leaving")))
    await asyncio.sleep(0)
    leaving.cancel()

    assert await writer.submit(_see("staying")) == "staying"


async def test_a_host_that_is_gone_is_not_waited_for(tmp_path: Path) -> None:
    """Where it only says nothing, the system would try for a quarter of an hour."""
    engine = open_engine(shaped("postgresql", tmp_path))
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        assert raw.info.get_parameters()["tcp_user_timeout"] == "10000"
    engine.dispose()
