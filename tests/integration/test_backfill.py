"""`python -m market_data backfill` and `export`, as typed, at an emulated exchange."""

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.clock import FrozenClock
from common.market import Candle, Symbol, Timeframe
from market_data.__main__ import main
from market_data.candles import files
from market_data.candles.tables import Key, Tables
from market_data.providers.recorded import Recorded
from tests.support.exchange_emulator import ExchangeEmulator
from tests.support.exchange_faults import too_many_requests
from tests.support.serving import serve

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
SINCE, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 10, tzinfo=UTC)
M15 = Timeframe.M15
BTC = Symbol("BTC", "USD")
PAGES = 13  # of 300 candles in 40 days


@dataclass
class Scene:
    """An exchange, a folder, and the program as a process of its own."""

    exchange: ExchangeEmulator
    address: str
    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "candles.sqlite"

    async def start(self, *words: str, **environment: str) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "market_data",
            *words,
            cwd=self.folder,
            stdout=PIPE,
            stderr=PIPE,
            env=os.environ
            | {"PROVIDERS": "coinbase", "COINBASE_URL": self.address}
            | {"CANDLE_STORE": str(self.store)}
            | environment,
        )

    async def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        """Return the exit code and what was said on both streams."""
        process = await self.start(*words, **environment)
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def until_asked(self, pages: int) -> None:
        while self.pages < pages:
            await asyncio.sleep(0.01)

    @property
    def pages(self) -> int:
        return sum(seen.path.endswith("/candles") for seen in self.exchange.requests)

    async def truth(self) -> list[Candle]:
        return list(await self.exchange.simu.candles(BTC, M15, SINCE, UNTIL))

    def kept(self) -> list[Candle]:
        connection = files.opened(self.store, wait=5.0, most_bytes=1 << 30)
        try:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
            assert verdict == "ok"
            return Tables(connection).read(Key(BTC, "coinbase", M15), SINCE, UNTIL)
        finally:
            connection.close()


FORTY_DAYS = ("btc", "15m", "--since", "2024-01-01", "--until", "2024-02-10")


@asynccontextmanager
async def at_the_exchange(folder: Path) -> AsyncIterator[Scene]:
    exchange = ExchangeEmulator(FrozenClock(NOW))
    async with serve(exchange.app) as address:
        yield Scene(exchange, address, folder)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with at_the_exchange(tmp_path) as made:
        yield made


async def test_the_store_is_filled_and_the_export_read_back(scene: Scene) -> None:
    code, out, err = await scene.run("backfill", *FORTY_DAYS)

    assert code == 0, err
    assert out.startswith(
        "3,840 candles of BTC-USD 15m from coinbase, 2024-01-01 00:00 to 2024-02-10 00:00 UTC"
    )
    assert f"{PAGES} calls" in out and scene.pages == PAGES
    assert "100 %  3,840 of 3,840 candles" in err and "\r" not in err
    assert scene.kept() == await scene.truth()

    code, out, err = await scene.run("export", "btc", "15m")

    assert code == 0, err
    assert "3,840 candles of BTC-USD 15m from coinbase are in BTC-USD_15m.csv" in out
    recorded = Recorded(FrozenClock(NOW), [scene.folder])
    assert recorded.refused == {} and recorded.set_aside == 0
    assert await recorded.candles(BTC, M15, SINCE, UNTIL) == await scene.truth()


async def test_killed_at_any_moment_it_goes_on_without_losing_or_doubling(scene: Scene) -> None:
    for pages in (2, 5, 9):
        process = await scene.start("backfill", *FORTY_DAYS)
        await scene.until_asked(pages)
        process.kill()
        assert await process.wait() == -signal.SIGKILL
    halfway = scene.kept()
    assert 0 < len(halfway) < 3_840 and halfway == (await scene.truth())[: len(halfway)]

    code, out, err = await scene.run("backfill", *FORTY_DAYS)

    assert code == 0 and out.startswith("3,840 candles")
    assert scene.kept() == await scene.truth()
    assert scene.pages <= PAGES + 3  # at most the page under way is fetched twice
    rows = sqlite3.connect(scene.store).execute("SELECT count(*), max(revision) FROM candle")
    assert rows.fetchone() == (3_840, 0)


async def test_ctrl_c_says_how_to_go_on(scene: Scene) -> None:
    async def slow(_: object, answer: object) -> object:
        await asyncio.sleep(0.2)
        return answer

    scene.exchange.trouble = slow
    # Who runs the tests in the background may ignore Ctrl-C, and would hand that on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = await scene.start("backfill", *FORTY_DAYS)
    finally:
        signal.signal(signal.SIGINT, before)
    await scene.until_asked(3)
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()

    assert process.returncode == 1
    assert err.decode().endswith(
        "Stopped. What was fetched is kept; the same command goes on from there.\n"
    )
    assert "Traceback" not in err.decode()


