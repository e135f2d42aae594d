"""Who was met and what they chose, on both databases; and that nothing stays of who asks for it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.types import TypeEngine

from common.market import Timeframe
from telegram_bot.adapters.database import Database
from telegram_bot.adapters.database_alert_fires import tell
from telegram_bot.adapters.database_people import FRESH_SECONDS, QUESTION_SECONDS
from telegram_bot.adapters.database_people_tables import settings
from telegram_bot.adapters.database_personal import PERSONAL
from telegram_bot.adapters.database_tables import inbox, metadata
from telegram_bot.digests import EVERY_DAY, Digest
from telegram_bot.ledger import Entry
from telegram_bot.outgoing import Outgoing, Receipt
from telegram_bot.people import Choices
from telegram_bot.work import Answers, Incoming
from tests.support.alerts import STEP, fired, rule
from tests.support.databases import KINDS
from tests.support.replies import AS_OF
from tests.support.two_tasks import Two, two_tasks

ME, YOU = 731_000_111, 731_000_222
EVERYTHING = Choices(
    language="de",
    zone="Europe/Berlin",
    numbers="1 234,56",
    quote="EUR",
    timeframe=Timeframe.H1,
    period=21,
    equity=Decimal("10000.50"),
    risk_pct=Decimal("0.5"),
    notifications="silent",
    quiet=(time(22, 0), time(7, 30)),
    markets=("GRT-GBP", "ABC-EUR"),
)


@pytest.fixture(params=KINDS)
async def two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Two]:
    async with two_tasks(request.param, tmp_path) as two:
        yield two


async def test_what_was_chosen_comes_back_exactly(two: Two) -> None:
    await two.a.people.choose(ME, EVERYTHING)

    assert await two.b.people.choices(ME) == EVERYTHING
    assert await two.b.people.choices(YOU) == Choices()
    await two.a.people.choose(ME, Choices(quote="USDT"))
    assert await two.b.people.choices(ME) == Choices(quote="USDT")


async def test_a_change_is_seen_at_once_here_and_in_seconds_elsewhere(two: Two) -> None:
    assert (await two.b.people.reader(ME, "en")).language == "en"

    await two.a.people.choose(ME, Choices(language="de"))

    assert (await two.a.people.reader(ME, "en")).language == "de"
    assert (await two.b.people.reader(ME, "en")).language == "en"
    two.clock.advance(FRESH_SECONDS)
    assert (await two.b.people.reader(ME, "en")).language == "de"


async def test_who_is_not_asking_is_written_to_in_the_language_that_was_heard_last(
    two: Two,
) -> None:
    assert (await two.a.people.reader(ME)).language == "en"
    await two.a.people.reader(ME, "de-AT")

    assert (await two.b.people.reader(ME)).language == "de"
    await two.b.people.reader(ME, "fr")
    two.clock.advance(FRESH_SECONDS)
    assert (await two.a.people.reader(ME)).language == "en"


async def test_what_only_a_newer_version_understands_stops_nobody_else(two: Two) -> None:
    await two.a.people.choose(ME, EVERYTHING)
    newer = update(settings).where(settings.c.chat == ME).values(timeframe="9y")
    await two.a.writer.submit(lambda connection: connection.execute(newer).rowcount)

    two.a.people.expect([ME])
    for _ in range(2):
        with pytest.raises(ValueError):
            await asyncio.wait_for(two.a.people.choices(ME), 20)
    assert await asyncio.wait_for(two.a.people.choices(YOU), 20) == Choices()
    assert two.a.writer.split == 0


async def test_a_question_waits_for_its_answer_ten_minutes(two: Two) -> None:
    await two.a.people.ask(ME, "settings tz")

    assert await two.b.people.asked(ME) == "settings tz"
    two.clock.advance(QUESTION_SECONDS)
    assert await two.b.people.asked(ME) is None
    await two.a.people.ask(ME, "settings quote")
    await two.b.people.end_question(ME)
    assert await two.a.people.asked(ME) is None


async def test_a_group_keeps_what_was_chosen_when_it_becomes_a_supergroup(two: Two) -> None:
    await two.a.people.choose(-7, Choices(language="de"))
    await two.a.people.choose(-8, Choices(quote="EUR"))

    await two.a.outbox.move(-7, -1007)
    await two.a.outbox.move(-8, -1007)

    assert await two.a.people.choices(-1007) == Choices(language="de")
    assert await two.a.people.choices(-8) == Choices()


def told_in(person: int, connection: Connection) -> set[str]:
    """Return the tables of which any row says the number of a person, anywhere."""
    return {
        table.name
        for table in metadata.sorted_tables
        for row in connection.execute(select(table))
        if any(str(person) in _readable(value) for value in row)
    }


def _readable(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def fill(connection: Connection, person: int) -> None:
    """Put a row about a person into every table that has none yet, whatever it is for."""
    for entry in PERSONAL:
        known = select(entry.table).where(entry.person == person)
        if connection.execute(known).first() is None:
            mark = 2 * PERSONAL.index(entry) + int(person == YOU)
            row = {column.name: _something(column.type, mark) for column in entry.table.c}
            numbers = {column.name: person for column in entry.table.c if column is entry.person}
            if "id" in row:
                row["id"] = person * 10 + PERSONAL.index(entry)
            connection.execute(insert(entry.table).values({**row, **numbers}))


def _something(kind: TypeEngine[Any], mark: int) -> Any:
    """Return a value of that kind; texts and whole numbers differ between rows."""
    python = kind.python_type
    return {str: chr(65 + mark), bytes: b"1", bool: True, int: mark}.get(python, python(1))


async def seed(base: Database, person: int, update: int) -> Receipt:
    """Leave a row in every table that holds something of people, and an update that waits."""
    body = b'{"update_id": %d, "message": {"from": {"id": %d}}}' % (update, person)
    people = base.people
    await people.reader(person, "en")
    await people.choose(person, EVERYTHING)
    await people.ask(person, "settings tz")
    await base.watchlists.watch(person, ["BTC-USD"])
    await base.ledger.add(person, [Entry("buy", "BTC-USD", Decimal(1), Decimal(5), AS_OF)])
    alert = await base.alerts.add(rule(), person, person, state="armed", step=STEP, most=9)
    await base.writer.submit(lambda connection: tell(connection, [fired(alert)], {}, 0.0))
    daily = Digest(person, time(8, 30), EVERY_DAY, "UTC", AS_OF, AS_OF.date())
    await base.digests.put(daily)
    await base.outbox.block(person, "blocked")
    await base.news.is_new_to(person, "1.0.0")
    await base.lives.begin(person, "one")
    (lane,) = await base.inbox.record([Incoming(update, person, body)], take=True)
    assert lane.waiting is not None
    said = Answers((Outgoing("sendMessage", {"text": f"to {person}"}),))
    (message,) = await base.inbox.answered(lane.waiting, said)
    receipt = Receipt(message.key, 5)
    await base.outbox.sent(receipt)
    await base.writer.submit(partial(fill, person=person))
    await base.inbox.record([Incoming(update + 1, person, body)])
    return receipt


async def test_nothing_stays_of_who_asks_to_be_forgotten(two: Two) -> None:
    base = two.a
    await base.lanes.beat()
    await seed(base, ME, 10)
    await seed(base, YOU, 20)
    lane = await base.lanes.next(ME)
    assert lane is not None and lane.waiting is not None
    everything = {entry.table.name for entry in PERSONAL} | {"lanes"}
    assert await base.reader.run(lambda connection: told_in(ME, connection)) == everything

    goodbye = Answers((Outgoing("editMessageText", {"text": "gone"}),), forget=True)
    (message,) = await base.inbox.answered(lane.waiting, goodbye)
    assert await base.lanes.next(ME, Receipt(message.key, None)) is None

    assert await base.reader.run(lambda connection: told_in(ME, connection)) == set()
    assert await base.reader.run(lambda connection: told_in(YOU, connection)) == everything


async def test_what_was_said_is_not_kept_once_it_is_answered(two: Two) -> None:
    await two.a.lanes.beat()
    await seed(two.a, ME, 10)

    kept = select(func.length(inbox.c.body)).where(inbox.c.update_id == 10)
    assert await two.a.reader.run(lambda connection: connection.scalar(kept)) == 0


async def test_an_export_holds_a_row_of_every_table(two: Two) -> None:
    await two.a.lanes.beat()
    await seed(two.a, ME, 10)

    exported = await two.b.people.export(ME)

    assert set(exported) == {entry.table.name for entry in PERSONAL}
    assert all(exported.values())
    assert exported["settings"][0]["zone"] == "Europe/Berlin"
