"""The engine over a real database: what fires, when, how often, and what never does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from common.errors import UnknownSymbol
from common.market import Timeframe
from telegram_bot.alerts.feed import Bar, Reading
from telegram_bot.alerts.firing import PAGE
from telegram_bot.alerts.machine import anchored
from telegram_bot.alerts.rules import Kind, Rule, measure
from telegram_bot.people import Choices
from tests.support.alert_desk import BTC, ME, NOON, AlertDesk, alert_desk
from tests.support.alerts import STEP, rule
from tests.support.databases import shaped

HOUR = 3_600.0
NOON_AT = NOON.timestamp()


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[AlertDesk]:
    async with alert_desk(shaped("sqlite", tmp_path)) as it:
        yield it


async def test_l1_a_price_that_is_above_already_waits_for_a_drop_and_a_new_cross(
    it: AlertDesk,
) -> None:
    await it.set("60000", state="waiting")
    for price in ("67250", "59900", "60100", "59900", "60100"):
        await it.price(price)

    (line,) = await it.told()
    assert line.startswith("#1 BTC crossed above 60,000.00 · 60,100.00 · ")
    assert it.wakes == [NOON_AT + 4]


async def test_l2_a_wick_between_two_polls_fires(it: AlertDesk) -> None:
    await it.minute("67000")
    await it.set("70000")
    await it.minute("67000")
    await it.price("67000")
    await it.minute("67050", high="70010")
    await it.price("67100")

    assert await it.fires() == [180.0]


async def test_a_minute_whose_fire_could_not_be_kept_is_looked_at_once_more(it: AlertDesk) -> None:
    await it.minute("67000")
    await it.set("70000")
    await it.minute("67000")
    await it.base.writer.submit(_refuse_changes)
    with pytest.raises(DBAPIError):
        await it.minute("67050", high="70010")
    await it.base.writer.submit(lambda connection: connection.exec_driver_sql("drop trigger no"))
    assert await it.fires() == []

    await it.minute("67000")

    assert await it.fires() == [180.0]


async def test_a_move_whose_fire_could_not_be_kept_is_found_in_its_minute(it: AlertDesk) -> None:
    await it.minute("100")
    await it.set("3", "up", measure=measure(Kind.MOVE, Timeframe.H1))
    await it.minute("100")
    await it.price("100")
    await it.base.writer.submit(_refuse_changes)
    with pytest.raises(DBAPIError):
        await it.price("103.5")
    await it.base.writer.submit(lambda connection: connection.exec_driver_sql("drop trigger no"))
    await it.price("100")
    assert await it.told() == []

    await it.minute("100", high="103.5")
    await it.minute("100")

    assert len(await it.told()) == 1


def _refuse_changes(connection: Connection) -> None:
    refuse = "create trigger no before update on alerts begin select raise(abort, 'no'); end"
    connection.exec_driver_sql(refuse)


async def test_l3_every_hour_fires_once_and_a_reminder_as_long_as_it_stays(it: AlertDesk) -> None:
    await it.set("70000", repeat="every", pause=HOUR)
    await it.set("70000", repeat="remind", pause=HOUR)
    await it.price("69900")
    await it.price("70100")
    await it.pass_by(3 * HOUR + 10, "70100")

    lines = await it.told()
    assert [line.split()[0] for line in lines] == ["#1", "#2", "#2", "#2", "#2"]
    _, *hours = [round(at / HOUR, 2) for at in await it.fires()]
    assert hours == pytest.approx([0, 1, 2, 3], abs=0.05)


async def test_l3_a_cross_within_the_hour_is_silent_and_one_after_it_fires(it: AlertDesk) -> None:
    await it.set("70000", repeat="every", pause=HOUR)
    await it.price("69900")
    await it.price("70100")
    await it.pass_by(1_200, "69900")
    await it.pass_by(600, "70100")
    await it.pass_by(1_800, "69900")
    assert len(await it.told()) == 1

    await it.pass_by(60, "69900")
    await it.price("70100")

    assert len(await it.told()) == 2


async def test_l4_three_percent_within_an_hour_and_anew_from_where_it_fired(it: AlertDesk) -> None:
    hour = measure(Kind.MOVE, Timeframe.H1)
    await it.minute("100")
    await it.set("3", "any", measure=hour, repeat="every", pause=300.0)
    await it.price("100")
    await it.pass_by(1_800, "102.9")
    assert await it.told() == []

    await it.pass_by(59 * 60 - 1_800, "102.9")
    await it.price("103.1")
    assert len(await it.told()) == 1

    await it.pass_by(600, "105.9")  # 2.7 % above where it fired
    assert len(await it.told()) == 1
    await it.price("99.9")
    lines = await it.told()
    assert len(lines) == 2 and "fell 3.00% within 1" in lines[1]


async def test_a_move_over_more_than_the_window_does_not_count(it: AlertDesk) -> None:
    await it.set("3", "up", measure=measure(Kind.MOVE, Timeframe.M15))
    await it.price("100")
    await it.pass_by(1_000, "101.5")
    await it.pass_by(600, "103.1")

    assert await it.told() == []


async def test_l5_a_breakout_is_measured_by_the_atr_before_and_told_once_a_candle(
    it: AlertDesk,
) -> None:
    await it.set(
        "2", "any", measure=measure(Kind.BREAKOUT, Timeframe.H4), repeat="every", pause=300
    )
    candles = it.feed.candles.setdefault((BTC, Timeframe.H4), [])
    for hours, move in ((4, Decimal(1_599)), (8, Decimal(-1_600))):
        closed = NOON_AT + hours * HOUR
        breakout = move / Decimal(800)
        candles.append(Reading(closed, Decimal(67_000), breakout, None, None, 0))
        it.clock.advance(closed + 3 - it.now)
        for _ in range(10):
            await it.engine.look_around()
            it.clock.advance(5)

    (line,) = await it.told()
    assert "closed 2 ATR down on 4" in line
    assert await it.fires() == [8 * HOUR]


async def test_a_level_of_atr_and_a_flip_fire_at_the_close(it: AlertDesk) -> None:
    await it.set("3", "up", measure=measure(Kind.ATR_SHARE, Timeframe.D1))
    await it.set("1", "any", measure=measure(Kind.SUPERTREND, Timeframe.D1))
    await it.set("1.5", "up", measure=measure(Kind.REGIME, Timeframe.D1), state="waiting")
    days = ((1, "2.9", "1.34", 0), (2, "3.1", "1.49", -1), (3, "2.8", "1.51", 0))
    for day, share, regime, flip in days:
        at = NOON_AT - 12 * HOUR + day * 24 * HOUR
        reading = Reading(at, Decimal(67_000), None, Decimal(share), Decimal(regime), flip)
        it.feed.candles.setdefault((BTC, Timeframe.D1), []).append(reading)
        it.clock.advance(at + 3 - it.now)
        await it.engine.look_around()

    lines = await it.told()
    assert ["rose above 3.00%" in line for line in lines] == [True, False, False]
    assert "Supertrend turned down" in lines[1] and "rose above 1.5x" in lines[2]


@pytest.mark.parametrize(
    "doubt",
    [{"alertable": False}, {"stale": True}, {"alertable": False, "quality": "disputed"}],
)
async def test_p8_a_price_that_is_old_or_disputed_fires_nothing(
    it: AlertDesk, doubt: dict[str, object]
) -> None:
    await it.set("70000")
    await it.price("70100", **doubt)
    assert await it.told() == []

    await it.price("70100")
    assert len(await it.told()) == 1


async def test_a_price_older_than_a_minute_fires_nothing(it: AlertDesk) -> None:
    await it.set("70000")
    it.clock.advance(61)
    late = it.clock.now() - timedelta(seconds=60)
    await it.price("70100", as_of=late, age_ms=61_000)

    assert await it.told() == []


async def test_the_extremes_of_a_minute_with_a_disputed_price_prove_nothing(it: AlertDesk) -> None:
    await it.minute("67000")
    await it.set("70000")
    await it.minute("67000")
    await it.price("91000", alertable=False, quality="disputed")
    await it.minute("67000", high="91000")
    assert await it.told() == []

    await it.minute("67000", high="70500")
    assert len(await it.told()) == 1


async def test_after_downtime_it_catches_up_from_candles_and_says_so(it: AlertDesk) -> None:
    await it.set("70000", note="sell half")
    await it.minute("67000")
    await it.engine.mark()
    it.clock.advance(2 * HOUR)
    begins = NOON_AT + HOUR
    high = Bar(begins, begins + 60, Decimal(69_000), Decimal(70_500), Decimal(69_500))
    it.feed.minutes[BTC].append(high)

    await it.restart()
    await it.price("69400")
    await it.engine.look_around()

    assert await it.fires() == [HOUR + 60]
    rows = await it.base.outbox.claim_broadcasts(5)
    text = rows[0].unsent[0].what.parameters["text"]
    assert "it happened" in text and "while I was away" in text and "📝 sell half" in text


async def test_a_window_is_filled_from_candles_after_a_restart(it: AlertDesk) -> None:
    await it.minute("100")
    await it.set("3", "up", measure=measure(Kind.MOVE, Timeframe.H1))
    await it.minute("100")
    await it.minute("100")
    await it.engine.mark()

    await it.restart()
    await it.engine.look_around()
    await it.price("103.1")

    assert len(await it.told()) == 1


async def test_what_is_turned_off_fires_nothing_until_it_is_on_again(it: AlertDesk) -> None:
    await it.set("70000")
    it.off.add(Kind.PRICE)
    await it.price("70100")
    assert await it.told() == []

    it.off.clear()
    await it.price("70050")

    assert len(await it.told()) == 1


async def wait_for_nothing(it: AlertDesk, seconds: float) -> None:
    """Let time pass at a market that does not answer."""
    for _ in range(int(seconds // 10)):
        it.clock.advance(10)
        await it.engine.look_around()


@pytest.mark.parametrize(
    "some", [rule("70000"), rule("3", measure=measure(Kind.ATR_SHARE, Timeframe.M15))]
)
async def test_alerts_about_a_market_that_is_listed_no_more_are_paused_and_told_once(
    it: AlertDesk, some: Rule
) -> None:
    it.feed.failures[BTC] = UnknownSymbol("BTC-USD", ())
    for chat in (ME, ME, 2002):
        await it.base.alerts.add(some, chat, chat, state="armed", step=STEP, most=9)
    await it.engine.look_around()
    await wait_for_nothing(it, 7_200)
    asked = len(it.feed.asked)
    await it.restart()
    await wait_for_nothing(it, 7_200)

    lanes = await it.base.outbox.claim_broadcasts(9)
    texts = {lane.chat: lane.unsent[0].what.parameters["text"] for lane in lanes}
    assert set(texts) == {ME, 2002} and all(len(lane.unsent) == 1 for lane in lanes)
    assert "I can no longer watch BTC/USD" in texts[ME] and "<b>#2</b>" in texts[ME]
    assert {alert.state for alert in await it.base.alerts.of_chat(ME)} == {"paused"}
    assert len(it.feed.asked) == asked <= 20 and await it.told() == []


async def test_a_market_that_is_back_in_time_is_watched_on(it: AlertDesk) -> None:
    it.feed.failures[BTC] = UnknownSymbol("BTC-USD", ())
    await it.set("70000")
    await wait_for_nothing(it, 400)
    del it.feed.failures[BTC]
    await wait_for_nothing(it, 7_200)
    await it.price("69000")
    await it.price("70100")

    assert len(await it.told()) == 1


async def test_nothing_is_told_twice_by_who_starts_again(it: AlertDesk) -> None:
    await it.set("70000", repeat="every", pause=300.0)
    await it.price("69000")
    await it.price("70100")
    for _ in range(2):
        await it.restart()
        await it.minute("70100", low="69000", high="70200")

    assert len(await it.told()) == 1


async def test_who_has_lost_the_turn_stops(it: AlertDesk) -> None:
    await it.set("70000")
    assert await it.base.lease.take() == it.turn.epoch + 1  # by another, who may be we

    await it.engine._guarded(it.turn, it.price("70100"))

    assert it.turn.lost and it.turn.over.is_set() and await it.told() == []


async def test_an_alert_set_by_another_task_is_seen_with_the_prices_of_the_last_seconds(
    it: AlertDesk,
) -> None:
    await it.set("90000")
    await it.price("69000")
    await it.base.alerts.add(rule("70000"), ME, ME, state="armed", step=STEP, most=9)
    await it.price("70100")
    await it.price("69900")
    assert await it.told() == []

    await it.engine.look_around()

    assert len(await it.told()) == 1


async def test_an_alert_that_is_set_while_another_market_says_nothing_is_watched_at_once(
    it: AlertDesk,
) -> None:
    await it.set("70000", symbol="XMR-USD")
    it.feed.silent.add("XMR-USD")
    running = asyncio.create_task(it.engine.run(it.turn))
    async with asyncio.timeout(20):
        while not it.feed.waiting:
            it.clock.advance(1)
            await asyncio.sleep(0.002)

        await it.base.alerts.add(rule("70000"), ME, ME, state="armed", step=STEP, most=9)
        while BTC not in it.engine.symbols:
            it.clock.advance(0.1)
            await asyncio.sleep(0.002)
    it.turn.over.set()
    await running


async def test_who_listens_does_so_again_after_a_failure(it: AlertDesk) -> None:
    await it.set("70000")
    running = asyncio.create_task(it.engine.run(it.turn))
    async with asyncio.timeout(20):
        while it.feed.followed < 2:
            await asyncio.sleep(0.002)
    it.turn.over.set()
    await running


async def test_more_alerts_at_one_price_than_a_page_holds_all_fire(it: AlertDesk) -> None:
    adding = [
        it.base.alerts.add(rule("70000"), ME + number, 1, state="armed", step=STEP, most=9)
        for number in range(PAGE + 50)
    ]
    await asyncio.gather(*adding)
    await it.price("69000")
    it.clock.advance(1)
    await it.engine.look_around()

    await it.price("70000")

    assert len(await it.told()) == PAGE + 50


async def test_quiet_hours_are_without_a_sound_and_who_wants_none_gets_none(
    it: AlertDesk,
) -> None:
    await it.people.choose(ME, Choices(quiet=(time(22), time(13))))
    await it.people.choose(2, Choices(notifications="off"))
    await it.people.choose(3, Choices(notifications="silent", language="de"))
    for chat in (ME, 2, 3, 4):
        await it.set("70000", chat=chat)
    await it.price("70100")

    messages = {
        lane.chat: lane.unsent[0].what.parameters
        for lane in await it.base.outbox.claim_broadcasts(9)
    }
    assert {chat: "disable_notification" in it for chat, it in messages.items()} == {
        ME: True,
        3: True,
        4: False,
    }
    assert "BTC ist über 70.000,00 gestiegen" in messages[3]["text"]
    assert len(await it.told()) == 4


async def test_a_percentage_from_now_follows_each_fire(it: AlertDesk) -> None:
    five = anchored(rule(percent=Decimal(5), repeat="every", pause=300.0), Decimal(100), STEP)
    await it.base.alerts.add(five, ME, ME, state="armed", step=STEP, most=9)
    it.clock.advance(1)
    await it.engine.look_around()
    await it.price("104.99")
    await it.price("105")
    await it.pass_by(400, "110")
    assert len(await it.told()) == 1
    await it.price("110.25")

    assert len(await it.told()) == 2
