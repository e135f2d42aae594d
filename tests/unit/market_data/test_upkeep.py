"""Candles are looked at again: once after they closed, and once where there was an outage."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.errors import Unavailable
from common.market import Candle, Timeframe
from market_data.archive import SETTLE_SECONDS
from market_data.catalogue import Offer
from market_data.guarded import Guarded
from market_data.history import History
from market_data.resilience.guard import Guard
from market_data.series import Series
from market_data.upkeep import AGAIN_SECONDS, UNFIXABLE_SECONDS
from tests.support.fake_provider import FakeProvider, listing, rising

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)
H1 = Timeframe.H1
ELEVEN = NOON - H1.length


class Scene:
    """A history of one market, whose candles a test changes under it."""

    def __init__(self, *, seconds_past: float = 5, quality: Any = "single", **options: Any) -> None:
        self.clock = FrozenClock(NOON + timedelta(seconds=seconds_past))
        self.other: dict[datetime, Candle | None] = {}
        one = listing("BTC-USD", **options)
        self.provider = FakeProvider(self.clock, listings=[one], candle=self._candle)
        self.provider.quality = quality
        self.offer = Offer(self.provider, one)
        self.history = History(self.clock)

    def _candle(self, at: datetime) -> Candle | None:
        return self.other.get(at, rising(at))

    def lacks(self, *hours: int) -> None:
        self.other |= {NOON - hour * H1.length: None for hour in hours}

    async def ask(self, count: int = 20) -> Series:
        """Ask, and let what it started in the background end."""
        series = await self.history.closed(self.offer, H1, count)
        await self.history.quiet()
        return series

    @property
    def calls(self) -> int:
        return len(self.provider.asked)


def revised(at: datetime) -> Candle:
    before = rising(at)
    assert before is not None
    high = before.high + 50
    return Candle(at, before.open, high, before.low, before.close, Decimal(9))


async def test_a_candle_read_right_after_its_close_is_read_once_more() -> None:
    scene = Scene()
    first = await scene.ask()
    scene.other[ELEVEN] = revised(ELEVEN)
    scene.clock.advance(SETTLE_SECONDS - 10)
    early = await scene.ask()
    scene.clock.advance(10)
    with capture_logs() as logs:
        stale = await scene.ask()  # nobody waits for the second look
        corrected = await scene.ask()

    assert first is early is stale
    assert corrected.candles[-1] == revised(ELEVEN)
    assert corrected.revision != first.revision and scene.history.revised == 1
    assert [line["event"] for line in logs] == ["candles_revised"]
    assert scene.calls == 2 and scene.provider.asked[1] == (H1, ELEVEN, NOON)
    scene.clock.advance(timedelta(minutes=20))
    await scene.ask()
    assert scene.calls == 2


async def test_a_second_look_that_finds_nothing_new_changes_nothing() -> None:
    scene = Scene()
    first = await scene.ask()
    scene.clock.advance(SETTLE_SECONDS)
    await scene.ask()

    assert await scene.ask() is first and scene.history.revised == 0


async def test_a_candle_that_had_settled_is_not_read_again() -> None:
    scene = Scene(seconds_past=SETTLE_SECONDS)
    await scene.ask()
    scene.clock.advance(timedelta(minutes=30))
    await scene.ask()

    assert scene.calls == 1


@pytest.mark.parametrize("quality", ["simulated", "recorded"])
async def test_simulated_and_recorded_candles_are_not_looked_at_again(quality: str) -> None:
    scene = Scene(quality=quality)
    scene.lacks(4, 5, 6)
    await scene.ask()
    asked = scene.calls
    scene.clock.advance(SETTLE_SECONDS)
    await scene.ask()

    assert scene.calls == asked == 2  # a page, and one more for what the gap took from it


async def test_a_second_look_that_fails_is_tried_again_and_costs_nobody_an_answer() -> None:
    scene = Scene()
    await scene.ask()
    scene.other[ELEVEN] = revised(ELEVEN)
    scene.clock.advance(SETTLE_SECONDS)
    scene.provider.trouble = Unavailable("gone")
    for _ in range(3):
        assert len((await scene.ask()).candles) == 20
    assert scene.calls == 2  # not at every question
    scene.provider.trouble = None
    scene.clock.advance(AGAIN_SECONDS)
    await scene.ask()

    assert (await scene.ask()).candles[-1] == revised(ELEVEN)


async def test_candles_before_a_new_one_are_checked_in_the_same_call() -> None:
    scene = Scene(seconds_past=SETTLE_SECONDS)
    await scene.ask()
    scene.other[ELEVEN] = revised(ELEVEN)
    scene.clock.advance(H1.length)

    series = await scene.ask()

    assert series.candles[-2] == revised(ELEVEN) and scene.calls == 2
    assert scene.history.revised == 1


async def test_a_candle_that_comes_late_takes_the_place_of_a_filled_one() -> None:
    scene = Scene(seconds_past=SETTLE_SECONDS)
    scene.lacks(2)
    first = await scene.ask()
    scene.other.clear()
    scene.clock.advance(H1.length)

    series = await scene.ask()

    late = NOON - 2 * H1.length
    assert first.filled == [late] and series.filled == []
    assert rising(late) in series.candles and series.revision != first.revision


async def test_an_outage_is_asked_for_once_more_and_then_left_alone() -> None:
    scene = Scene(seconds_past=SETTLE_SECONDS)
    scene.lacks(5, 6, 7)
    series = await scene.ask()
    assert [gap.missing for gap in series.gaps] == [3]
    assert scene.provider.asked[-1] == (H1, NOON - 7 * H1.length, NOON - 4 * H1.length)

    asked = scene.calls
    for _ in range(3):
        scene.clock.advance(H1.length)
        await scene.ask()
    assert scene.calls == asked + 3  # the new candles alone

    scene.clock.advance(UNFIXABLE_SECONDS - 3 * 3_600)
    await scene.ask()
    assert scene.calls == asked + 3 + 2


async def test_what_the_second_question_finds_closes_the_gap() -> None:
    scene = Scene(seconds_past=SETTLE_SECONDS)
    scene.lacks(5, 6, 7)
    first = await scene.history.closed(scene.offer, H1, 20)
    scene.other.clear()
    await scene.history.quiet()

    series = await scene.ask()

    assert [gap.missing for gap in first.gaps] == [3] and series.gaps == []
    assert scene.history.revised == 3 and len(series.candles) == 20


async def test_many_outages_are_one_question() -> None:
    scene = Scene(seconds_past=SETTLE_SECONDS)
    scene.lacks(3, 4, 5, 9, 10, 11, 12, 15, 16, 17)

    series = await scene.ask()

    assert [gap.missing for gap in series.gaps] == [3, 4, 3]
    assert scene.provider.asked[2:] == [(H1, NOON - 17 * H1.length, NOON - 2 * H1.length)]


async def test_outages_further_apart_than_a_page_take_a_question_each() -> None:
    scene = Scene(seconds_past=SETTLE_SECONDS)
    scene.lacks(*range(10, 14), *range(500, 504))
    await scene.ask(600)
    await scene.ask(599)  # another question than before

    repairs = [(start, end) for _, start, end in scene.provider.asked[-2:]]
    assert repairs == [
        (NOON - 13 * H1.length, NOON - 9 * H1.length),
        (NOON - 503 * H1.length, NOON - 499 * H1.length),
    ]


async def test_a_recent_outage_may_be_a_late_publication_and_is_asked_for_again_soon() -> None:
    scene = Scene(seconds_past=60)
    minutes = [NOON - timedelta(minutes=ago) for ago in (3, 4, 5)]
    scene.other = dict.fromkeys(minutes)
    history, offer = scene.history, scene.offer

    first = await history.closed(offer, Timeframe.M1, 20)
    await history.quiet()
    scene.other.clear()
    scene.clock.advance(AGAIN_SECONDS)
    await history.closed(offer, Timeframe.M1, 20)
    await history.quiet()
    series = await history.closed(offer, Timeframe.M1, 20)

    assert [gap.missing for gap in first.gaps] == [3] and series.gaps == []


async def test_an_outage_of_a_stock_market_is_a_weekend() -> None:
    scene = Scene(seconds_past=SETTLE_SECONDS, sessions=True)
    scene.lacks(5, 6, 7)
    await scene.ask()

    assert scene.calls == 2  # a page, and one more for what the night took from it


async def test_work_under_way_ends_with_the_service() -> None:
    scene = Scene()
    await scene.ask()
    scene.clock.advance(SETTLE_SECONDS)
    scene.provider.gate.clear()
    await scene.history.closed(scene.offer, H1, 20)

    await scene.history.aclose()
    await scene.history.quiet()

    assert scene.history.revised == 0


async def test_while_people_wait_for_the_exchange_nothing_is_asked_again() -> None:
    scene = Scene()
    scene.lacks(5, 6, 7)
    guarded = Guarded(scene.provider, Guard("fake", scene.clock))
    scene.offer = Offer(guarded, scene.offer.listing)
    guarded.guard.bulkhead.waiting = 9  # as if so many stood in line
    await scene.ask()
    scene.clock.advance(SETTLE_SECONDS)
    await scene.ask()
    asked = scene.calls

    guarded.guard.bulkhead.waiting = 0
    await scene.ask()

    assert asked == 2 and scene.calls == 3
