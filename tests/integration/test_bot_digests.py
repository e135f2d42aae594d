"""Digests over a day: on time, late, given up, once, in two programs, and where people move to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from common import environments
from common.clock import FrozenClock
from common.errors import Unavailable
from common.features import Features
from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database import Database, opened
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.database_tables import outbox
from telegram_bot.commands import Services
from telegram_bot.commands.discovery import discover
from telegram_bot.digesting import Digesting
from telegram_bot.digests import EVERY_DAY, Digest
from telegram_bot.people import Choices
from tests.support.databases import KINDS, shaped
from tests.support.fake_market import FakeMarket

ME = 1001
BEFORE = datetime(2027, 3, 26, 6, 0, tzinfo=UTC)  # two days before clocks change in Berlin


@dataclass
class Task:
    """One program, and what it asks."""

    base: Database
    digesting: Digesting
    market: FakeMarket


@dataclass
class Day:
    """Two programs on one database, and their clock."""

    a: Task
    b: Task
    clock: FrozenClock

    async def live(self, zone: str, at: str, days: frozenset[int] = EVERY_DAY) -> None:
        """Let a person live in `zone` and want a digest; it is worked out by the next sweep."""
        await self.a.base.people.choose(ME, Choices(zone=zone))
        now = self.clock.now()
        unplanned = Digest(ME, time.fromisoformat(at), days, "nowhere", now, now.date())
        await self.a.base.digests.put(replace(unplanned, due=now + timedelta(days=9)))
        await self.a.digesting.sweep()

    async def go_on(self, hours: float, *, every: float = 10) -> None:
        """Let time pass, with a sweep of both programs each so many minutes."""
        for _ in range(int(hours * 60 / every)):
            self.clock.advance(timedelta(minutes=every))
            await asyncio.gather(self.a.digesting.sweep(), self.b.digesting.sweep())

    async def sent(self) -> list[Any]:
        """The messages: key, when they were written, and what they say."""
        every = select(outbox).where(outbox.c.key.like("digest:%")).order_by(outbox.c.id)
        return list(await self.a.base.reader.run(lambda it: it.execute(every).all()))

    async def times(self) -> list[str]:
        rows = await self.sent()
        return [f"{datetime.fromtimestamp(row.created_at, UTC):%m-%d %H:%MZ}" for row in rows]


@pytest.fixture(params=["sqlite"])  # the stores themselves are held to both databases elsewhere
async def day(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Day]:
    url = shaped(request.param, tmp_path)
    clock = FrozenClock(BEFORE)
    engine = open_engine(url)
    database_schema.prepare(engine)
    engine.dispose()
    async with AsyncExitStack() as closing:

        async def start(name: str) -> Task:
            opening = opened(open_engine(url), 5.0, name, clock=lambda: clock.now().timestamp())
            base = await closing.enter_async_context(opening)
            market = FakeMarket()
            services = Services(
                market=market,
                features=Features("local"),
                limits=environments.load("local"),
                commands=discover(),
                people=base.people,
                clock=clock,
                watchlists=base.watchlists,
                ledger=base.ledger,
                digests=base.digests,
            )
            return Task(base, Digesting(services, base.outbox.broadcast), market)

        yield Day(await start("a"), await start("b"), clock)


async def test_d1_a_time_that_clocks_skip_comes_at_the_first_minute_after_it(day: Day) -> None:
    await day.live("Europe/Berlin", "02:30")

    await day.go_on(72, every=30)

    assert await day.times() == ["03-27 01:30Z", "03-28 01:00Z", "03-29 00:30Z"]


async def test_d1_a_time_that_comes_twice_is_taken_once_and_first(day: Day) -> None:
    day.clock.advance(datetime(2027, 10, 30, 12, tzinfo=UTC) - BEFORE)
    await day.live("Europe/Berlin", "02:30")

    await day.go_on(36, every=30)

    assert await day.times() == ["10-31 00:30Z"]


async def test_d2_a_program_that_was_down_sends_it_late_and_says_so(day: Day) -> None:
    await day.live("UTC", "08:30")
    day.clock.advance(timedelta(hours=2, minutes=40))  # 08:40

    await day.a.digesting.sweep()
    await day.b.digesting.sweep()

    (row,) = await day.sent()
    text = msgspec.json.decode(row.payload)["parameters"]["text"]
    assert "Fri 26 Mar, 08:30 UTC" in text and "late: it was due" in text and "10 min ago" in text


async def test_d2_more_than_two_hours_late_it_is_given_up_but_not_the_next(day: Day) -> None:
    await day.live("UTC", "08:30")
    day.clock.advance(timedelta(hours=4, minutes=31))  # 10:31
    await day.a.digesting.sweep()
    assert await day.sent() == []

    day.clock.advance(timedelta(days=3, hours=-1))  # 09:31, three days later
    await day.a.digesting.sweep()  # those between are given up
    await day.a.digesting.sweep()

    assert [row.key for row in await day.sent()] == [f"digest:{ME}:2027-03-29"]


@pytest.mark.parametrize("day", KINDS, indirect=True)
async def test_d3_two_programs_at_once_send_exactly_one_a_day(day: Day) -> None:
    await day.live("UTC", "08:30")

    await day.go_on(72, every=30)

    assert [row.key for row in await day.sent()] == [
        f"digest:{ME}:2027-03-{number}" for number in (26, 27, 28)
    ]


@pytest.mark.parametrize("day", KINDS, indirect=True)
async def test_d3_a_program_that_dies_between_sending_and_noting_sends_no_second(day: Day) -> None:
    await day.live("UTC", "08:30")
    before = await day.a.base.digests.digest(ME)
    assert before is not None
    day.clock.advance(timedelta(hours=2, minutes=30))
    await day.a.digesting.sweep()
    await day.a.base.digests.put(before)  # as if it had never been noted

    await day.b.digesting.sweep()

    assert len(await day.sent()) == 1
    after = await day.b.base.digests.digest(ME)
    assert after is not None and after.last == date(2027, 3, 26)


async def test_d4_a_zone_with_a_quarter_of_an_hour(day: Day) -> None:
    await day.live("Asia/Kathmandu", "08:00")

    await day.go_on(24, every=15)

    assert await day.times() == ["03-27 02:15Z"]


async def test_who_moves_gets_it_at_the_new_place_and_never_twice_a_day(day: Day) -> None:
    await day.live("UTC", "08:30")
    await day.go_on(3)

    await day.a.base.people.choose(ME, Choices(zone="America/New_York"))
    await day.go_on(28, every=30)

    assert await day.times() == ["03-26 08:30Z", "03-27 12:30Z"]


async def test_prices_that_are_not_to_be_had_are_waited_for(day: Day) -> None:
    await day.live("UTC", "08:30")
    day.clock.advance(timedelta(hours=2, minutes=30))
    day.a.market.failure = Unavailable("down")
    await day.a.digesting.sweep()
    assert await day.sent() == []

    day.a.market.failure = None
    day.clock.advance(60)
    await day.a.digesting.sweep()

    (row,) = await day.sent()
    assert "late" not in row.payload


async def test_who_wants_no_messages_gets_none_and_quiet_ones_make_no_sound(day: Day) -> None:
    await day.live("UTC", "08:30")
    await day.a.base.people.choose(ME, Choices(notifications="off"))
    await day.go_on(3)
    assert await day.sent() == []

    await day.a.base.people.choose(ME, Choices(quiet=(time(22), time(9))))
    await day.go_on(24, every=30)

    (row,) = await day.sent()
    assert msgspec.json.decode(row.payload)["parameters"]["disable_notification"] is True


async def test_a_chat_that_is_away_gets_none_and_keeps_its_plan(day: Day) -> None:
    await day.live("UTC", "08:30")
    await day.a.base.outbox.block(ME, "blocked")

    await day.go_on(3)

    kept = await day.a.base.digests.digest(ME)
    assert await day.sent() == [] and kept is not None and kept.day == date(2027, 3, 27)


async def test_days_that_are_not_wanted_are_left_out(day: Day) -> None:
    await day.live("UTC", "08:30", frozenset({6}))  # 28 March is a Sunday

    await day.go_on(96, every=90)

    assert await day.times() == ["03-28 09:00Z"]
