"""Paper accounts: what lasts as long as the program, and both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database import Database, opened
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.paper.book import (
    MOST_DECISIONS,
    Auto,
    Change,
    Decided,
    Paper,
    Papers,
    PassingPapers,
    Unpriced,
)
from telegram_bot.replies import Reply
from telegram_bot.simulation.account import Account, Position, Trade
from telegram_bot.simulation.presets import USUAL
from telegram_bot.simulation.trading import Rule
from tests.support.databases import KINDS, shaped

ME, YOU = 7, 8
FINE = Decimal("0.000000000000000001")
HELD = Position("BTC-USD", FINE, Decimal("1E+3"), 1.5, stop=Decimal("0.1"), trail=FINE)
TRADE = Trade("BTC-USD", FINE, Decimal(1), Decimal(2), Decimal("3.10"), 1.0, 2.0, "trailing stop")
AUTO = Auto("BTC-USD", "4h", USUAL["st"], Rule(Decimal(1), Decimal(2), None, True), 100.0)
DECIDED = Decided(5.0, "BTC-USD", "4h", USUAL["st"], "enter", "up", FINE, 1.25, None, "bought")
NEW = Paper(ME, 0, Account(Decimal("9.10"), (HELD,)), Decimal(10), 1.0, autos=(AUTO,))
NEW = replace(NEW, unpriced=(Unpriced("BTC-USD", 2.5, told=True),))


@pytest.fixture(params=["passing", *KINDS])
async def base(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Papers, Database | None]]:
    if request.param == "passing":
        yield PassingPapers(), None
        return
    engine = open_engine(shaped(request.param, tmp_path))
    database_schema.prepare(engine)
    async with opened(engine, 5.0) as base:
        yield base.papers, base


Base = tuple[Papers, Database | None]


async def test_an_account_comes_back_to_the_last_digit(base: Base) -> None:
    papers, _ = base
    assert await papers.find(ME) is None

    assert await papers.save(Change(NEW, (TRADE,), (DECIDED,), (2.0, Decimal("10.5"))))

    assert await papers.find(ME) == replace(NEW, version=1)
    assert list(await papers.trades(ME)) == [TRADE]
    assert list(await papers.decisions(ME)) == [DECIDED]
    assert list(await papers.marks(ME)) == [(2.0, Decimal("10.5"))]
    assert not await papers.trades(YOU)


async def test_a_change_of_an_older_version_is_void(base: Base) -> None:
    papers, _ = base
    await papers.save(Change(NEW))
    kept = await papers.find(ME)
    assert kept is not None

    again = await papers.save(Change(NEW, (TRADE,)))
    first = await papers.save(Change(replace(kept, start=Decimal(11)), (TRADE,)))
    second = await papers.save(Change(replace(kept, start=Decimal(12)), (TRADE,)))

    assert (again, first, second) == (False, True, False)
    found = await papers.find(ME)
    assert found is not None and found.start == 11
    assert len(await papers.trades(ME)) == 1


async def test_only_accounts_with_something_to_watch_are_busy(base: Base) -> None:
    papers, _ = base
    await papers.save(Change(NEW))
    await papers.save(Change(replace(NEW, chat=YOU, account=Account(Decimal(1)), autos=())))

    assert [paper.chat for paper in await papers.busy()] == [ME]


async def test_the_last_decisions_are_kept_newest_first(base: Base) -> None:
    papers, _ = base
    many = [replace(DECIDED, at=float(number)) for number in range(MOST_DECISIONS + 5)]
    await papers.save(Change(NEW, decisions=many))

    kept = await papers.decisions(ME)

    assert [one.at for one in kept] == [one.at for one in reversed(many)][:MOST_DECISIONS]


async def test_a_reset_forgets_everything_of_one_chat(base: Base) -> None:
    papers, _ = base
    for chat in (ME, YOU):
        await papers.save(Change(replace(NEW, chat=chat), (TRADE,), (DECIDED,), (1.0, FINE)))

    await papers.reset(ME)

    assert await papers.find(ME) is None
    assert not await papers.trades(ME) and not await papers.marks(ME)
    assert len(await papers.trades(YOU)) == len(await papers.decisions(YOU)) == 1
    assert await papers.save(Change(NEW))


async def test_what_is_told_is_written_with_its_change_or_not_at_all(base: Base) -> None:
    papers, database = base
    if database is None:
        return
    told = Reply("<b>sold</b>")
    await papers.save(Change(NEW, told=told))
    await papers.save(Change(NEW, told=told))  # void

    lanes = await database.outbox.claim_broadcasts(10)

    (lane,) = lanes
    assert lane.chat == ME
    assert [message.what.parameters["text"] for message in lane.unsent] == ["<b>sold</b>"]