async def test_it_stays_within_the_exchanges_limits(scene: Scene) -> None:
    loop = asyncio.get_running_loop()
    arrived: list[float] = []

    async def note(_: object, answer: object) -> object:
        arrived.append(loop.time())
        return answer

    scene.exchange.trouble = note
    code, _, _ = await scene.run(
        "backfill", "btc", "5m", "--since", "2024-01-01", "--until", "2024-02-01"
    )

    assert code == 0 and len(arrived) == 1 + 1 + 30  # the markets, their beginning, the pages
    at_least = (len(arrived) - 12 - 1) / 8  # seconds, after a burst of 12 at 8 a second
    assert arrived[-1] - arrived[0] > at_least * 0.9


async def test_being_told_to_wait_is_not_the_end(scene: Scene) -> None:
    process = await scene.start("backfill", *FORTY_DAYS)
    await scene.until_asked(2)
    scene.exchange.script(too_many_requests("1"))
    out, _ = await process.communicate()

    assert process.returncode == 0 and out.decode().startswith("3,840 candles")
    assert scene.kept() == await scene.truth()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("backfill", "btx", "1h", "--since", "2024-01-01"), 2, "Did you mean BTC"),
        (("backfill", "btc", "1h", "--since", "2199-01-01"), 2, "use an earlier --since"),
        (("backfill", "btc", "1h", "--since", "2024-01-01", "--provider", "simu"), 2, "coinbase"),
        (("backfill", "btc", "1h", "--since", "2024-01-01", "--provider", "x"), 2, "use one of"),
        (("backfill", "btc", "15m", "--since", "2024-01-01", "--store", "/proc/x/y"), 1, "/proc"),
        (("backfill", "btc", "15m", "--since", "2024-01-01", "--store", "/"), 1, "cannot be used"),
        (("backfill", "btc", "1h", "--since", "2024-01-01", "--store", "notes"), 1, "Move"),
        (("export", "btc", "1h"), 2, "There is no candle store at"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_what_would_work(
    scene: Scene, words: tuple[str, ...], code: int, says: str
) -> None:
    (scene.folder / "notes").write_text("my notes " * 999)

    got, out, err = await scene.run(*words)

    assert (got, out) == (code, ""), err
    assert says in err and "Traceback" not in err
    assert (scene.folder / "notes").read_text() == "my notes " * 999


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["backfill", "btc", "7m", "--since", "2024-01-01"], "Use 1m 5m"),
        (["backfill", "btc", "1h"], "--since"),
        (["backfill", "btc", "1h", "--since", "yesterday"], "write 2024-01-01"),
        (["backfill", "btc", "1h", "--since", "1066-10-14"], "the years 1970 to 2199"),
        (["backfill", "btc", "1h", "--since", "2024-01-01", "--speed", "9"], "--speed"),
        (["backfill"], "symbol"),
        (["forget", "btc"], "backfill"),
    ],
)
def test_words_that_make_no_sense_are_answered_with_those_that_do(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)

    assert left.value.code == 2 and says in capsys.readouterr().err


async def test_without_a_store_it_asks_for_one(scene: Scene) -> None:
    code, _, err = await scene.run("backfill", *FORTY_DAYS, CANDLE_STORE="")

    assert code == 2 and "--store .run/candles.sqlite" in err


async def test_an_exchange_that_is_away_is_named(scene: Scene) -> None:
    code, _, err = await scene.run("backfill", *FORTY_DAYS, COINBASE_URL="http://127.0.0.1:9")

    assert code == 1
    assert "127.0.0.1:9 cannot be reached" in err and "the same command goes on" in err


async def test_longer_candles_come_as_what_they_are_built_of(scene: Scene) -> None:
    code, out, err = await scene.run(
        "backfill", "btc", "30m", "--since", "2024-01-01", "--until", "2024-01-02"
    )

    assert code == 0 and "96 candles of BTC-USD 15m" in out
    assert "coinbase has no 30m candles; fetching 15m" in err


async def test_the_service_starts_without_reading_the_command_line() -> None:
    source = (
        "import sys; from market_data import serve;"
        " print(sorted({'argparse', 'market_data.backfill'} & set(sys.modules)))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", source, stdout=PIPE)
    out, _ = await process.communicate()

    assert b"market_data.backfill" not in out


def test_forty_days_are_what_the_test_thinks() -> None:
    assert (UNTIL - SINCE) // timedelta(minutes=15) == 3_840
