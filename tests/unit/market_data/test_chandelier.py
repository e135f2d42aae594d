"""Chandelier exits, beside an oracle on numpy."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle
from market_data.indicators.chandelier import chandelier
from tests.support.candles import candle_lists, flat, series


def by_numpy(bars: list[Candle], period: int, multiple: float) -> tuple[float, float]:
    """The exits from arrays: ranges by a three-way maximum, smoothed from their first mean."""
    high, low, close = (
        np.array([float(getattr(bar, name)) for bar in bars]) for name in ("high", "low", "close")
    )
    ranges = high - low
    ranges[1:] = np.maximum.reduce(
        [high[1:] - low[1:], np.abs(high[1:] - close[:-1]), np.abs(low[1:] - close[:-1])]
    )
    atr = ranges[:period].mean()
    for one in ranges[period:]:
        atr += (one - atr) / period
    return (
        float(high[-period:].max() - multiple * atr),
        float(low[-period:].min() + multiple * atr),
    )


@given(candle_lists(min_size=23, max_size=50, decimals=st.integers(0, 6)))
def test_it_equals_the_oracle(bars: list[Candle]) -> None:
    long, short = by_numpy(bars, 22, 3.0)
    largest = float(max(bar.high for bar in bars))

    exits = chandelier(bars, step=Decimal("1E-12"))

    if exits is None:
        assert long <= 1e-9 * largest
    else:
        assert float(exits.long) == pytest.approx(long, abs=1e-9 * largest)
        assert float(exits.short) == pytest.approx(short, abs=1e-9 * largest)


def test_it_hangs_three_ranges_below_the_highest_high_of_the_last_bars() -> None:
    bars = series([(90, 990, 100)] + [(98, 102, 100)] * 300 + [(98, 106, 100)])

    exits = chandelier(bars, step=Decimal("0.01"))

    assert exits is not None
    assert exits.period == 22 and exits.multiple == 3
    # ATR(22) settled at 4; the last range of 8 lifts it to (21 * 4 + 8) / 22 = 4.1818.
    assert (f"{exits.long}", f"{exits.short}") == ("93.45", "110.55")


def test_twenty_two_candles_are_too_few() -> None:
    assert chandelier(flat(5, 22), step=Decimal("0.01")) is None
    assert chandelier(flat(5, 23), step=Decimal("0.01")) is not None


def test_a_market_that_does_not_move_has_both_exits_at_its_price() -> None:
    exits = chandelier(flat("0.0000000012", 30), step=Decimal("1E-10"))

    assert exits is not None
    assert exits.long == exits.short == Decimal("0.0000000012")


def test_there_are_none_where_the_long_exit_would_not_be_above_zero() -> None:
    assert chandelier(series([(1, 100, 50)] * 23), step=Decimal("0.01")) is None
