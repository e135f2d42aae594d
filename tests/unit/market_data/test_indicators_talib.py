"""Indicators beside TA-Lib: on random walks, and on values that others recorded from it."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
import talib

from market_data.indicators.bollinger import bollinger
from market_data.indicators.ema import exponential_means
from market_data.indicators.macd import macds
from market_data.indicators.natr import normalised_true_ranges
from market_data.indicators.rsi import relative_strengths
from market_data.indicators.sma import simple_means
from tests.support.reference import CANDLE_SERIES, reference_candles, reference_values
from tests.support.walks import KINDS, PRICES, closes_of, in_ticks, walk

Line = Sequence[Decimal | None]
TOLERANCE = 1e-9
CASES = [
    (kind, price, length, period)
    for kind in KINDS
    for price in PRICES
    for length, period in ((300, 14), (1_000, 20), (1_000, 2), (400, 200))
]
cases = pytest.mark.parametrize(("kind", "price", "length", "period"), CASES)


def assert_equal(ours: Line, theirs: "np.ndarray", unit: int = 0, size: float = 0.0) -> None:
    """Compare from the end on; TA-Lib starts its columns with nan.

    Args:
        unit: Decimals of the tick that theirs are in.
        size: Of the prices, where values are differences of them: those may cancel.
    """
    known = theirs[~np.isnan(theirs)]
    assert len(ours) == len(known) > 0
    mine = [float("nan") if one is None else float(one.scaleb(unit)) for one in ours]
    np.testing.assert_allclose(mine, known, rtol=TOLERANCE, atol=1e-12 * size)


@cases
def test_simple_means(kind: str, price: str, length: int, period: int) -> None:
    closes = closes_of(walk(kind, length, price=price))
    theirs = talib.SMA(np.array(in_ticks(closes, price)), timeperiod=period)

    assert_equal(simple_means(closes, period), theirs, PRICES[price][1])


@cases
def test_exponential_means(kind: str, price: str, length: int, period: int) -> None:
    closes = closes_of(walk(kind, length, price=price))
    theirs = talib.EMA(np.array(in_ticks(closes, price)), timeperiod=period)

    assert_equal(exponential_means(closes, period), theirs, PRICES[price][1])


@cases
def test_relative_strengths(kind: str, price: str, length: int, period: int) -> None:
    closes = closes_of(walk(kind, length, price=price))
    theirs = talib.RSI(np.array(in_ticks(closes, price)), timeperiod=period)

    assert_equal(relative_strengths(closes, period), theirs, size=100)


@cases
def test_bollinger_bands(kind: str, price: str, length: int, period: int) -> None:
    closes = closes_of(walk(kind, length, price=price))
    ticks = in_ticks(closes, price)
    theirs = talib.BBANDS(np.array(ticks), timeperiod=period)

    ours = bollinger(closes, period)

    # TA-Lib's variance is a difference of two large means, so that its root loses half the digits.
    size = 1e5 * max(ticks)
    assert_equal([one.upper for one in ours], theirs[0], PRICES[price][1], size)
    assert_equal([one.middle for one in ours], theirs[1], PRICES[price][1])
    assert_equal([one.lower for one in ours], theirs[2], PRICES[price][1], size)


@cases
def test_bollinger_bands_equal_numpy_more_closely(
    kind: str, price: str, length: int, period: int
) -> None:
    closes = closes_of(walk(kind, length, price=price))
    windows = np.lib.stride_tricks.sliding_window_view(in_ticks(closes, price), period)
    distance = 2 * windows.std(axis=1)

    ours = bollinger(closes, period)

    mean, places, size = windows.mean(axis=1), PRICES[price][1], windows.max()
    assert_equal([one.upper for one in ours], mean + distance, places, size)
    assert_equal([one.lower for one in ours], mean - distance, places, size)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("price", PRICES)
@pytest.mark.parametrize("periods", [(12, 26, 9), (3, 10, 16)])
def test_macd(kind: str, price: str, periods: tuple[int, int, int]) -> None:
    closes = closes_of(walk(kind, 500, price=price))
    ticks = in_ticks(closes, price)
    theirs = talib.MACD(np.array(ticks), *periods)

    ours = macds(closes, *periods)

    for line, column in zip(("macd", "signal", "histogram"), theirs, strict=True):
        assert_equal([getattr(one, line) for one in ours], column, PRICES[price][1], max(ticks))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("price", PRICES)
@pytest.mark.parametrize("period", [2, 14])
def test_normalised_true_ranges_once_the_seed_is_forgotten(
    kind: str, price: str, period: int
) -> None:
    candles = walk(kind, 1_000, price=price)
    scale = PRICES[price][1]
    high, low, close = (
        np.array([float(getattr(one, name).scaleb(scale)) for one in candles])
        for name in ("high", "low", "close")
    )

    ours = normalised_true_ranges(candles, period)

    theirs = talib.NATR(high, low, close, timeperiod=period)
    assert_equal(ours[-500:], theirs[-500:])


# Recorded values of real candles

COLUMNS = (
    *("rsi14", "sma20", "ema20", "ema50"),
    *("macd", "macd_signal", "macd_hist"),
    *("bb_upper", "bb_middle", "bb_lower"),
)


@cache
def lines_of(name: str) -> dict[str, Line]:
    """All our lines on one series, reckoned once for the tests of its columns."""
    closes = closes_of(reference_candles(name))
    crossing, bands = macds(closes), bollinger(closes, 20)
    return {
        "closes": closes,
        "rsi14": relative_strengths(closes, 14),
        "sma20": simple_means(closes, 20),
        "ema20": exponential_means(closes, 20),
        "ema50": exponential_means(closes, 50),
        "macd": [one.macd for one in crossing],
        "macd_signal": [one.signal for one in crossing],
        "macd_hist": [one.histogram for one in crossing],
        "bb_upper": [one.upper for one in bands],
        "bb_middle": [one.middle for one in bands],
        "bb_lower": [one.lower for one in bands],
    }


@pytest.mark.reference
@pytest.mark.parametrize("name", CANDLE_SERIES)
@pytest.mark.parametrize("column", COLUMNS)
def test_it_equals_the_recorded_values(name: str, column: str) -> None:
    lines = lines_of(name)
    closes, ours = lines["closes"], lines[column]
    expected = reference_values(name, column)

    largest = max(close for close in closes if close is not None)
    cancelling = largest * Decimal("1e-12") if column.startswith("macd") else Decimal(0)
    assert len(expected) > 980
    first = len(closes) - len(ours)
    for row, value in expected.items():
        found = ours[row - first]
        assert found is not None
        assert abs(found - value) <= abs(value) * Decimal("1e-9") + cancelling


@pytest.mark.reference
@pytest.mark.parametrize("name", CANDLE_SERIES)
def test_natr_equals_the_recorded_values(name: str) -> None:
    candles = reference_candles(name)
    ours = normalised_true_ranges(candles, 14)

    for row, value in reference_values(name, "natr14").items():
        if row > 400:  # recorded with TA-Lib's seed
            assert abs(ours[row - 13] / value - 1) <= Decimal("1e-9")
    for row, value in reference_values(name, "atr14_seed_tr0").items():
        share = 100 * value / candles[row].close
        assert abs(ours[row - 13] / share - 1) <= Decimal("1e-9")
