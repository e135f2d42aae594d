"""Candles come from the store where it has them, from the exchange where it has not."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common.clock import FrozenClock
from common.errors import Unavailable
from common.market import Candle, Timeframe
from market_data.archive import RECHECKED, SETTLE_SECONDS, sound
from market_data.candles import CandleStore
from market_data.catalogue import Offer
from market_data.history import History
from tests.support.candles import candle
from tests.support.fake_provider import FakeProvider, listing, rising

NOON = datetime(2024, 3, 13, 12, 5, tzinfo=UTC)
H1 = Timeframe.H1
TWELVE = NOON.replace(minute=0)


class Service:
    """A history over a store and a provider; `restart` keeps only the file."""

    def __init__(self, path: Path, at: datetime = NOON, **options: Any) -> None:
        self.clock = FrozenClock(at)
        one = listing("BTC-USD")
        self.provider = FakeProvider(self.clock, listings=[one], **options)
        self.offer = Offer(self.provider, one)
        self.store = CandleStore(path, self.clock, patience=30.0)  # the machine may be busy
        self.history = History(self.clock, self.store)

    async def hours(self, count: int, until: datetime | None = None) -> list[Candle]:
        series = await self.history.closed(self.offer, H1, count, until)
        await self.history.quiet()
        await self.store.settled()
        return list(series.candles)

    async def aclose(self) -> None:
        await self.history.aclose()
        await self.store.aclose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "candles.sqlite"


@asynccontextmanager
async def started(path: Path, **options: Any) -> AsyncIterator[Service]:
    service = Service(path, **options)
    try:
        yield service
    finally:
        await service.aclose()


async def test_after_a_restart_nothing_is_fetched_again(path: Path) -> None:
    async with started(path) as before:
        first = await before.hours(250)
    async with started(path) as after:
        again = await after.hours(250)

    assert again == first and len(first) == 250
    assert after.provider.asked == []


async def test_after_a_longer_stop_only_what_is_newer_is_fetched(path: Path) -> None:
    async with started(path) as before:
        await before.hours(250)
    later = NOON + timedelta(hours=5)
    async with started(path, at=later) as after:
        series = await after.hours(250)

    assert [bar.opened_at for bar in series][-1] == TWELVE + 4 * H1.length
    start = TWELVE - RECHECKED * H1.length
    assert after.provider.asked == [(H1, start, TWELVE + 5 * H1.length)]


async def test_a_candle_that_had_not_settled_is_read_again_after_a_restart(path: Path) -> None:
    early = TWELVE + timedelta(seconds=SETTLE_SECONDS / 2)
    async with started(path, at=early) as before:
        await before.hours(50)

    def corrected(at: datetime) -> Candle | None:
        if at == TWELVE - H1.length:
            return candle(1, 2_000_000, 2, at=at)
        return rising(at)

    async with started(path, at=NOON, candle=corrected) as after:
        series = await after.hours(50)

    assert len(after.provider.asked) == 1
    assert series[-1].high == 2_000_000 and after.store.revised == 1


async def test_older_pages_are_kept_too(path: Path) -> None:
    end = TWELVE - 1_000 * H1.length
    async with started(path) as before:
        page = await before.hours(100, end)
    async with started(path) as after:
        assert await after.hours(100, end) == page
        assert await after.hours(150, end) != page

    assert [(start, stop) for _, start, stop in after.provider.asked] == [
        (end - 150 * H1.length, end - 100 * H1.length)
    ]


async def test_a_hole_between_two_kept_ranges_is_one_call(path: Path) -> None:
    async with started(path) as before:
        await before.hours(100)
    async with started(path) as between:
        await between.hours(50, TWELVE - 150 * H1.length)
    async with started(path) as after:
        series = await after.hours(200)

    assert len(series) == 200
    (asked,) = after.provider.asked
    assert asked[2] == TWELVE - 100 * H1.length
    assert asked[1] == TWELVE - (150 + RECHECKED) * H1.length


async def test_an_empty_answer_is_not_remembered_over_a_restart(path: Path) -> None:
    begins = TWELVE - 40 * H1.length
    async with started(path, begins=begins) as before:
        assert len(await before.hours(250)) == 40
    async with started(path) as after:
        assert len(await after.hours(250)) == 250


async def test_an_outage_of_the_exchange_does_not_reach_who_asks_for_what_is_kept(
    path: Path,
) -> None:
    async with started(path) as before:
        first = await before.hours(250)
    async with started(path) as after:
        after.provider.trouble = Unavailable("gone")
        assert await after.hours(250) == first
        with pytest.raises(Unavailable):
            await after.hours(251)


async def test_an_outage_of_the_store_does_not_reach_anybody(path: Path) -> None:
    path.mkdir()
    async with started(path) as service:
        assert len(await service.hours(250)) == 250
        service.clock.advance(timedelta(hours=1))
        assert len(await service.hours(250)) == 250
    assert len(service.provider.asked) == 2


@pytest.mark.parametrize("quality", ["simulated", "recorded"])
async def test_simulated_and_recorded_candles_are_not_kept(path: Path, quality: Any) -> None:
    async with started(path) as service:
        service.provider.quality = quality
        await service.hours(250)

    assert not path.exists()


async def test_the_forming_candle_is_never_kept(path: Path) -> None:
    async with started(path) as service:
        await service.hours(250)
        service.clock.advance(timedelta(hours=1))
        series = await service.hours(250)

    assert series[-1] == rising(TWELVE) and service.store.revised == 0


async def test_a_late_last_candle_is_not_taken_for_missing(path: Path) -> None:
    last = TWELVE - H1.length

    def lacking(at: datetime) -> Candle | None:
        return None if at == last else rising(at)

    async with started(path, candle=lacking) as before:
        assert (await before.hours(50))[-1].opened_at == last - H1.length
    async with started(path) as after:
        assert (await after.hours(50))[-1].opened_at == last


async def test_a_candle_that_never_came_is_in_the_end(path: Path) -> None:
    missing = TWELVE - H1.length
    half_past = TWELVE + timedelta(minutes=30)

    def lacking(at: datetime) -> Candle | None:
        return None if at == missing else rising(at)

    async with started(path, at=half_past, candle=lacking) as before:
        await before.hours(50)
    async with started(path, at=half_past, candle=lacking) as after:
        await after.hours(49)

    assert after.provider.asked == []


@pytest.mark.parametrize(
    "broken",
    [
        lambda rows: [*rows, *rows],
        lambda rows: list(reversed(rows)),
        lambda rows: [candle(1, 2, 1, at=rows[0].opened_at - H1.length), *rows],
        lambda rows: [*rows, candle(1, 2, 1, at=rows[-1].opened_at + H1.length)],
        lambda rows: [candle(1, 2, 1, at=rows[0].opened_at + timedelta(minutes=7)), *rows],
    ],
    ids=["twice", "backwards", "before the range", "after the range", "off the grid"],
)
def test_rows_out_of_place_are_put_right(broken: Callable[[list[Candle]], list[Candle]]) -> None:
    start = TWELVE - 5 * H1.length
    rows = [candle(1, 2, 1, at=start + n * H1.length, volume=Decimal(n)) for n in range(5)]

    assert sound(broken(rows), H1, start, TWELVE) == rows
