"""The candle store's tables: whatever goes in comes out again, to the last digit, once."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from common.market import Candle, Symbol, Timeframe
from market_data.candles import files
from market_data.candles.scales import MOST, Scale, needed
from market_data.candles.tables import SCHEMA, Damaged, Key, Tables
from tests.support.candles import START, candle, candle_lists, series

H1 = Timeframe.H1
KEY = Key(Symbol("BTC", "USD"), "coinbase", H1)
LATER = START + timedelta(days=9_999)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    path = tmp_path_factory.mktemp("store") / "candles.sqlite"
    connection = files.opened(path, wait=1.0, most_bytes=1 << 30)
    yield Tables(connection)
    connection.close()


_numbers = count()


def new_key() -> Key:
    return Key(Symbol(f"C{next(_numbers)}", "USD"), "coinbase", H1)


@st.composite
def extreme_candles(draw: st.DrawFn) -> list[Candle]:
    """Prices from 1e-18 to 1e12 and volumes up to 1e15, all that one series' digits allow."""
    decimals = draw(st.integers(0, 18))
    most = min(MOST, 10 ** (decimals + 12))
    lots = draw(st.integers(0, 3))
    bars = draw(
        st.lists(
            st.tuples(
                st.lists(st.integers(1, most), min_size=4, max_size=4),
                st.integers(0, 10 ** (lots + 15)),
            ),
            min_size=1,
            max_size=8,
        )
    )
    made = []
    for number, (ticks, volume) in enumerate(bars):
        prices = [Decimal((0, tuple(map(int, str(one))), -decimals)) for one in ticks]
        made.append(
            Candle(
                START + number * H1.length,
                prices[0],
                max(prices),
                min(prices),
                prices[1],
                Decimal(volume).scaleb(-lots),
            )
        )
    return made


@given(extreme_candles())
def test_candles_come_back_exactly(tables: Tables, candles: list[Candle]) -> None:
    key = new_key()

    written = tables.keep(key, candles, START, LATER)

    assert written.refused == 0 and not written.revised
    assert tables.read(key, START, LATER) == candles


@given(candle_lists(), candle_lists())
def test_more_decimals_than_before_change_no_older_candle(
    tables: Tables, first: list[Candle], then: list[Candle]
) -> None:
    key, later = new_key(), START + timedelta(days=1_000)
    then = [
        Candle(later + (c.opened_at - START), c.open, c.high, c.low, c.close, c.volume)
        for c in then
    ]

    tables.keep(key, first, START, START)
    tables.keep(key, then, START, START)

    assert tables.read(key, START, LATER) == first + then


def test_the_same_candles_again_change_nothing(tables: Tables) -> None:
    key, bars = new_key(), series([("1.5", "2.25", "1.75"), (1, 3, 2)])
    tables.keep(key, bars, START, LATER)

    again = tables.keep(key, bars, START, LATER)

    assert not again.revised and tables.read(key, START, LATER) == bars
    assert revisions(tables, key) == [0, 0]


def test_a_changed_candle_is_told_and_its_revisions_counted(tables: Tables) -> None:
    key, (bar,) = new_key(), series([(10, 20, 15)])
    tables.keep(key, [bar], START, LATER)

    for volume in (2, 3):
        changed = candle(10, 20, 15, volume=volume)
        written = tables.keep(key, [changed], START, LATER)

        assert [one.volume for one in written.revised] == [volume - 1]
        assert tables.read(key, START, LATER) == [changed]
    assert revisions(tables, key) == [2]


def test_digits_that_63_bits_do_not_hold_are_refused_and_their_range_stays_unknown(
    tables: Tables,
) -> None:
    key = new_key()
    wide = candle("0.000000000000000001", "1000000000000", 1, at=START + H1.length)
    longer = candle(1, 2, Decimal("1." + "1" * 70), at=START + 2 * H1.length)
    good = candle(1, 2, 1)

    written = tables.keep(key, [good, wide, longer], START, LATER)

    assert written.refused == 2
    assert tables.read(key, START, LATER) == [good] and tables.spans(key) == []


def test_a_row_of_other_sizes_gets_decimals_of_its_own(tables: Tables) -> None:
    key = new_key()
    fine = candle("0.00000001", "0.00000003", "0.00000002", volume="0.12345678")
    coarse = candle(10**11, 10**12, 10**11, volume=10**15, at=START + H1.length)

    tables.keep(key, [fine, coarse, candle(1, 2, 1, at=START + 2 * H1.length)], START, START)

    assert tables.read(key, START, LATER)[:2] == [fine, coarse]


