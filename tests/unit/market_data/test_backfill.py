"""Filling the store ahead of questions: all of it, once, politely, and on from where it ended."""

import io
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.clock import FrozenClock
from common.errors import BadInput, Unavailable
from common.market import Candle, Symbol, Timeframe
from market_data.backfill import ATTEMPTS, MOST_PATIENCE, Outcome, already, backfill, plan
from market_data.candles import files
from market_data.candles.tables import SCHEMA, Key, Tables
from market_data.catalogue import Offer
from market_data.export import export, find
from market_data.progress import Progress
from market_data.providers.csv_series import read
from tests.support.candles import START, candle_lists, series
from tests.support.fake_provider import FakeProvider, listing, rising

NOON = datetime(2024, 3, 13, 12, 5, tzinfo=UTC)
TWELVE = NOON.replace(minute=0)
H1, H4, D1, M5 = Timeframe.H1, Timeframe.H4, Timeframe.D1, Timeframe.M5
SINCE = TWELVE - 1_000 * H1.length


class Scene:
    """A provider, a store in memory, and the pauses that were made."""

    def __init__(self, **options: Any) -> None:
        self.clock = FrozenClock(NOON)
        one = listing("BTC-USD")
        self.provider = FakeProvider(self.clock, listings=[one], **options)
        self.offer = Offer(self.provider, one)
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(SCHEMA)
        self.tables = Tables(connection)
        self.key = Key(Symbol("BTC", "USD"), "fake", H1)
        self.said = io.StringIO()
        self.slept: list[float] = []

    async def run(
        self, since: datetime = SINCE, until: datetime | None = None, timeframe: Timeframe = H1
    ) -> Outcome:
        job = plan(self.offer, timeframe, since, until)
        done = already(job, self.tables)
        progress = Progress(self.said, self.clock, total=job.total, done=done)
        return await backfill(job, self.tables, progress, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(0.1)
        if len(self.slept) == self.patience:
            self.provider.trouble = None

    patience = 0

    @property
    def kept(self) -> list[Candle]:
        return self.tables.read(self.key, START - timedelta(days=9_999), NOON)


def truth(since: datetime = SINCE, until: datetime = TWELVE) -> list[Candle]:
    made = [rising(since + n * H1.length) for n in range((until - since) // H1.length)]
    return [candle for candle in made if candle is not None]


async def test_everything_is_fetched_once_oldest_first() -> None:
    scene = Scene()

    outcome = await scene.run()

    assert scene.kept == truth()
    starts = [start for _, start, _ in scene.provider.asked]
    assert starts == sorted(starts) and len(starts) == outcome.calls == 4
    assert (outcome.candles, outcome.first) == (1_000, SINCE)
    assert (outcome.quiet, outcome.outages, outcome.lost) == (0, 0, 0)
    assert scene.said.getvalue().splitlines()[-1].startswith("100 %")


async def test_again_it_has_nothing_to_do() -> None:
    scene = Scene()
    await scene.run()

    outcome = await scene.run()

    assert outcome.calls == 0 and outcome.candles == 1_000


async def test_only_what_is_missing_is_fetched() -> None:
    scene = Scene()
    await scene.run(since=SINCE + 300 * H1.length, until=SINCE + 400 * H1.length)
    await scene.run(since=SINCE + 600 * H1.length, until=SINCE + 650 * H1.length)
    scene.provider.asked.clear()

    await scene.run()

    assert scene.kept == truth()
    asked = [
        ((a - SINCE) // H1.length, (b - SINCE) // H1.length) for _, a, b in scene.provider.asked
    ]
    assert asked == [(0, 300), (400, 600), (650, 950), (950, 1_000)]


@settings(max_examples=20)
@given(st.lists(st.integers(1, 12), max_size=4))
async def test_whenever_it_is_ended_it_goes_on_from_there(ends: list[int]) -> None:
    scene = Scene(page=100)
    for calls in ends:
        allowed = len(scene.provider.asked) + calls

        def ends_here(at: datetime, allowed: int = allowed) -> Candle | None:
            if len(scene.provider.asked) > allowed:
                raise KeyboardInterrupt
            return rising(at)

        scene.provider._candle = ends_here
        try:
            await scene.run()
        except KeyboardInterrupt:
            pass
    scene.provider._candle = rising

    outcome = await scene.run()

    assert scene.kept == truth() and outcome.candles == 1_000
    assert len(scene.provider.asked) <= 10 + len(ends)


async def test_longer_candles_are_fetched_as_what_they_are_built_of() -> None:
    scene = Scene()

    job = plan(scene.offer, H4, SINCE, None)

    assert job.native is H1


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (NOON, None, "use an earlier --since"),
        (NOON + timedelta(days=900), None, "use an earlier --since"),
        (SINCE, SINCE, "Nothing has closed between"),
        (SINCE, SINCE - timedelta(days=1), "Nothing has closed between"),
    ],
)
def test_an_empty_range_is_refused(since: datetime, until: datetime | None, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        plan(Scene().offer, H1, since, until)


def test_a_timeframe_that_nothing_builds_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="fake has no 1h candles; use one of 1d"):
        plan(Scene(native=[D1]).offer, H1, SINCE, None)


async def test_a_candle_that_has_not_settled_is_left_for_later() -> None:
    scene = Scene()
    scene.clock.advance(timedelta(minutes=55, seconds=20))  # 20 s past one o'clock

    await scene.run()

    assert scene.kept[-1].opened_at == TWELVE - H1.length


async def test_where_history_begins_is_looked_up_in_longer_candles() -> None:
    begins = TWELVE - 500 * M5.length
    scene = Scene(begins=begins, page=300)

    outcome = await scene.run(since=TWELVE - timedelta(days=300), timeframe=M5)

    assert outcome.first == begins and outcome.candles == 500
    # Two pages of days, then what there is; not 288 pages of nothing.
    assert outcome.calls < 10


async def test_a_market_without_any_candle_is_told_as_such() -> None:
    outcome = await Scene(candle=lambda _: None).run()

    assert (outcome.candles, outcome.first) == (0, None)


async def test_an_empty_page_inside_is_asked_for_twice_and_then_believed() -> None:
    gone = {SINCE + n * H1.length for n in range(300, 600)}
    scene = Scene(candle=lambda at: None if at in gone else rising(at))

    first = await scene.run()
    again = await scene.run()

    assert (first.candles, first.outages, first.lost) == (700, 1, 300)
    assert first.calls == 5 and again.calls == 0


async def test_quiet_times_and_outages_are_told_apart() -> None:
    gone = {SINCE + n * H1.length for n in (10, 20, 21, 30, 31, 32)}
    outcome = await Scene(candle=lambda at: None if at in gone else rising(at)).run()

    assert (outcome.quiet, outcome.outages, outcome.lost) == (3, 1, 3)


async def test_an_exchange_that_asks_for_patience_gets_it() -> None:
    scene = Scene()
    scene.provider.trouble = Unavailable("fake answered 429.", retry_after=7)
    scene.patience = 3

    outcome = await scene.run()

    assert outcome.candles == 1_000 and scene.slept == [7, 7, 7]
    assert "fake answered 429. Waiting 7 s." in scene.said.getvalue()


async def test_patience_ends() -> None:
    scene = Scene()
    scene.provider.trouble = Unavailable("fake answered 500.", retry_after=0)

    with pytest.raises(Unavailable, match="500"):
        await scene.run()

    assert scene.slept == [1, 2, 4, 8, 16] and len(scene.slept) == ATTEMPTS - 1


async def test_who_is_told_to_wait_for_an_hour_comes_back_another_time() -> None:
    scene = Scene()
    scene.provider.trouble = Unavailable("barred.", retry_after=MOST_PATIENCE + 1)

    with pytest.raises(Unavailable, match="barred"):
        await scene.run()

    assert scene.slept == []


async def test_a_full_disk_ends_it_and_keeps_what_was_fetched(tmp_path: Path) -> None:
    scene = Scene(page=100)
    connection = files.opened(tmp_path / "c.sqlite", wait=1.0, most_bytes=60 * 1024)
    scene.tables = Tables(connection)

    with pytest.raises(sqlite3.OperationalError, match="full"):
        await scene.run(since=TWELVE - 5_000 * H1.length)

    kept = scene.kept
    assert kept and kept == truth(kept[0].opened_at, kept[-1].opened_at + H1.length)
    connection.close()


# Export


def exported(bars: list[Candle], path: Path) -> None:
    scene = Scene()
    scene.tables.keep(scene.key, bars, bars[0].opened_at, bars[-1].opened_at + H1.length)
    export(scene.tables, scene.key, path, None, None)


@given(candle_lists(min_size=20, gaps=False))
def test_recorded_reads_an_export_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, bars: list[Candle]
) -> None:
    path = tmp_path_factory.mktemp("out") / "BTC-USD_1h.csv"
    exported(bars, path)

    back = read(path)

    assert (back.symbol, back.timeframe, list(back.bad)) == (Symbol("BTC", "USD"), H1, [])
    assert back.closed(bars[0].opened_at, back.end, back.end) == bars


def test_only_the_range_asked_for_is_written(tmp_path: Path) -> None:
    scene, path = Scene(), tmp_path / "BTC-USD_1h.csv"
    bars = series([(1, 3, 2)] * 10)
    scene.tables.keep(scene.key, bars, START, START + 10 * H1.length)

    count = export(scene.tables, scene.key, path, START + 2 * H1.length, START + 5 * H1.length)

    assert count == 3 and len(path.read_text().splitlines()) == 4


def test_nothing_in_the_range_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    scene, path = Scene(), tmp_path / "BTC-USD_1h.csv"
    path.write_text("precious")
    scene.tables.keep(scene.key, series([(1, 3, 2)]), START, START + H1.length)

    with pytest.raises(BadInput, match="No candles of BTC-USD are kept between"):
        export(scene.tables, scene.key, path, START + H1.length, None)

    assert path.read_text() == "precious" and list(tmp_path.iterdir()) == [path]


def test_what_is_not_kept_is_answered_with_what_is_and_how_to_get_it() -> None:
    scene = Scene()
    with pytest.raises(BadInput, match="Kept: nothing yet. To fetch them: .* backfill BTC-USD 1h"):
        find(scene.tables, scene.key.symbol, H1, None)
    scene.tables.keep(scene.key, series([(1, 3, 2)]), START, START + H1.length)

    with pytest.raises(BadInput, match=r"No 4h .* Kept: BTC-USD 1h \(fake\)"):
        find(scene.tables, scene.key.symbol, H4, None)
    with pytest.raises(BadInput, match="are kept from kraken. Kept"):
        find(scene.tables, scene.key.symbol, H1, ["kraken"])


def test_of_several_sources_one_must_be_named() -> None:
    scene = Scene()
    other = Key(scene.key.symbol, "kraken", H1)
    for key in (scene.key, other):
        scene.tables.keep(key, series([(1, 3, 2)]), START, START + H1.length)

    with pytest.raises(BadInput, match="--provider fake or --provider kraken"):
        find(scene.tables, scene.key.symbol, H1, None)
    assert find(scene.tables, scene.key.symbol, H1, ["kraken"]) == other
