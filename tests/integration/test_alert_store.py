"""Alerts in the database, on SQLite and on PostgreSQL, and two tasks that fire the same one."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, update

from common.clock import FrozenClock
from common.market import Timeframe
from telegram_bot.adapters import database_chats, database_schema
from telegram_bot.adapters.database import Database, opened
from telegram_bot.adapters.database_alert_tables import alert_fires, alerts
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.database_messages import payload_of
from telegram_bot.adapters.database_price_watches import PriceWatch, keep
from telegram_bot.adapters.database_tables import outbox
from telegram_bot.alerts.bands import Band
from telegram_bot.alerts.machine import Step, react
from telegram_bot.alerts.ranks import rank
from telegram_bot.alerts.rules import PRICE, Alert, Kind, Rule, measure
from telegram_bot.alerts.store import Change, Fire, TooMany
from telegram_bot.outgoing import Outgoing
from telegram_bot.replies import Reply
from telegram_bot.work import Lost, under_way
from tests.support.alerts import STEP, look, rule
from tests.support.databases import KINDS, shaped
from tests.support.replies import AS_OF

ME, BTC = 1001, ("BTC-USD", PRICE)
NOW = AS_OF.timestamp()


@dataclass
class Two:
    """Two tasks on one database; `a` holds the lease.

    Attributes:
        touched: What a price watch that is no message set off.
    """

    a: Database
    b: Database
    clock: FrozenClock
    epoch: int
    touched: list[str]

    async def add(self, some: Rule, chat: int = ME, **more: Any) -> Alert:
        facts: dict[str, Any] = {"state": "armed", "step": STEP, "most": 50, **more}
        added = await self.a.alerts.add(some, chat, chat, **facts)
        self.clock.advance(1)
        return added

    async def due(self, last: str, low: str = "", high: str = "") -> dict[str, list[int]]:
        values = (Decimal(low or last), Decimal(high or last))
        at = self.clock.now().timestamp()
        found = await self.a.alert_book.due(BTC, *values, at, {}, 100)
        return {edge: [it.number for it in some] for edge, some in found.items() if some}

    async def watch(self, *watches: PriceWatch, since: float) -> None:
        facts: dict[str, Any] = {"since": since, "now": self.clock.now().timestamp()}
        write = partial(keep, purpose="test", chat=ME, watches=watches, **facts)
        await self.a.writer.submit(write)

    def fired(self, alert: Alert, **more: Any) -> Change:
        step = react(alert, replace(look("70100", self.clock.now().timestamp())))
        assert step is not None and step.fires
        return change(step, **more)

    async def rows(self, table: Any) -> Sequence[Any]:
        read = select(table)
        return await self.a.reader.run(lambda connection: connection.execute(read).all())


def change(step: Step, *, reply: bool = True) -> Change:
    text = f"#{step.alert.number}"
    said = Reply(text) if reply else None
    fire = Fire(
        step.alert.since,
        Decimal(70_100),
        step.fires or "up",
        text,
        said,
        lambda lines: Reply("\n".join(lines)),
    )
    return Change(step.alert, fire)


@pytest.fixture(params=KINDS)
async def two(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Two]:
    url = shaped(request.param, tmp_path)
    clock = FrozenClock(AS_OF)
    engine = open_engine(url)
    database_schema.prepare(engine)
    touched: list[str] = []

    def react_to(connection: Connection, alert: Alert, fire: Fire) -> None:
        touched.append(alert.subject)

    async with AsyncExitStack() as closing:

        async def start(name: str) -> Database:
            base = opened(
                open_engine(url),
                5.0,
                name,
                clock=lambda: clock.now().timestamp(),
                reactions={"test": react_to},
            )
            return await closing.enter_async_context(base)

        a, b = await start("a"), await start("b")
        epoch = await a.lease.take()
        assert epoch is not None
        yield Two(a, b, clock, epoch, touched)
    engine.dispose()


async def test_an_alert_comes_back_as_it_was_kept(two: Two) -> None:
    rich = rule(
        "0.00001234",
        "down",
        percent=Decimal("-5.5"),
        anchor=Decimal("0.00001306"),
        repeat="every",
        pause=3_600.0,
        expires_at=NOW + 86_400,
        note="sell <half> & wait",
    )
    added = await two.add(rich, step=Decimal("0.00000001"))

    found = await two.b.alerts.find(ME, added.number)

    assert found == added and found.rule == rich and found.number == 1
    assert await two.b.alerts.find(2002, 1) is None


async def test_each_chat_counts_its_own_and_has_at_most_so_many(two: Two) -> None:
    for _ in range(3):
        await two.add(rule(), most=3)
    with pytest.raises(TooMany):
        await two.add(rule(), most=3)
    other = await two.add(rule(), chat=2002)
    first, *_rest = await two.a.alerts.of_chat(ME)

    await two.a.alerts.change(replace(first, state="deleted"))
    again = await two.add(rule(), most=3)

    assert (other.number, again.number) == (1, 4)
    assert [it.number for it in await two.a.alerts.of_chat(ME)] == [2, 3, 4]


async def test_an_update_that_is_answered_once_more_sets_no_second_alert(two: Two) -> None:
    """Its first task may have died before the answer; the person asked for one."""
    added: list[Alert] = []
    facts: dict[str, Any] = {"state": "armed", "step": STEP, "most": 2}
    for number, task in ((77, two.a), (77, two.b), (78, two.a), (78, two.b)):
        token = under_way.set(number)
        added.append(await task.alerts.add(rule(), ME, ME, **facts))
        under_way.reset(token)

    assert [alert.number for alert in added] == [1, 1, 2, 2]
    assert await two.a.alerts.of_chat(ME) == [added[0], added[2]]


async def test_two_tasks_that_add_at_once_give_different_numbers(two: Two) -> None:
    adding = [
        base.alerts.add(rule(), ME, ME, state="armed", step=STEP, most=50)
        for base in (two.a, two.b, two.a, two.b)
    ]

    assert sorted(it.number for it in await asyncio.gather(*adding)) == [1, 2, 3, 4]


async def test_the_nearest_touches_are_found_from_both_sides(two: Two) -> None:
    for threshold, direction, state in (
        ("70000", "up", "armed"),
        ("71000", "up", "armed"),
        ("60000", "down", "armed"),
        ("59000", "down", "armed"),
        ("66000", "up", "waiting"),
        ("68000", "down", "waiting"),
        ("90000", "up", "paused"),
    ):
        await two.add(rule(threshold, direction), state=state)

    assert await two.a.alert_book.bands() == {
        BTC: Band(rise=rank(Decimal(68_000)) + 1, fall=rank(Decimal(66_000)) - 1)
    }
    assert await two.a.alert_book.band(BTC) == (await two.a.alert_book.bands())[BTC]
    assert await two.due("67000") == {}
    assert await two.due("70000") == {"rise": [6, 1]}
    assert await two.due("68000", low="59500", high="71500") == {
        "rise": [6, 1, 2],
        "fall": [5, 3],
    }


async def test_a_direction_that_does_not_matter_is_one_touch_of_its_own(two: Two) -> None:
    await two.add(rule("3", "any", measure=measure(Kind.MOVE, Timeframe.H1)))
    ((watched, band),) = (await two.a.alert_book.bands()).items()

    assert band == Band(both=rank(Decimal(3)))
    at = two.clock.now().timestamp()
    for low, high, found in (("-2.9", "2.9", 0), ("-3", "0", 1), ("0", "3.1", 1)):
        due = await two.a.alert_book.due(watched, Decimal(low), Decimal(high), at, {}, 10)
        assert len(due["both"]) == found


async def test_who_rests_is_found_when_its_time_has_come(two: Two) -> None:
    added = await two.add(rule(repeat="every", pause=300.0))
    step = react(added, look("70100", two.clock.now().timestamp()))
    assert step is not None
    await two.a.alert_book.write(two.epoch, [change(step)])

    band = await two.a.alert_book.band(BTC)

    assert band == Band(wakes_at=two.clock.now().timestamp() + 300)
    assert await two.due("70100") == {}
    two.clock.advance(300)
    assert await two.due("70100") == {"wakes": [1]}


async def test_a_fire_is_its_state_and_its_message_in_one_transaction_and_only_once(
    two: Two,
) -> None:
    added = await two.add(rule())
    fired = two.fired(added)
    assert await two.b.lease.take() is None
    outcomes = await asyncio.gather(
        two.a.alert_book.write(two.epoch, [fired]),
        two.a.alert_book.write(two.epoch, [fired]),
        two.b.alert_book.write(two.epoch, [fired]),
        return_exceptions=True,
    )

    assert sorted(map(str, outcomes)) == sorted(["1", "0", str(Lost())])
    (message,) = await two.rows(outbox)
    (kept,) = await two.rows(alert_fires)
    moment = round(two.clock.now().timestamp() * 1_000)
    assert message.key == kept.message == f"a{added.id}.{moment}"
    assert message.broadcast and '"text":"#1"' in message.payload
    found = await two.a.alerts.find(ME, 1)
    assert found is not None and found.state == "fired"


async def test_a_person_who_was_faster_is_not_told(two: Two) -> None:
    added = await two.add(rule())
    fired = two.fired(added)

    assert await two.b.alerts.change(replace(added, state="paused")) is not None

    assert await two.a.alert_book.write(two.epoch, [fired]) == 0
    assert await two.rows(outbox) == []


async def test_who_has_lost_the_lease_fires_nothing(two: Two) -> None:
    fired = two.fired(await two.add(rule()))
    two.clock.advance(60)
    assert await two.b.lease.take() == two.epoch + 1

    with pytest.raises(Lost):
        await two.a.alert_book.write(two.epoch, [fired])

    assert await two.rows(outbox) == []


async def test_more_than_three_at_once_become_one_message(two: Two) -> None:
    mine = [await two.add(rule()) for _ in range(5)]
    other = await two.add(rule(), chat=2002)

    await two.a.alert_book.write(two.epoch, [two.fired(it) for it in (*mine, other)])

    texts = {row.chat: row.payload for row in await two.rows(outbox)}
    assert len(texts) == 2
    assert "#1\\n#2\\n#3\\n#4\\n#5" in texts[ME] and '"#1"' in texts[2002]


async def test_what_follows_within_ten_seconds_joins_the_message_that_waits(two: Two) -> None:
    mine = [await two.add(rule()) for _ in range(6)]
    for some in (mine[:2], mine[2:4], mine[4:5]):
        await two.a.alert_book.write(two.epoch, [two.fired(it) for it in some])
        two.clock.advance(1)
    two.clock.advance(20)
    await two.a.alert_book.write(two.epoch, [two.fired(mine[5])])

    rows = await two.rows(outbox)

    assert ["#3\\n#4\\n#5" in row.payload for row in rows] == [False, False, True, False]
    assert rows[2].not_before - rows[0].created_at == 10
    assert {row.message for row in await two.rows(alert_fires)} == {row.key for row in rows}


async def test_a_line_that_is_added_as_its_message_is_taken_goes_with_it(tmp_path: Path) -> None:
    """On PostgreSQL the holder of the lease writes while another task sends."""
    url = shaped("postgresql", tmp_path)
    engine = open_engine(url)
    longer = update(outbox).values(payload=payload_of(Outgoing("sendMessage", {"text": "both"})))
    async with opened(engine, 5.0, "a") as a, opened(open_engine(url), 5.0, "b") as b:
        await b.outbox.broadcast("ca1", ME, Outgoing("sendMessage", {"text": "one"}))

        @event.listens_for(engine, "before_cursor_execute")
        def add(*told: Any) -> None:
            if told[2].startswith("INSERT INTO lanes"):
                with b.reader._engine.begin() as beside:
                    beside.execute(longer)

        (lane,) = await a.outbox.claim_broadcasts(5)

    assert [it.what.parameters["text"] for it in lane.unsent] == ["both"]


async def test_what_a_blocked_chat_missed_is_listed_once(two: Two) -> None:
    first, second, third = [await two.add(rule()) for _ in range(3)]
    await two.a.alert_book.write(two.epoch, [two.fired(first)])
    await two.a.outbox.block(ME, "bot was blocked by the user")
    await two.a.alert_book.write(two.epoch, [two.fired(second)])
    two.clock.advance(30)
    await two.a.alert_book.write(two.epoch, [two.fired(third, reply=False)])

    assert await two.a.alerts.missed(ME) == ["#1", "#2"]
    assert await two.a.alerts.missed(ME) == []


async def test_a_watch_that_is_no_message_reacts_in_the_same_transaction(two: Two) -> None:
    stop = PriceWatch("17.stop", "BTC-USD", PRICE, "up", Decimal(70_000), STEP)
    now = two.clock.now().timestamp()
    for threshold in ("69000", "70000"):
        await two.watch(replace(stop, threshold=Decimal(threshold)), since=now)
    await two.watch(stop, since=now + 5)  # stands where it stood, so it goes on
    two.clock.advance(1)
    at = two.clock.now().timestamp()
    assert await two.due("69500") == {}
    (watch,) = (await two.a.alert_book.due(BTC, Decimal(1), Decimal(70_000), at, {}, 9))["rise"]

    assert await two.a.alert_book.write(two.epoch, [two.fired(watch)]) == 1

    assert two.touched == ["17.stop"] and await two.rows(outbox) == []
    assert await two.a.alerts.of_chat(ME) == []


async def test_what_a_chat_watches_no_more_is_gone(two: Two) -> None:
    stop = PriceWatch("17.stop", "BTC-USD", PRICE, "up", Decimal(70_000), STEP)
    await two.watch(stop, replace(stop, subject="18.stop"), since=0.0)
    await two.watch(replace(stop, subject="18.stop"), since=0.0)

    assert [row.subject for row in await two.rows(alerts)] == ["18.stop"]


async def test_a_change_by_a_person_is_seen_by_the_engine(two: Two) -> None:
    added = await two.add(rule())
    _, until = await two.a.alert_book.edited(0.0)
    two.clock.advance(60)
    assert await two.a.alert_book.edited(until + 30) == (set(), two.clock.now().timestamp())

    await two.b.alerts.change(replace(added, state="paused"))

    found, _ = await two.a.alert_book.edited(until + 30)
    assert found == {BTC}


async def test_a_change_that_had_to_wait_for_the_database_is_seen_by_the_engine(two: Two) -> None:
    """Else nobody would ever look at its market, though its owner was told that it is set."""
    old = await two.add(rule())
    begun, free = threading.Event(), threading.Event()

    def take_long(connection: Connection) -> None:
        begun.set()
        free.wait(60)

    waits: list[asyncio.Task[Any]] = [asyncio.create_task(two.a.writer.submit(take_long))]
    await asyncio.to_thread(begun.wait, 60)
    waits.append(asyncio.create_task(two.a.alerts.change(replace(old, state="paused"))))
    new = two.a.alerts.add(rule(symbol="ETH-USD"), ME, ME, state="armed", step=STEP, most=50)
    waits.append(asyncio.create_task(new))
    while two.a.writer.waiting < 2:
        await asyncio.sleep(0)

    two.clock.advance(60)
    _, until = await two.b.alert_book.edited(0.0)
    free.set()
    await asyncio.gather(*waits)

    found, _ = await two.b.alert_book.edited(until)
    assert found == {BTC, ("ETH-USD", PRICE)}


async def test_marks_are_kept_by_the_holder_alone(two: Two) -> None:
    await two.a.alert_book.mark(two.epoch, {BTC: 5.0})
    await two.a.alert_book.mark(two.epoch, {BTC: 6.0})
    with pytest.raises(Lost):
        await two.b.alert_book.mark(two.epoch, {BTC: 7.0})

    assert await two.b.alert_book.marks() == {BTC: 6.0}


async def test_what_has_run_out_expires_and_what_was_deleted_is_forgotten(two: Two) -> None:
    await two.add(rule(expires_at=NOW + 10))
    gone = await two.add(rule())
    await two.a.alerts.change(replace(gone, state="deleted"))
    assert await two.a.alerts.find(ME, 2) is not None
    two.clock.advance(31)
    assert await two.a.alerts.find(ME, 2) is None

    now = two.clock.now().timestamp()
    assert await two.a.alert_book.expire(two.epoch, now) == 1
    await two.a.alert_book.forget(two.epoch, now + 3_601)

    assert await two.a.alerts.of_chat(ME) == []
    assert [row.state for row in await two.rows(alerts)] == ["expired"]
    assert await two.a.alert_book.bands() == {}


async def test_what_has_fired_for_good_is_kept_for_three_months(two: Two) -> None:
    fired = await two.add(rule())
    await two.add(rule())
    await two.a.alert_book.write(two.epoch, [two.fired(fired)])
    day, now = 86_400, two.clock.now().timestamp()

    await two.a.alert_book.forget(two.epoch, now + 89 * day)
    assert [it.state for it in await two.a.alerts.of_chat(ME)] == ["fired", "armed"]
    await two.a.alert_book.forget(two.epoch, now + 91 * day)
    assert [it.state for it in await two.a.alerts.of_chat(ME)] == ["armed"]


async def test_alerts_move_with_a_group_and_are_numbered_on(two: Two) -> None:
    await two.add(rule("1"), chat=-100)
    await two.add(rule("2"), chat=-200)

    await two.a.writer.submit(lambda connection: database_chats.move(connection, -200, -100, NOW))

    moved = await two.a.alerts.of_chat(-100)
    assert [(it.number, str(it.rule.threshold)) for it in moved] == [(1, "1"), (2, "2")]
