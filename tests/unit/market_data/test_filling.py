"""The gap policy: quiet candles are filled flat, outages never."""

from datetime import datetime
from decimal import Decimal
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle, Timeframe
from market_data.filling import MOST_FILLED, mend
from market_data.indicators.atr import average_true_ranges
from market_data.indicators.resample import gaps
from tests.support.candles import candle_lists, series, without
from tests.support.reference import CANDLE_SERIES, reference_candles

H1 = Timeframe.H1
ROWS = [(10 + n % 7, 30 + n % 5, 20 + n % 3) for n in range(60)]


def runs(times: list[datetime], timeframe: Timeframe) -> list[int]:
    """Lengths of the stretches of neighbours."""
    places = enumerate(times)
    stretches = groupby(places, lambda pair: pair[1] - pair[0] * timeframe.length)
    return [len(list(stretch)) for _, stretch in stretches]


@given(candle_lists(timeframe=H1))
def test_only_runs_of_one_or_two_are_filled_and_the_rest_is_told(candles: list[Candle]) -> None:
    mended = mend(candles, H1)

    made_up = set(mended.filled)
    assert [one for one in mended.candles if one.opened_at not in made_up] == candles
    assert all(run <= MOST_FILLED for run in runs(list(mended.filled), H1))
    assert list(mended.gaps) == [gap for gap in gaps(candles, H1) if gap.missing > MOST_FILLED]
    assert list(mended.gaps) == gaps(mended.candles, H1)


@given(candle_lists(timeframe=H1))
def test_filled_candles_stand_still_at_the_close_before_them(candles: list[Candle]) -> None:
    mended = mend(candles, H1)

    made_up = set(mended.filled)
    for before, after in pairwise(mended.candles):
        if after.opened_at in made_up:
            assert {after.open, after.high, after.low, after.close} == {before.close}
            assert after.volume == 0 and after.opened_at - before.opened_at == H1.length


@given(candle_lists(timeframe=H1))
def test_nothing_is_filled_where_nobody_wants_it(candles: list[Candle]) -> None:
    mended = mend(candles, H1, fill=False)

    assert mended.candles == candles and mended.filled == []
    assert list(mended.gaps) == gaps(candles, H1)


def test_nothing_is_made_up_before_the_first_or_after_the_last_candle() -> None:
    assert mend([], H1).candles == []
    assert mend(series(ROWS[:1]), H1).candles == series(ROWS[:1])


@given(st.integers(1, 50), st.integers(3, 8))
def test_an_outage_lowers_no_atr(first: int, length: int) -> None:
    candles = without(series(ROWS), *range(first, first + length))

    mended = mend(candles, H1)

    if first + length < len(ROWS):
        assert [gap.missing for gap in mended.gaps] == [length]
    assert average_true_ranges(mended.candles, 5) == average_true_ranges(candles, 5)


@pytest.mark.reference
@pytest.mark.parametrize("name", CANDLE_SERIES)
def test_real_series_keep_every_candle_and_every_outage(name: str) -> None:
    candles = reference_candles(name)
    timeframe = Timeframe.parse(name.rpartition("_")[2])

    mended = mend(candles, timeframe)

    missing = gaps(candles, timeframe)
    made_up = set(mended.filled)
    assert [one for one in mended.candles if one.opened_at not in made_up] == candles
    assert len(mended.filled) == sum(gap.missing for gap in missing if gap.missing <= 2)
    assert list(mended.gaps) == [gap for gap in missing if gap.missing >= 3]
    expected = {"bittrex_ADA-BTC_5m": (3, 2), "freqtrade_UNITTEST-BTC_1m": (579, 37)}
    assert (len(mended.filled), len(mended.gaps)) == expected.get(name, (0, 0))


@pytest.mark.reference
def test_atr_after_a_real_outage_is_what_trading_says_and_not_lower() -> None:
    candles = reference_candles("bittrex_ADA-BTC_5m")
    timeframe = Timeframe.M5
    outage = max(gaps(candles, timeframe), key=lambda gap: gap.missing)
    after = next(n for n, one in enumerate(candles) if one.opened_at > outage.last)
    window = candles[after - 250 : after + 1]

    as_answered = average_true_ranges(mend(window, timeframe).candles, 14)[-1]
    outages_left = average_true_ranges(_filled(window, timeframe, most=2), 14)[-1]
    all_filled = average_true_ranges(_filled(window, timeframe, most=99), 14)[-1]

    assert outage.missing == 33 and as_answered == outages_left
    assert all_filled < as_answered * 2 / 3  # what flat candles would have made of it


def _filled(candles: list[Candle], timeframe: Timeframe, most: int) -> list[Candle]:
    """The policy once more, written another way."""
    filled = candles[:1]
    for candle in candles[1:]:
        close, length = filled[-1].close, timeframe.length
        openings = []
        at = filled[-1].opened_at + length
        while at < candle.opened_at:
            openings.append(at)
            at += length
        if len(openings) <= most:
            filled += [Candle(at, close, close, close, close, Decimal(0)) for at in openings]
        filled.append(candle)
    return filled
