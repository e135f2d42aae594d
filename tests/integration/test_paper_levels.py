"""Stops, targets and trailing stops of paper trades, as the alert engine executes them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from telegram_bot.adapters.database_alert_tables import alerts
from telegram_bot.adapters.database_tables import outbox
from telegram_bot.alerts.feed import Bar
from telegram_bot.paper.book import Change, Paper
from telegram_bot.people import Choices
from telegram_bot.profiles import load
from telegram_bot.simulation.account import Account, Position
from tests.support.alert_desk import BTC, ME, NOON, AlertDesk, alert_desk
from tests.support.databases import KINDS, shaped

FREE = msgspec.structs.replace(load("SIMU"), fee_pct=Decimal(0), slippage_pct=Decimal(0))


@pytest.fixture(params=KINDS)
async def it(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AlertDesk]:
    async with alert_desk(shaped(request.param, tmp_path), profile=FREE, source="simu") as it:
        yield it


async def hold(it: AlertDesk, **levels: Any) -> None:
    """Hold 5 BTC that were bought at 100, and have the engine know of its levels."""
    held = Position(BTC, Decimal(5), Decimal(500), it.now, best=Decimal(100), **levels)
    paper = Paper(ME, 0, Account(Decimal(9_500), (held,)), Decimal(10_000), it.now)
    assert await it.base.papers.save(Change(paper))
    it.clock.advance(1)
    await it.engine.look_around()


async def found(it: AlertDesk) -> Paper:
    paper = await it.base.papers.find(ME)
    assert paper is not None
    return paper


async def told(it: AlertDesk) -> list[str]:
    read = select(outbox.c.payload).order_by(outbox.c.id)
    return list(await it.base.reader.run(lambda connection: connection.scalars(read).all()))


async def watched(it: AlertDesk) -> dict[str, str]:
    read = select(alerts.c.subject, alerts.c.threshold)
    rows = await it.base.reader.run(lambda connection: connection.execute(read).all())
    return {row.subject.partition("@")[0]: row.threshold for row in rows}


async def test_a_stop_sells_at_the_price_that_passed_it_and_says_so(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90), target=Decimal(150))
    await it.price("90.01")
    assert (await found(it)).account.positions

    await it.price("89.50")
    await it.price("80")

    after = await found(it)
    assert not after.account.positions and await watched(it) == {}
    assert after.account.cash == Decimal(9_500) + 5 * Decimal("89.50")
    (text,) = await told(it)
    assert "BTC/USD: stop hit at 89.50" in text and "-52.50 (-10.50%)" in text
    assert it.wakes


async def test_a_target_sells_at_the_price_that_reached_it(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90), target=Decimal(150))

    await it.price("151")

    (trade,) = await it.base.papers.trades(ME)
    assert trade.price == 151 and trade.reason == "target"


async def test_a_wick_between_two_prices_counts_once_its_minute_has_closed(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90), target=Decimal(150))
    await it.minute("100")
    await it.price("100")

    await it.minute("100", low="89", high="160")

    (trade,) = await it.base.papers.trades(ME)
    assert trade.price == 90 and trade.reason == "stop"  # the worse of both


async def test_a_market_that_opens_beyond_a_stop_sells_at_the_opening(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90))
    await it.minute("100")

    await it.minute("86", low="85", high="88", opened="87")

    (trade,) = await it.base.papers.trades(ME)
    assert trade.price == 87


async def test_minutes_before_a_position_was_opened_are_not_its_business(it: AlertDesk) -> None:
    it.clock.advance(30)
    await hold(it, stop=Decimal(90))

    await it.minute("100", low="89")

    assert (await found(it)).account.positions


async def test_a_trailing_stop_follows_each_minute_that_is_over_and_sells(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90), trail=Decimal(10))
    assert await watched(it) == {"BTC-USD.stop": "90", "BTC-USD.trail": "100.01"}
    await it.price("120")
    assert (await watched(it))["BTC-USD.stop"] == "90"
    await it.minute("100")
    await it.minute("118", low="95", high="120")
    assert await watched(it) == {"BTC-USD.stop": "110", "BTC-USD.trail": "120.01"}
    await it.minute("121", low="110.01", high="125")
    assert (await watched(it))["BTC-USD.stop"] == "115"

    await it.price("114.99")

    assert not (await found(it)).account.positions
    assert "trailing stop hit at 114.99" in (await told(it))[-1]


@pytest.mark.parametrize(
    "ticker",
    [
        {"stale": True},
        {"alertable": False, "quality": "disputed"},
        {"source": "kraken"},
        {"as_of": NOON - timedelta(90)},
    ],
)
async def test_a_price_that_is_not_sure_changes_nothing(
    it: AlertDesk, ticker: dict[str, Any]
) -> None:
    await hold(it, stop=Decimal(90))

    await it.price("10", **ticker)

    assert (await found(it)).account.positions and not await told(it)


async def test_what_happened_while_nobody_watched_is_made_up_for(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90), trail=Decimal(10))
    await it.engine.mark()
    begins = it.now // 60 * 60
    for number in range(179):
        prices = (Decimal(99), Decimal(130 if number == 40 else 101), Decimal(100))
        at = begins + 60 * number
        minute = Bar(at, at + 60, *prices, open=Decimal(100), source="simu")
        it.feed.minutes.setdefault(BTC, []).append(minute)
    it.clock.advance(3 * 3_600)
    await it.restart()

    await it.engine.look_around()

    (trade,) = await it.base.papers.trades(ME)
    assert trade.closed_at == begins + 41 * 60 and trade.price == 100
    assert "nobody watched then" in (await told(it))[-1]


async def test_nothing_is_sold_twice_by_who_starts_again(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90))
    await it.price("89")
    await it.restart()
    await it.minute("80", low="70")
    await it.price("75")

    assert len(await it.base.papers.trades(ME)) == len(await told(it)) == 1


async def test_who_sold_by_hand_is_not_sold_again(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90))
    paper = await found(it)
    gone = replace(paper, account=Account(Decimal(10_000)))
    assert await it.base.papers.save(Change(gone))

    await it.price("80")

    assert (await found(it)).account.cash == 10_000 and not await told(it)


async def test_a_reset_ends_what_was_watched(it: AlertDesk) -> None:
    await hold(it, stop=Decimal(90), target=Decimal(150))
    await it.base.papers.reset(ME)

    await it.price("80")

    assert await watched(it) == {} and not await told(it)


async def test_who_wants_no_messages_is_sold_in_silence(it: AlertDesk) -> None:
    await it.people.choose(ME, Choices(notifications="off"))
    await hold(it, stop=Decimal(90))

    await it.price("80")

    assert not (await found(it)).account.positions and not await told(it)
