"""Watchlists, ledger and digests: what lasts as long as the program, and both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from common.clock import FrozenClock
from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database import Database, opened
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.digests import EVERY_DAY, Digest, Digests, PassingDigests
from telegram_bot.ledger import Entry, Ledger, PassingLedger, before_this_update
from telegram_bot.people import Choices
from telegram_bot.watchlists import MOST_WATCHED, PassingWatchlists, Watchlists
from telegram_bot.work import under_way
from tests.support.databases import KINDS, shaped
from tests.support.replies import AS_OF

ME, YOU = 7, 8
BOUGHT = Entry("buy", "BTC-USD", Decimal("0.5"), Decimal("61200.10"), AS_OF, note="first & best")
SOLD = Entry("sell", "BTC-USD", Decimal("0.000000000000000001"), Decimal("1E+3"), AS_OF)
DAILY = Digest(ME, time(8, 30), EVERY_DAY, "UTC", AS_OF, date(2026, 11, 21))


@dataclass
class Kept:
    """The three stores, and the database that they are in, if any."""

    watchlists: Watchlists
    ledger: Ledger
    digests: Digests
    base: Database | None
    clock: FrozenClock


@pytest.fixture(params=["passing", *KINDS])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    clock = FrozenClock(AS_OF)
    if request.param == "passing":
        yield Kept(PassingWatchlists(), PassingLedger(), PassingDigests(), None, clock)
        return
    engine = open_engine(shaped(request.param, tmp_path))
    database_schema.prepare(engine)
    async with opened(engine, 5.0, clock=lambda: clock.now().timestamp()) as base:
        yield Kept(base.watchlists, base.ledger, base.digests, base, clock)


async def test_a_watchlist_keeps_its_order_and_each_market_once(kept: Kept) -> None:
    lists = kept.watchlists

    assert await lists.watch(ME, ["ETH-USD", "BTC-USD", "ETH-USD"]) == ["ETH-USD", "BTC-USD"]
    assert await lists.watch(ME, ["BTC-USD", "SOL-USD"]) == ["SOL-USD"]
    assert list(await lists.watched(ME)) == ["ETH-USD", "BTC-USD", "SOL-USD"]
    assert list(await lists.watched(YOU)) == []


async def test_a_market_is_taken_off_and_comes_back_at_the_end(kept: Kept) -> None:
    lists = kept.watchlists
    await lists.watch(ME, ["ETH-USD", "BTC-USD"])

    assert await lists.unwatch(ME, ["ETH-USD", "XRP-USD"]) == ["ETH-USD"]
    assert await lists.unwatch(ME, ["ETH-USD"]) == []
    await lists.watch(ME, ["ETH-USD"])
    assert list(await lists.watched(ME)) == ["BTC-USD", "ETH-USD"]


async def test_a_full_watchlist_takes_no_more(kept: Kept) -> None:
    symbols = [f"C{number}-USD" for number in range(MOST_WATCHED + 5)]

    assert len(await kept.watchlists.watch(ME, symbols)) == MOST_WATCHED
    assert await kept.watchlists.watch(ME, ["BTC-USD"]) == []


async def test_trades_come_back_exactly_and_in_the_order_in_which_they_happened(
    kept: Kept,
) -> None:
    later = replace(BOUGHT, at=AS_OF + timedelta(days=1))
    added = await kept.ledger.add(ME, [later, SOLD, BOUGHT])
    await kept.ledger.add(YOU, [BOUGHT])

    mine = await kept.ledger.entries(ME)

    assert [replace(entry, number=0) for entry in mine] == [SOLD, BOUGHT, later]
    assert len({entry.number for entry in added}) == 3 and all(entry.number for entry in added)


async def test_an_update_that_is_answered_once_more_writes_no_trade_down_twice(kept: Kept) -> None:
    """Its first task may have died before the answer."""
    old = await kept.ledger.add(ME, [BOUGHT])
    numbers: list[list[int]] = []
    for update in (77, 77, 78):
        token = under_way.set(update)
        before = before_this_update(await kept.ledger.entries(ME))
        added = await kept.ledger.add(ME, [BOUGHT, SOLD])
        numbers.append([len(before), *(entry.number for entry in added)])
        under_way.reset(token)

    first = old[0].number
    again = [1, first + 1, first + 2]
    assert numbers == [again, again, [3, first + 3, first + 4]]
    assert len(await kept.ledger.entries(ME)) == 5


async def test_what_was_taken_out_last_can_come_back(kept: Kept) -> None:
    ledger = kept.ledger
    first, second, third = await ledger.add(ME, [BOUGHT, SOLD, BOUGHT])

    assert await ledger.remove(YOU, [first.number]) == 0
    assert await ledger.remove(ME, [first.number]) == 1
    kept.clock.advance(1)
    assert await ledger.remove(ME, [second.number, third.number, 999]) == 2
    assert await ledger.entries(ME) == []
    assert await ledger.undo(ME) == 2
    assert {entry.number for entry in await ledger.entries(ME)} == {second.number, third.number}
    assert await ledger.undo(YOU) == 0


async def test_what_was_never_taken_out_cannot_come_back(kept: Kept) -> None:
    await kept.ledger.add(ME, [BOUGHT, SOLD])

    assert await kept.ledger.undo(ME) == 0
    assert len(await kept.ledger.entries(ME)) == 2


async def test_what_was_taken_out_is_forgotten_after_a_day(kept: Kept) -> None:
    if kept.base is None:
        return  # it is forgotten with the program
    first, second = await kept.ledger.add(ME, [BOUGHT, SOLD])
    await kept.ledger.remove(ME, [first.number])
    kept.clock.advance(25 * 3_600)

    await kept.ledger.remove(ME, [second.number])

    exported = await kept.base.people.export(ME)
    assert [row["side"] for row in exported["ledger"]] == ["sell"]


async def test_a_digest_is_kept_changed_and_forgotten(kept: Kept) -> None:
    digests = kept.digests
    weekly = replace(DAILY, weekdays=frozenset({0, 6}), last=date(2026, 11, 20))

    assert await digests.digest(ME) is None
    await digests.put(DAILY)
    await digests.put(weekly)
    assert await digests.digest(ME) == weekly
    assert await digests.stop(ME)
    assert not await digests.stop(ME)


async def test_what_is_due_waits_in_order_and_is_advanced_once(kept: Kept) -> None:
    digests = kept.digests
    early = replace(DAILY, chat=YOU, due=AS_OF - timedelta(minutes=5))
    late = replace(DAILY, chat=9, due=AS_OF + timedelta(minutes=5))
    for digest in (DAILY, early, late):
        await digests.put(digest)

    assert await digests.waiting(AS_OF, 10) == [early, DAILY]
    assert await digests.waiting(AS_OF, 1) == [early]
    tomorrow = replace(early, due=AS_OF + timedelta(days=1), last=early.day)
    assert await digests.advance(early, tomorrow)
    assert not await digests.advance(early, tomorrow)
    assert await digests.waiting(AS_OF, 10) == [DAILY]


async def test_a_digest_whose_person_has_moved_waits_to_be_worked_out_again(kept: Kept) -> None:
    if kept.base is None:
        return  # it knows no settings
    later = replace(DAILY, due=AS_OF + timedelta(hours=9))
    await kept.digests.put(later)
    assert await kept.digests.waiting(AS_OF, 10) == []

    await kept.base.people.choose(ME, Choices(zone="Asia/Tokyo"))

    assert await kept.digests.waiting(AS_OF, 10) == [later]
