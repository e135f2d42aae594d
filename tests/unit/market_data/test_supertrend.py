"""Supertrend by hand, and beside a slow one in exact fractions that follows its definition."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle
from market_data.indicators.supertrend import supertrend
from tests.support.candles import candle_lists, flat, series

TICK = Decimal("0.01")


class Slow:
    """Every column written out bar by bar, from nothing but the definition."""

    def __init__(self, bars: list[Candle], period: int, factor: int) -> None:
        self.bars, self.period, self.factor = bars, period, factor

    def range(self, bar: int) -> Fraction:
        high, low = Fraction(self.bars[bar].high), Fraction(self.bars[bar].low)
        if bar == 0:
            return high - low
        before = Fraction(self.bars[bar - 1].close)
        return max(high - low, abs(high - before), abs(low - before))

    def run(self) -> tuple[str, Fraction]:
        atr = sum((self.range(bar) for bar in range(self.period)), Fraction(0)) / self.period
        finals: list[tuple[Fraction, Fraction]] = []
        trends: list[str] = []
        for bar in range(self.period - 1, len(self.bars)):
            if bar >= self.period:
                atr = ((self.period - 1) * atr + self.range(bar)) / self.period
            middle = (Fraction(self.bars[bar].high) + Fraction(self.bars[bar].low)) / 2
            below, above = middle - self.factor * atr, middle + self.factor * atr
            if not finals:
                finals.append((below, above))
                trends.append("down")
                continue
            before = Fraction(self.bars[bar - 1].close)
            close = Fraction(self.bars[bar].close)
            lower, upper = finals[-1]
            if below > lower or before < lower:
                lower = below
            if above < upper or before > upper:
                upper = above
            finals.append((lower, upper))
            if trends[-1] == "down":
                trends.append("up" if close > upper else "down")
            else:
                trends.append("down" if close < lower else "up")
        return trends[-1], finals[-1][0] if trends[-1] == "up" else finals[-1][1]


def trend(bars: list[Candle], period: int = 1, multiple: int = 1) -> tuple[str, Decimal]:
    found = supertrend(bars, TICK, period=period, multiple=Decimal(multiple))
    assert found is not None
    return found.direction, found.flips_at


@given(candle_lists(min_size=11, max_size=60, decimals=st.integers(0, 6)))
def test_it_equals_the_slow_one(bars: list[Candle]) -> None:
    direction, level = Slow(bars, 10, 3).run()

    found = supertrend(bars, step=Decimal("1E-15"))

    if found is None:
        assert level <= 0
    else:
        assert found.direction == direction
        assert float(found.flips_at) == pytest.approx(float(level), rel=1e-9)


# With a period and a multiple of 1 the bands are the middle of the bar less and plus its range.
FIRST = (98, 102, 100)  # bands 96 and 104: the trend starts down


def test_it_starts_down_and_flips_up_at_a_close_above_the_upper_band() -> None:
    assert trend(series([FIRST, (100, 104, 104)])) == ("down", Decimal(104))
    # Range 10, middle 105: bands 95 and 115; the final ones stay at 96 and 104, and 106 is above.
    assert trend(series([FIRST, (100, 110, 106)])) == ("up", Decimal(96))


def test_a_band_that_was_not_crossed_only_tightens() -> None:
    calm = (99, 101, 100)  # bands 98 and 102
    wild = (95, 105, 100)  # bands 90 and 110

    assert trend(series([FIRST, calm])) == ("down", Decimal(102))
    assert trend(series([FIRST, calm, wild])) == ("down", Decimal(102))


def test_a_lower_band_rises_with_the_price_and_flips_down_at_a_close_below_it() -> None:
    up = [FIRST, (100, 110, 106), (106, 110, 110)]  # range 4, middle 108: lower band 104

    assert trend(series(up)) == ("up", Decimal(104))
    # The upper band, crossed by the 106, started anew at 112; range 10, middle 105 would be 115.
    assert trend(series([*up, (100, 110, 104)])) == ("up", Decimal(104))
    assert trend(series([*up, (100, 110, 103)])) == ("down", Decimal(112))


def test_the_lower_band_starts_anew_after_a_close_below_it() -> None:
    fallen = [FIRST, (90, 100, 92)]  # 92 closes below the lower band of 96, which then starts anew
    risen = [*fallen, (92, 120, 118)]  # range 28, middle 106: bands 78 and 134; upper stays 104

    assert trend(series(fallen)) == ("down", Decimal(104))
    assert trend(series(risen)) == ("up", Decimal(78))


def test_ten_candles_are_too_few() -> None:
    assert supertrend(flat(5, 10), TICK) is None
    found = supertrend(flat(5, 11), TICK)
    assert found is not None
    assert (found.period, found.direction) == (10, "down")
    assert found.multiple == 3 and found.flips_at == 5


def test_there_is_none_where_the_level_would_not_be_above_zero() -> None:
    rising = series([(10, 20, 15), (10, 200, 190)])  # bands 5 and 25, then up

    assert trend(rising) == ("up", Decimal(5))
    assert supertrend(rising, TICK, period=1, multiple=Decimal("1.5")) is None
