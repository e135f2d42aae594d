"""The candle store in trouble: damaged, locked, full, read-only or gone, it costs a warning."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.market import Candle, Symbol, Timeframe
from market_data.candles import REST_SECONDS, CandleStore, Key
from tests.support.candles import START, series

H1 = Timeframe.H1
KEY = Key(Symbol("BTC", "USD"), "coinbase", H1)
BARS = series([(10 + n % 7, 30 + n % 5, 20 + n % 3) for n in range(400)])
END = START + 400 * H1.length
_NOBODY = 65_534
PATIENCE = 30.0  # seconds: the machine may be busy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "candles.sqlite"


@asynccontextmanager
async def opened(path: Path, **options: Any) -> AsyncIterator[tuple[CandleStore, FrozenClock]]:
    clock = FrozenClock(START)
    store = CandleStore(path, clock, **{"patience": PATIENCE, **options})
    try:
        yield store, clock
    finally:
        await store.aclose()


async def filled(path: Path) -> None:
    async with opened(path) as (store, _):
        store.keep(KEY, BARS, START, END)


async def keep(store: CandleStore) -> None:
    store.keep(KEY, BARS, START, END)
    await store.settled()


async def works(store: CandleStore) -> bool:
    await keep(store)
    stored = await store.read(KEY, START, END)
    return stored.candles == BARS and stored.lacking is None


def warnings(logs: list[Any]) -> list[str]:
    return [line["event"] for line in logs if line["log_level"] == "warning"]


async def test_what_was_kept_is_there_after_a_restart(path: Path) -> None:
    await filled(path)

    async with opened(path) as (store, _):
        stored = await store.read(KEY, START, END)

    assert stored.candles == BARS and stored.lacking is None


async def test_it_makes_the_folders_above_it(tmp_path: Path) -> None:
    async with opened(tmp_path / "a" / "b" / "candles.sqlite") as (store, _):
        assert await works(store)


@pytest.mark.parametrize(
    ("kept", "asked", "lacking"),
    [
        ([(0, 10)], (0, 10), None),
        ([(0, 10)], (3, 6), None),
        ([], (0, 10), (0, 10)),
        ([(0, 10)], (0, 12), (10, 12)),
        ([(5, 10)], (0, 10), (0, 5)),
        ([(5, 10)], (0, 12), (0, 12)),  # one call is made for both sides
        ([(0, 3), (6, 10)], (0, 10), (3, 6)),
        ([(0, 3), (5, 6), (8, 10)], (0, 10), (3, 8)),
        ([(0, 5), (5, 10)], (0, 10), None),
        ([(20, 30)], (0, 10), (0, 10)),
    ],
)
async def test_it_says_what_it_lacks(
    path: Path,
    kept: list[tuple[int, int]],
    asked: tuple[int, int],
    lacking: tuple[int, int] | None,
) -> None:
    def at(hour: int) -> datetime:
        return START + hour * H1.length

    async with opened(path) as (store, _):
        for first, last in kept:
            store.keep(KEY, BARS[first:last], at(first), at(last))
        await store.settled()
        stored = await store.read(KEY, at(asked[0]), at(asked[1]))

    assert stored.lacking == (lacking and (at(lacking[0]), at(lacking[1])))


async def test_two_programs_may_share_the_file(path: Path) -> None:
    async with opened(path) as (one, _), opened(path) as (other, _):
        one.keep(KEY, BARS[:200], START, START + 200 * H1.length)
        other.keep(KEY, BARS[200:], START + 200 * H1.length, END)
        await one.settled()
        await other.settled()

        for store in (one, other):
            assert (await store.read(KEY, START, END)).candles == BARS


async def test_revised_candles_are_counted(path: Path) -> None:
    before, after = series([(1, 3, 2), (1, 3, 2)]), series([(1, 3, 2), (1, 4, 2)])
    async with opened(path) as (store, _):
        with capture_logs() as logs:
            store.keep(KEY, before, START, END)
            store.keep(KEY, after, START, END)
            await store.settled()

        assert store.revised == 1
    assert [line["event"] for line in logs] == ["candles_revised"]


# Trouble


async def test_another_programs_file_is_left_alone(path: Path) -> None:
    path.write_text("my notes\n" * 1_000)
    async with opened(path) as (store, _):
        with capture_logs() as logs:
            assert not await works(store)
            assert not await works(store)

    assert path.read_text() == "my notes\n" * 1_000
    assert warnings(logs) == ["candle_store_unavailable"]


async def test_another_programs_database_is_left_alone(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE users (name TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    async with opened(path) as (store, _):
        with capture_logs() as logs:
            assert not await works(store)

    assert path.read_bytes() == before
    assert "name a file of its own" in logs[0]["reason"]


async def test_a_store_of_another_version_is_left_alone(path: Path) -> None:
    await filled(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    async with opened(path) as (store, _):
        with capture_logs() as logs:
            assert not await works(store)

    assert "another version" in logs[0]["reason"]


async def test_a_folder_in_its_place_costs_one_warning(path: Path) -> None:
    path.mkdir()
    async with opened(path) as (store, clock):
        with capture_logs() as logs:
            for _ in range(3):
                assert not await works(store)
                clock.advance(REST_SECONDS + 1)
            path.rmdir()
            assert await works(store)

    assert warnings(logs) == ["candle_store_unavailable"]
    assert logs[-1]["event"] == "candle_store_back"


async def test_a_place_where_nothing_can_be_made_costs_one_warning() -> None:
    async with opened(Path("/proc/candles/candles.sqlite")) as (store, _):
        with capture_logs() as logs:
            assert not await works(store)

    assert warnings(logs) == ["candle_store_unavailable"]


async def test_a_reader_waits_only_as_long_as_the_exchange_would_take(path: Path) -> None:
    await filled(path)
    async with opened(path, patience=0.0) as (store, _):
        with capture_logs() as logs:
            stored = await store.read(KEY, START, END)

    assert (stored.candles, stored.lacking) == ([], (START, END))
    assert logs[0]["reason"] == "no answer within 0 s"


async def test_a_file_that_disappears_is_made_anew(path: Path) -> None:
    async with opened(path) as (store, _):
        assert await works(store)
        for file in path.parent.glob("candles.sqlite*"):
            file.unlink()
        await keep(store)

        assert await works(store)
    async with opened(path) as (store, _):
        assert (await store.read(KEY, START, END)).candles == BARS


async def test_a_full_disk_stops_writing_but_not_reading(path: Path) -> None:
    async with opened(path, most_bytes=64 * 1024) as (store, clock):
        assert await works(store)
        with capture_logs() as logs:
            for _ in range(3):
                more = series([(n + 1, n + 3, n + 2) for n in range(2_000)], start=END)
                store.keep(KEY, more, END, END + 2_000 * H1.length)
                await store.settled()
                assert (await store.read(KEY, START, END)).candles == BARS
                clock.advance(REST_SECONDS + 1)

    assert warnings(logs) == ["candle_store_unavailable"] and "full" in logs[0]["reason"]
    async with opened(path) as (store, _):
        stored = await store.read(KEY, START, END + H1.length)
        assert stored.candles == BARS and stored.lacking == (END, END + H1.length)


async def test_a_lock_of_somebody_else_stops_nobody_from_reading(path: Path) -> None:
    await filled(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    async with opened(path, write_wait=0.05) as (store, clock):
        with capture_logs() as logs:
            await keep(store)
            assert (await store.read(KEY, START, END)).candles == BARS
            other.rollback()
            clock.advance(REST_SECONDS + 1)
            assert await works(store)
    other.close()

    assert warnings(logs) == ["candle_store_unavailable"]
    assert logs[-1]["event"] == "candle_store_back"


async def test_the_event_loop_goes_on_while_the_disk_does_not(path: Path) -> None:
    await filled(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    async with opened(path, write_wait=30.0) as (store, _):
        await store.read(KEY, START, END)
        store.keep(KEY, BARS[:1], START, START)
        turns = 0
        while turns < 50:
            await asyncio.sleep(0)
            turns += 1
        assert (await store.read(KEY, START, END)).candles == BARS  # before the write is done
        other.rollback()
        await store.settled()
    other.close()


async def test_too_many_waiting_writes_are_dropped(path: Path) -> None:
    await filled(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    async with opened(path) as (store, _):
        for _ in range(1_000):
            store.keep(KEY, BARS[:1], START, START)
        assert len(store._writes) < 300
        other.rollback()
        await store.settled()
    other.close()


@pytest.fixture
def readable_by_all() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


async def test_a_file_that_may_only_be_read_costs_one_warning(readable_by_all: Path) -> None:
    path = readable_by_all / "candles.sqlite"
    await filled(path)
    path.chmod(0o444)
    readable_by_all.chmod(0o555)
    me = os.geteuid()
    if me == 0:
        os.seteuid(_NOBODY)
    try:
        async with opened(path) as (store, _):
            with capture_logs() as logs:
                await keep(store)
                await store.read(KEY, START, END)
                await keep(store)
    finally:
        os.seteuid(me)

    assert warnings(logs) == ["candle_store_unavailable"]


# Damage


async def test_a_damaged_file_is_set_aside_and_a_new_one_begun(path: Path) -> None:
    await filled(path)
    damage(path, range(4_096, 5 * 4_096), 0x5A)
    async with opened(path) as (store, _):
        with capture_logs() as logs:
            assert (await store.read(KEY, START, END)).lacking == (START, END)
            await store.read(KEY, START, END)  # lets the file be moved
            assert await works(store)

    assert warnings(logs) == ["candle_store_unavailable"]
    assert [line["event"] for line in logs][1:] == ["candle_store_begun_anew", "candle_store_back"]
    assert path.with_name("candles.sqlite.damaged").exists()


async def test_damage_while_it_runs_is_noticed(path: Path) -> None:
    async with opened(path) as (store, _):
        assert await works(store)
        connection = sqlite3.connect(path)
        connection.execute("UPDATE candle SET high = high + 1 WHERE opened % 7200 = 0")
        connection.commit()
        connection.close()
        with capture_logs() as logs:
            assert (await store.read(KEY, START, END)).candles == []
            await store.read(KEY, START, END)
            assert await works(store)

    assert warnings(logs) == ["candle_store_unavailable"]


async def test_a_file_that_was_cut_short_costs_one_warning(path: Path) -> None:
    await filled(path)
    os.truncate(path, path.stat().st_size // 2)
    async with opened(path) as (store, _):
        with capture_logs() as logs:
            assert not (await store.read(KEY, START, END)).candles
            await store.read(KEY, START, END)
            assert await works(store)

    assert warnings(logs) == ["candle_store_unavailable"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "candles.sqlite"
    asyncio.run(filled(path))
    return path.read_bytes()


@given(st.data())
async def test_whatever_bytes_are_damaged_no_wrong_candle_is_given(
    sound: bytes, data: st.DataObject
) -> None:
    places = data.draw(
        st.lists(
            st.tuples(st.integers(0, len(sound) - 1), st.integers(1, 255)), min_size=1, max_size=4
        )
    )
    broken = bytearray(sound)
    for place, flip in places:
        broken[place] ^= flip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candles.sqlite"
        path.write_bytes(broken)
        async with opened(path) as (store, _):
            stored = await store.read(KEY, START, END)

    assert stored.lacking == (START, END) or stored.candles == BARS
    assert not set(stored.candles) - set(BARS)


def damage(path: Path, places: range, value: int) -> None:
    content = bytearray(path.read_bytes())
    for place in places:
        content[place] = value
    path.write_bytes(content)


async def test_a_candle_that_does_not_fit_is_told(path: Path) -> None:
    wide = Candle(START, *(BARS[0].open,) * 4, BARS[0].volume.scaleb(30))
    async with opened(path) as (store, _):
        with capture_logs() as logs:
            store.keep(KEY, [wide], START, END)
            await store.settled()
        stored = await store.read(KEY, START, END)

    assert warnings(logs) == ["candles_not_storable"]
    assert stored.candles == [] and stored.lacking == (START, END)


async def test_closing_twice_is_fine(path: Path) -> None:
    async with opened(path) as (store, clock):
        await keep(store)
        await store.aclose()
    clock.advance(timedelta(seconds=1))


async def test_programs_that_begin_at_the_same_time_make_one_store(tmp_path: Path) -> None:
    for number in range(20):
        path = tmp_path / f"{number}.sqlite"
        clock = FrozenClock(START)
        stores = [CandleStore(path, clock, patience=PATIENCE) for _ in range(4)]
        with capture_logs() as logs:
            for part, store in enumerate(stores):
                store.keep(KEY, BARS[part::4], START, START)
            await asyncio.gather(*(store.settled() for store in stores))

        assert (await stores[0].read(KEY, START, END)).candles == BARS and not logs
        await asyncio.gather(*(store.aclose() for store in stores))