def test_markets_sources_and_timeframes_do_not_mix(tables: Tables) -> None:
    key = new_key()
    others = [
        Key(key.symbol, "kraken", H1),
        Key(key.symbol, "coinbase", Timeframe.M1),
        Key(Symbol(key.symbol.base, "USDT"), "coinbase", H1),
    ]
    tables.keep(key, series([(1, 2, 1)]), START, LATER)

    assert [tables.read(other, START, LATER) for other in others] == [[], [], []]
    assert [tables.spans(other) for other in others] == [[], [], []]
    assert key in tables.keys() and not set(others) & set(tables.keys())


def test_an_interrupted_write_leaves_nothing_behind(tables: Tables) -> None:
    key, bars = new_key(), series([(1, 2, 1), (1, 2, 1)])
    no_candle: Any = "not a candle"

    with pytest.raises(AttributeError):
        tables.keep(key, [*bars, no_candle], START, LATER)

    assert tables.read(key, START, LATER) == [] and tables.spans(key) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE candle SET close = close + 1",
        "UPDATE candle SET opened = opened + 3600",
        "UPDATE candle SET scale = 99",
        "UPDATE scale SET price = price + 1",
        "UPDATE span SET last = last + 3600",
        "UPDATE series SET symbol = 'ETH-USD'",
        "UPDATE series SET symbol = 'nonsense'",
    ],
)
def test_a_number_that_was_tampered_with_is_noticed(tmp_path: Path, change: str) -> None:
    connection = files.opened(tmp_path / "candles.sqlite", wait=1.0, most_bytes=1 << 30)
    tables = Tables(connection)
    tables.keep(KEY, series([(1, 2, 1)]), START, START + H1.length)
    connection.execute(change)

    with pytest.raises(Damaged):
        for key in [KEY, *tables.keys()]:
            tables.read(key, START, LATER)
            tables.spans(key)
    connection.close()


@given(st.decimals(0, 10**15, places=8), st.integers(0, 12))
def test_a_scale_gives_back_what_it_took(price: Decimal, decimals: int) -> None:
    bar = candle(price + 1, price + 2, price + 1, volume=price)
    scale = Scale(decimals, decimals)

    ticks = scale.ticks(bar)

    fine = needed(bar)
    if ticks is None:
        assert max(fine.price, fine.volume) > decimals or price.scaleb(decimals) > MOST // 4
    else:
        assert scale.candle(ticks) == bar


def revisions(tables: Tables, key: Key) -> list[int]:
    rows = tables._connection.execute(
        "SELECT revision FROM candle JOIN series ON series.id = series WHERE symbol = ?",
        (str(key.symbol),),
    )
    return [revision for (revision,) in rows]


class Store(RuleBasedStateMachine):
    """A store and a dictionary that remembers the same."""

    @initialize()
    def begin(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.executescript(SCHEMA)
        self.tables = Tables(self.connection)
        self.candles: dict[datetime, Candle] = {}
        self.known: set[datetime] = set()

    @rule(
        first=st.integers(0, 30),
        length=st.integers(0, 12),
        traded=st.sets(st.integers(0, 12)),
        price=st.integers(1, 3),
    )
    def keep(self, first: int, length: int, traded: set[int], price: int) -> None:
        start, end = START + first * H1.length, START + (first + length) * H1.length
        bars = [candle(price, price + 1, price, at=start + n * H1.length) for n in sorted(traded)]
        written = self.tables.keep(KEY, bars, start, end)

        changed = [self.candles[b.opened_at] for b in bars if self.candles.get(b.opened_at, b) != b]
        assert written.revised == changed
        self.candles |= {bar.opened_at: bar for bar in bars}
        self.known |= {start + n * H1.length for n in range(length)}

    @invariant()
    def reads_what_was_kept(self) -> None:
        whole = self.tables.read(KEY, START, LATER)
        assert whole == [self.candles[at] for at in sorted(self.candles)]

    @invariant()
    def spans_cover_what_is_known_and_never_touch(self) -> None:
        spans = self.tables.spans(KEY)
        covered = {
            first + n * H1.length
            for first, last in spans
            for n in range((last - first) // H1.length)
        }
        assert covered == self.known
        assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))

    def teardown(self) -> None:
        self.connection.close()


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_times_before_the_epoch_and_far_ahead_are_kept_too(tables: Tables) -> None:
    key = new_key()
    bars = [
        candle(1, 2, 1, at=datetime(1962, 1, 2, tzinfo=UTC)),
        candle(1, 2, 1, at=datetime(2199, 1, 2, tzinfo=UTC)),
    ]

    tables.keep(key, bars, bars[0].opened_at, bars[0].opened_at + H1.length)

    assert tables.read(key, bars[0].opened_at, datetime(2200, 1, 1, tzinfo=UTC)) == bars
