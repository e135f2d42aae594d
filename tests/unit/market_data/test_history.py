"""Closed candles: fetched once, kept, extended, and built from shorter ones."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FrozenClock
from common.errors import Unavailable
from common.market import Candle, Timeframe
from market_data.archive import RECHECKED
from market_data.catalogue import Offer
from market_data.history import TAIL_SECONDS, History
from market_data.series import MOST_CALLS
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


async def test_after_a_close_only_new_candles_are_fetched_and_the_last_three_checked() -> None:
    history, provider, offer, clock = make()
    await history.closed(offer, H1, 250)
    clock.advance(timedelta(hours=2))

    series = await history.closed(offer, H1, 250)

    assert len(series.candles) == 250 and series.candles[-1].opened_at.hour == 13
    timeframe, start, end = provider.asked[-1]
    assert (timeframe, start.hour, end.hour) == (H1, 12 - RECHECKED, 14)


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


async def test_pages_that_came_before_a_failure_are_not_asked_for_again() -> None:
    class Tired(FakeProvider):
        async def candles(self, *asked: Any) -> Any:
            if len(self.asked) == 2:
                self.trouble = Unavailable("gone")
            return await super().candles(*asked)

    clock, one = FrozenClock(NOON), listing("BTC-USD")
    provider = Tired(clock, page=100)
    history, offer = History(clock), Offer(provider, one)
    with pytest.raises(Unavailable):
        await history.closed(offer, H1, 350)
    provider.trouble = None
    clock.advance(TAIL_SECONDS)

    series = await history.closed(offer, H1, 350)

    assert len(series.candles) == 350
    starts = [start for _, start, _ in provider.asked]
    assert len(starts) == 5 and len(set(starts)) == 4  # only the one that failed comes twice


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
    assert provider.asked[-1][1] <= eleven


async def test_outages_are_told_but_not_for_markets_with_sessions() -> None:
    days = [datetime(2024, 3, day, tzinfo=UTC) for day in (8, 9, 10)]
    always_open, _, offer, _ = make(candle=without(*days))
    with_sessions, _, stock, _ = make(candle=without(*days), sessions=True)

    series = await always_open.closed(offer, D1, 10)

    assert [(gap.first, gap.last, gap.missing) for gap in series.gaps] == [(days[0], days[-1], 3)]
    assert series.filled == [] and not {bar.opened_at for bar in series.candles} & set(days)
    closed = await with_sessions.closed(stock, D1, 10)
    assert closed.gaps == [] and closed.filled == []


async def test_one_or_two_missing_candles_are_filled_flat_and_flagged() -> None:
    quiet = [datetime(2024, 3, 13, hour, tzinfo=UTC) for hour in (4, 7, 8)]
    history, provider, offer, _ = make(candle=without(*quiet))

    series = await history.closed(offer, H1, 12)

    assert len(series.candles) == 12 and series.gaps == []
    assert series.filled == quiet
    by_opening = {bar.opened_at: bar for bar in series.candles}
    for at in quiet:
        flat = by_opening[at]
        before = by_opening[at - H1.length]
        assert flat.open == flat.high == flat.low == flat.close == before.close
        assert flat.volume == 0
    assert len(provider.asked) == 1


async def test_who_asks_for_none_gets_what_was_published() -> None:
    quiet = [datetime(2024, 3, 13, hour, tzinfo=UTC) for hour in (4, 7, 8)]
    history, _, offer, _ = make(candle=without(*quiet))

    filled = await history.closed(offer, H1, 12)
    series = await history.closed(offer, H1, 12, fill=False)

    assert len(series.candles) == len(filled.candles) == 12
    assert series.filled == [] and [gap.missing for gap in series.gaps] == [1, 2]
    assert not {bar.opened_at for bar in series.candles} & set(quiet)


@pytest.mark.parametrize("options", [{"sessions": True}, {"quality": "recorded"}])
async def test_stocks_and_recordings_are_never_filled(options: dict[str, Any]) -> None:
    quality = options.pop("quality", "single")
    history, provider, offer, _ = make(
        candle=without(datetime(2024, 3, 13, 7, tzinfo=UTC)), **options
    )
    provider.quality = quality

    series = await history.closed(offer, H1, 12)

    assert series.filled == [] and len(series.candles) == 12
    assert series.candles[0].opened_at.hour == 23


async def test_longer_candles_are_built_of_filled_ones() -> None:
    night = [datetime(2024, 3, 13, hour, tzinfo=UTC) for hour in (2, 3)]
    history, _, offer, _ = make(candle=without(*night), native=[H1])

    half = await history.closed(offer, Timeframe.H2, 6)
    whole = await history.closed(offer, H4, 3)

    assert half.filled == [night[0]] and len(half.candles) == 6 and half.gaps == []
    assert whole.filled == [] and len(whole.candles) == 3
    none = await history.closed(offer, Timeframe.H2, 5, fill=False)
    assert [gap.missing for gap in none.gaps] == [1]


async def test_the_same_question_gets_the_same_answer_until_something_changes() -> None:
    history, _, offer, clock = make()

    first, again = await history.closed(offer, H1, 9), await history.closed(offer, H1, 9)
    clock.advance(timedelta(hours=1))
    later = await history.closed(offer, H1, 9)

    assert first is again and later is not first
    assert first.revision == later.revision  # a new candle revises nothing


async def test_an_empty_answer_of_a_live_market_is_an_outage() -> None:
    history, _, offer, _ = make(candle=lambda _: None)

    with pytest.raises(Unavailable, match="no 1h candles of BTC/USD right now"):
        await history.closed(offer, H1, 10)


async def test_a_market_in_its_first_day_has_no_days_yet_and_is_no_outage() -> None:
    midnight = NOON.replace(hour=0, second=0)
    history, _, offer, clock = make(begins=midnight)

    young = await history.closed(offer, D1, 15)
    again = await history.closed(offer, D1, 15)
    clock.advance(timedelta(days=1))
    grown = await history.closed(offer, D1, 15)

    assert list(young.candles) == list(again.candles) == []
    assert [candle.opened_at for candle in grown.candles] == [midnight]


async def test_days_that_do_not_come_are_an_outage_where_hours_are_older() -> None:
    def without_days(at: datetime) -> Candle | None:
        return None if at == D1.opening(at) else rising(at)

    history, _, offer, _ = make(native=[H1, D1], candle=without_days)

    with pytest.raises(Unavailable, match="no 1d candles"):
        await history.closed(offer, D1, 15)


async def test_a_failed_fetch_leaves_what_is_kept() -> None:
    history, provider, offer, clock = make()
    before = await history.closed(offer, H1, 10)
    clock.advance(timedelta(hours=1))
    provider.trouble = Unavailable("gone")
    with pytest.raises(Unavailable):
        await history.closed(offer, H1, 10)
    provider.trouble = None
    with pytest.raises(Unavailable):
        await history.closed(offer, H1, 10)  # asked again in a moment, and not each time
    assert len(provider.asked) == 2
    clock.advance(TAIL_SECONDS)

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


async def test_a_page_of_long_ago_is_answered_whatever_is_kept_of_now() -> None:
    history, provider, offer, _ = make()
    long_ago = datetime(2016, 1, 5, tzinfo=UTC)
    await history.closed(offer, H1, 250)

    old = await history.closed(offer, H1, 100, long_ago)
    now = await history.closed(offer, H1, 250)

    assert len(old.candles) == 100 and old.candles[-1].opened_at == long_ago - H1.length
    assert now.candles[-1].opened_at.hour == 11
    assert len(provider.asked) == 2


async def test_paging_back_for_ever_never_skips_a_candle() -> None:
    history, _, offer, _ = make(page=1_000)
    end: datetime | None = None
    opened: list[datetime] = []
    for _ in range(30):
        page = (await history.closed(offer, H1, 1_000, end)).candles
        opened = [candle.opened_at for candle in page] + opened
        end = opened[0]

    assert len(opened) == 30_000
    assert opened[-1] - opened[0] == 29_999 * H1.length


async def test_a_longer_candle_waits_for_its_last_part_until_that_is_late_for_good() -> None:
    eleven = datetime(2024, 3, 13, 11, tzinfo=UTC)
    published: list[datetime] = []
    history, _, offer, clock = make(
        native=[H1], candle=lambda at: rising(at) if at != eleven or published else None
    )

    early = await history.closed(offer, H4, 5)
    published.append(eleven)
    clock.advance(TAIL_SECONDS + 1)
    whole = await history.closed(offer, H4, 5)

    assert early.candles[-1].opened_at == eleven - H1.length * 7
    assert whole.candles[-1].opened_at == eleven - H1.length * 3
    at_eleven = rising(eleven)
    assert at_eleven is not None and whole.candles[-1].close == at_eleven.close


async def test_a_longer_candle_whose_last_part_had_no_trades_comes_ten_minutes_later() -> None:
    eleven = datetime(2024, 3, 13, 11, tzinfo=UTC)
    history, _, offer, clock = make(native=[H1], candle=without(eleven))

    early = await history.closed(offer, H4, 5)
    clock.advance(600)
    late = await history.closed(offer, H4, 5)

    assert early.candles[-1].opened_at == eleven - H1.length * 7
    assert late.candles[-1].opened_at == eleven - H1.length * 3
