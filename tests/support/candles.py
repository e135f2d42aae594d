"""Candles for tests: built by hand, or drawn by hypothesis.

A row is (low, high, close), each a string or a number that `Decimal` reads; the open is the close
unless it is given. Only what a test is about needs saying.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from common.market import Candle, Timeframe

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday, so that weeks begin here too
Number = str | int | Decimal


def candle(
    low: Number,
    high: Number,
    close: Number,
    *,
    open: Number | None = None,
    volume: Number = 1,
    at: datetime = START,
) -> Candle:
    """Build one candle."""
    return Candle(
        opened_at=at,
        open=Decimal(close if open is None else open),
        high=Decimal(high),
        low=Decimal(low),
        close=Decimal(close),
        volume=Decimal(volume),
    )


def series(
    rows: Iterable[tuple[Number, Number, Number]],
    timeframe: Timeframe = Timeframe.H1,
    start: datetime = START,
) -> list[Candle]:
    """Build candles that follow each other without a gap."""
    return [
        candle(low, high, close, at=start + number * timeframe.length)
        for number, (low, high, close) in enumerate(rows)
    ]


def flat(price: Number, count: int, timeframe: Timeframe = Timeframe.H1) -> list[Candle]:
    """Build `count` candles in which nothing moves."""
    return series([(price, price, price)] * count, timeframe)


def without(candles: Iterable[Candle], *places: int) -> list[Candle]:
    """Leave out the candles at these indexes."""
    return [one for number, one in enumerate(candles) if number not in places]


@st.composite
def candle_lists(
    draw: st.DrawFn,
    *,
    min_size: int = 1,
    max_size: int = 60,
    timeframe: Timeframe = Timeframe.H1,
    decimals: st.SearchStrategy[int] = st.integers(0, 10),
    gaps: bool = True,
) -> list[Candle]:
    """Draw candles of one tick size, in order: jumps, flat stretches and, if asked, gaps.

    Prices are 1 to 100,000 ticks of `decimals` decimals, so tiny and large ones both come up.
    """
    places = draw(decimals)
    tick = st.integers(1, 100_000)
    bar = st.tuples(tick, tick, tick, tick) | tick.map(lambda price: (price,) * 4)
    skips = st.integers(0, 3 if gaps else 0)
    bars = draw(st.lists(st.tuples(bar, skips), min_size=min_size, max_size=max_size))
    at = START
    candles = []
    for ticks, skipped in bars:
        at += skipped * timeframe.length
        open_, close = (Decimal(one).scaleb(-places) for one in ticks[:2])
        low, high = (Decimal(one).scaleb(-places) for one in (min(ticks), max(ticks)))
        volume = Decimal(ticks[2]).scaleb(-3)
        candles.append(candle(low, high, close, open=open_, volume=volume, at=at))
        at += timeframe.length
    return candles


def scaled(candles: Iterable[Candle], factor: Decimal) -> list[Candle]:
    """Multiply every price."""
    return [
        candle(
            one.low * factor,
            one.high * factor,
            one.close * factor,
            open=one.open * factor,
            volume=one.volume,
            at=one.opened_at,
        )
        for one in candles
    ]


def shifted(candles: Iterable[Candle], by: Decimal) -> list[Candle]:
    """Add to every price."""
    return [
        candle(
            one.low + by,
            one.high + by,
            one.close + by,
            open=one.open + by,
            volume=one.volume,
            at=one.opened_at,
        )
        for one in candles
    ]
