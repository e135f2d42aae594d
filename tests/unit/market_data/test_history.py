"""Closed candles: fetched once, kept, extended, and built from shorter ones."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FrozenClock
from common.errors import Unavailable
from common.market import Candle, Timeframe
from market_data.catalogue import Offer
from market_data.history import MOST_CALLS, TAIL_SECONDS, History
from tests.support.fake_provider import FakeProvider, listing, rising

NOON = datetime(2024, 3, 13, 12, 0, 30, tzinfo=UTC)
H1, H4, D1, W1, M1 = Timeframe.H1, Timeframe.H4, Timeframe.D1, Timeframe.W1, Timeframe.M1
Made = tuple[History, FakeProvider, Offer, FrozenClock]


def make(*, sessions: bool = False, **options: Any) -> Made:
    clock = FrozenClock(NOON)
    one = listing("BTC-USD", sessions=sessions)
    provider = FakeProvider(clock, listings=[one], **options)
    return History(clock), provider, Offer(provider, one), clock


def without(*missing: datetime) -> Callable[[datetime], Candle | None]:
    return lambda at: None if at in missing else rising(at)


async def test_the_forming_candle_is_never_part_of_the_answer() -> None:
    history, _, offer, _ = make()

    series = await history.closed(offer, H1, 3)

    assert [candle.opened_at.hour for candle in series.candles] == [9, 10, 11]
    assert series.until == datetime(2024, 3, 13, 12, tzinfo=UTC)


async def test_a_series_is_fetched_once() -> None:
    history, provider, offer, _ = make()

    first = await history.closed(offer, H1, 250)
    again = await history.closed(offer, H1, 100)

    assert list(again.candles) == list(first.candles)[-100:]
    assert len(provider.asked) == history.calls == 1


async def test_after_a_close_only_the_new_candle_is_fetched() -> None:
    history, provider, offer, clock = make()
    await history.closed(offer, H1, 250)
    clock.advance(timedelta(hours=2))

    series = await history.closed(offer, H1, 250)

    assert len(series.candles) == 250 and series.candles[-1].opened_at.hour == 13
    timeframe, start, end = provider.asked[-1]
    assert (timeframe, start.hour, end.hour) == (H1, 12, 14)


async def test_a_longer_window_fetches_only_what_is_older() -> None:
    history, provider, offer, _ = make()
    await history.closed(offer, H1, 100)

    series = await history.closed(offer, H1, 150)

    assert len(series.candles) == 150
    assert provider.asked[1][2] == provider.asked[0][1]


async def test_several_pages_are_walked_backwards() -> None:
    history, provider, offer, _ = make(page=100)

    series = await history.closed(offer, H1, 250)

    assert len(series.candles) == 250 and len(provider.asked) == 3
    opened = [candle.opened_at for candle in series.candles]
    assert opened == sorted(set(opened))


async def test_a_missing_timeframe_is_built_from_its_largest_dividing_one() -> None:
    history, provider, offer, _ = make()

    series = await history.closed(offer, H4, 5)

    assert series.built_from is H1 and len(series.candles) == 5
    assert [candle.opened_at.hour for candle in series.candles] == [16, 20, 0, 4, 8]
    last, parts = series.candles[-1], [
        rising(series.candles[-1].opened_at + i * H1.length) for i in range(4)
    ]
    assert all(parts)
    assert last.open == parts[0].open and last.close == parts[3].close  # type: ignore[union-attr]
    assert last.volume == 8


async def test_weeks_are_built_from_monday() -> None:
    history, _, offer, _ = make()

    series = await history.closed(offer, W1, 3)

    assert series.built_from is D1
    assert [candle.opened_at.weekday() for candle in series.candles] == [0, 0, 0]
    assert series.candles[-1].opened_at == datetime(2024, 3, 4, tzinfo=UTC)


async def test_a_young_market_gives_what_it_has_and_is_not_asked_again() -> None:
    history, provider, offer, _ = make(begins=NOON.replace(second=0) - timedelta(hours=40))

    series = await history.closed(offer, H1, 250)
    asked = len(provider.asked)
    await history.closed(offer, H1, 250)

    assert len(series.candles) == 40
    assert len(provider.asked) == asked


async def test_a_quiet_spell_is_not_the_beginning_of_history() -> None:
    quiet = [NOON.replace(minute=0, second=0) - timedelta(minutes=i) for i in range(1, 60)]
    history, _, offer, _ = make(candle=without(*quiet))

    series = await history.closed(offer, M1, 30)

    assert len(series.candles) == 30
    assert series.candles[-1].opened_at == datetime(2024, 3, 13, 11, 0, tzinfo=UTC)


async def test_paging_back_is_bounded() -> None:
    only_long_ago = NOON - timedelta(days=900)
    history, provider, offer, _ = make(
        candle=lambda at: rising(at) if at.hour == 0 or at < only_long_ago else None, page=24
    )

    series = await history.closed(offer, H1, 100)

    assert len(provider.asked) == MOST_CALLS
    assert 0 < len(series.candles) < 100


async def test_a_late_last_candle_is_looked_for_again_but_not_at_once() -> None:
    eleven = datetime(2024, 3, 13, 11, tzinfo=UTC)
    published: list[datetime] = []
    history, provider, offer, clock = make(
        candle=lambda at: rising(at) if at != eleven or published else None
    )
    late = await history.closed(offer, H1, 10)
    published.append(eleven)
    still = await history.closed(offer, H1, 10)
    clock.advance(TAIL_SECONDS + 1)
    there = await history.closed(offer, H1, 10)

    assert late.candles[-1].opened_at == still.candles[-1].opened_at == eleven - H1.length
    assert there.candles[-1].opened_at == eleven
    assert provider.asked[-1][1] == eleven


async def test_gaps_are_told_but_not_for_markets_with_sessions() -> None:
    sunday = datetime(2024, 3, 10, tzinfo=UTC)
    candle = without(sunday, sunday - timedelta(days=1))
    always_open, _, offer, _ = make(candle=candle)
    with_sessions, _, stock, _ = make(candle=candle, sessions=True)

    gaps = (await always_open.closed(offer, D1, 10)).gaps

    assert [(gap.first, gap.last, gap.missing) for gap in gaps] == [
        (sunday - timedelta(days=1), sunday, 2)
    ]
    assert (await with_sessions.closed(stock, D1, 10)).gaps == []


async def test_an_empty_answer_of_a_live_market_is_an_outage() -> None:
    history, _, offer, _ = make(candle=lambda _: None)

    with pytest.raises(Unavailable, match="no 1h candles of BTC/USD right now"):
        await history.closed(offer, H1, 10)


async def test_a_failed_fetch_leaves_what_is_kept() -> None:
    history, provider, offer, clock = make()
    before = await history.closed(offer, H1, 10)
    clock.advance(timedelta(hours=1))
    provider.trouble = Unavailable("gone")
    with pytest.raises(Unavailable):
        await history.closed(offer, H1, 10)
    provider.trouble = None

    after = await history.closed(offer, H1, 10)

    assert list(after.candles)[:-1] == list(before.candles)[1:]


async def test_a_timeframe_that_nothing_divides_is_unavailable() -> None:
    history, _, offer, _ = make(native=[D1])

    assert history.timeframes(offer) == [D1, W1]
    with pytest.raises(Unavailable, match="no candles to build 1h from"):
        await history.closed(offer, H1, 10)


async def test_only_candles_before_the_end_are_given() -> None:
    history, _, offer, _ = make()
    end = datetime(2024, 3, 12, tzinfo=UTC)

    series = await history.closed(offer, H1, 5, end)

    assert series.candles[-1].opened_at == end - H1.length
    later = await history.closed(offer, H1, 5)
    assert later.candles[-1].opened_at.hour == 11


async def test_fifty_askers_of_a_cold_market_make_one_call() -> None:
    history, provider, offer, _ = make()
    provider.gate.clear()
    asking = [asyncio.create_task(history.closed(offer, H1, 250)) for _ in range(50)]
    await asyncio.sleep(0)
    provider.gate.set()

    answers = await asyncio.gather(*asking)

    assert len(provider.asked) == 1
    assert all(answer.candles == answers[0].candles for answer in answers)


async def test_different_windows_asked_at_once_agree() -> None:
    history, _, offer, _ = make(page=100)

    short, long = await asyncio.gather(
        history.closed(offer, H1, 50), history.closed(offer, H1, 250)
    )

    assert list(short.candles) == list(long.candles)[-50:]
