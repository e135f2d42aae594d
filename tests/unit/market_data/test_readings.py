"""ATR answers: the window, what is kept between closes, and what follows from the value."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import FrozenClock
from common.errors import NotEnoughCandles
from common.features import Features
from common.market import Candle, Timeframe
from market_data.catalogue import Offer
from market_data.history import History
from market_data.indicators.atr import average_true_ranges
from market_data.quotes import Quotes
from market_data.readings import Question, Readings
from tests.support.fake_provider import FakeProvider, listing

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)
H1 = Timeframe.H1


class Switched(Features):
    """Features with `atr_optimization` as a test wants it."""

    def __init__(self, on: bool) -> None:
        super().__init__("local")
        object.__setattr__(self, "_on", on)

    def enabled(self, flag: Any, chat: int | None = None) -> bool:
        return bool(object.__getattribute__(self, "_on"))


def wave(at: datetime) -> Candle:
    """Prices that swing, the same at every run."""
    n = int(at.timestamp()) // 3_600
    close = Decimal(1_000 + n * 7_919 % 101)
    before = Decimal(1_000 + (n - 1) * 7_919 % 101)
    low, high = min(close, before) - n % 13, max(close, before) + n % 11
    return Candle(at, before, high, low, close, Decimal(1))


class Service:
    def __init__(self, *, optimised: bool = True, **options: Any) -> None:
        self.clock = FrozenClock(NOON)
        one = listing("BTC-USD")
        self.provider = FakeProvider(
            self.clock, listings=[one], **{"candle": wave, "page": 1_000, **options}
        )
        self.offer = Offer(self.provider, one)
        self.history = History(self.clock)
        quotes = Quotes(self.history, self.clock)
        self.readings = Readings(self.history, quotes, Switched(optimised), self.clock)

    async def atr(self, **asked: Any) -> Any:
        return await self.readings.atr(self.offer, Question(**{"timeframe": H1, **asked}))


async def test_the_value_is_wilders_over_the_last_250_closed_candles() -> None:
    service = Service()

    reply = await service.atr()

    candles = (await service.history.closed(service.offer, H1, 250)).candles
    assert reply.atr == average_true_ranges(candles, 14)[-1]
    assert (reply.bars, reply.approximate, reply.method, reply.seed) == (
        250,
        False,
        "wilder",
        "sma_tr_0",
    )
    assert reply.close == candles[-1].close
    assert reply.atr_pct == (reply.atr / reply.close * 100).quantize(Decimal("0.000001"))
    assert (reply.closed_at, reply.next_close_at) == (NOON, NOON + H1.length)


@pytest.mark.parametrize(("period", "bars"), [(2, 250), (14, 250), (50, 550), (90, 990)])
async def test_longer_periods_stand_on_more_candles(period: int, bars: int) -> None:
    assert (await Service().atr(period=period)).bars == bars


async def test_the_forming_candle_does_not_change_the_answer() -> None:
    service = Service()
    before = await service.atr()
    service.clock.advance(timedelta(minutes=59))

    assert (await service.atr()).atr == before.atr


async def test_a_short_history_is_answered_and_marked() -> None:
    reply = await Service(begins=NOON - timedelta(hours=40)).atr()

    assert reply.approximate and reply.bars == 40
    assert reply.regime is None and reply.ratio is None and reply.percentile is None


async def test_too_short_a_history_says_how_many_candles_there_are() -> None:
    with pytest.raises(NotEnoughCandles) as short:
        await Service(begins=NOON - timedelta(hours=14)).atr()

    assert (short.value.have, short.value.need, short.value.timeframe) == (14, 15, "1h")


async def test_stops_start_from_the_last_price_or_from_the_entry_asked_for() -> None:
    service = Service()

    reply, asked = await service.atr(), await service.atr(entry=Decimal(2_000))

    assert reply.entry == reply.price == Decimal("1234.50")
    assert asked.entry == 2_000 and asked.price == Decimal("1234.50")
    assert [stop.multiple for stop in asked.stops] == [1, Decimal("1.5"), 2, 3]
    assert asked.stops[0].long is not None
    assert abs(asked.stops[0].long + asked.atr - 2_000) <= Decimal("0.005")


async def test_a_position_is_worked_out_only_when_an_amount_is_given() -> None:
    service = Service()

    without, with_amount = await service.atr(), await service.atr(equity=Decimal(10_000))

    assert without.position is None
    assert with_amount.position is not None and with_amount.position.loss <= 100


async def test_advancing_at_each_close_gives_what_recomputing_gives() -> None:
    kept, recomputed = Service(optimised=True), Service(optimised=False)
    for _ in range(30):
        ours, theirs = await kept.atr(), await recomputed.atr()
        # The kept value stands on more candles than the window: what the seed still weighs.
        assert abs(ours.atr / theirs.atr - 1) < Decimal("1e-7")
        assert (ours.chandelier, ours.supertrend) == (theirs.chandelier, theirs.supertrend)
        kept.clock.advance(timedelta(hours=1))
        recomputed.clock.advance(timedelta(hours=1))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
async def test_kept_values_equal_the_whole_series_whatever_the_steps(steps: list[int]) -> None:
    service = Service()
    started = await service.atr()
    for hours in steps:
        service.clock.advance(timedelta(hours=hours))
        reply = await service.atr()

    whole = (await service.history.closed(service.offer, H1, reply.bars)).candles
    assert reply.bars == 250 + sum(steps)
    assert reply.atr == average_true_ranges(whole, 14)[-1]
    assert started.bars == 250


async def test_a_jump_over_the_kept_window_starts_anew() -> None:
    service = Service()
    await service.atr()
    service.clock.advance(timedelta(hours=400))

    assert (await service.atr()).bars == 250


async def test_a_revised_candle_is_not_built_upon() -> None:
    revised = False

    def candle(at: datetime) -> Candle:
        one = wave(at)
        if revised and at == NOON - H1.length:
            return Candle(at, one.open, one.high + 50, one.low, one.high + 50, one.volume)
        return one

    service = Service(candle=candle)
    await service.atr()
    revised = True
    service.history._kept._kept.clear()  # as after a restart of the cache
    service.clock.advance(timedelta(hours=1))

    reply = await service.atr()

    candles = (await service.history.closed(service.offer, H1, 250)).candles
    assert reply.atr == average_true_ranges(candles, 14)[-1]


@given(st.sets(st.integers(-60, 20), max_size=30), st.lists(st.integers(1, 6), max_size=5))
async def test_quiet_candles_and_outages_are_the_same_to_a_kept_value_and_a_new_one(
    missing: set[int], steps: list[int]
) -> None:
    absent = {NOON + hour * H1.length for hour in missing}

    def candle(at: datetime) -> Candle | None:
        return None if at in absent else wave(at)

    service = Service(candle=candle)
    first = await service.atr()
    reply = first
    for hours in steps:
        service.clock.advance(timedelta(hours=hours))
        reply = await service.atr()
        await service.history.quiet()

    whole = await service.history.closed(service.offer, H1, reply.bars)
    assert reply.atr == average_true_ranges(whole.candles, 14)[-1]
    window = await service.history.closed(service.offer, H1, 250)
    assert (reply.filled, reply.gaps) == (len(window.filled), window.gaps)
    flat = [bar for bar in whole.candles if bar.volume == 0]
    assert {bar.opened_at for bar in flat} == set(whole.filled) <= absent


async def test_a_revision_in_the_background_reaches_the_kept_value() -> None:
    changed: dict[datetime, Candle] = {}
    service = Service(candle=lambda at: changed.get(at, wave(at)))
    await service.atr()
    ago = NOON - 2 * H1.length
    before = wave(ago)
    changed[ago] = Candle(ago, before.open, before.high + 90, before.low, before.close, Decimal(1))
    service.clock.advance(timedelta(hours=1))

    reply = await service.atr()

    candles = (await service.history.closed(service.offer, H1, 250)).candles
    assert changed[ago] in candles
    assert reply.atr == average_true_ranges(candles, 14)[-1]
