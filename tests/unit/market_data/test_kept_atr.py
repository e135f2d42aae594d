"""A kept ATR and one recomputed over the whole window are the same number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle
from market_data.indicators.atr import KEPT_VALUES, KeptAtr, average_true_ranges
from tests.support.candles import candle_lists, flat, series

ROWS = [(10 + number % 7, 20 + number % 5, 17 + number % 3) for number in range(400)]


@given(candle_lists(min_size=13), st.integers(1, 12), st.data())
def test_advanced_in_any_steps_it_equals_the_recomputed_one(
    bars: list[Candle], period: int, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(period + 1, len(bars)), min_size=1).map(sorted))

    kept = KeptAtr.start(bars[: cuts[0]], period)
    for begin, end in zip(cuts, [*cuts[1:], len(bars)], strict=True):
        kept.advance(bars[begin:end])

    assert kept.values == average_true_ranges(bars, period)
    assert kept.value == kept.values[-1]
    assert kept.bars == len(bars)


def test_it_keeps_the_last_two_hundred_values() -> None:
    bars = series(ROWS)
    kept = KeptAtr.start(bars[:250], 14)

    for bar in bars[250:]:
        kept.advance([bar])

    assert len(kept.values) == KEPT_VALUES == 200
    assert kept.values == average_true_ranges(bars, 14)[-200:]


def test_it_knows_where_it_stands() -> None:
    bars = series(ROWS[:30])

    kept = KeptAtr.start(bars[:20], 14)
    kept.advance(bars[20:])

    assert (kept.period, kept.bars) == (14, 30)
    assert (kept.opened_at, kept.close) == (bars[-1].opened_at, bars[-1].close)


def test_nothing_new_changes_nothing() -> None:
    kept = KeptAtr.start(flat(5, 20), 14)

    kept.advance([])

    assert kept.bars == 20 and kept.value == 0


@pytest.mark.parametrize("wrong", [[19], [3], [21, 20], [20, 20], [20, 22, 21]])
def test_a_candle_that_is_not_newer_is_refused_and_nothing_has_changed(wrong: list[int]) -> None:
    bars = series(ROWS[:30])
    kept = KeptAtr.start(bars[:20], 14)

    with pytest.raises(ValueError, match="each once"):
        kept.advance([bars[number] for number in wrong])

    assert kept.values == average_true_ranges(bars[:20], 14)
    assert (kept.bars, kept.opened_at) == (20, bars[19].opened_at)


def test_it_does_not_start_on_too_few_candles() -> None:
    with pytest.raises(ValueError, match=r"ATR\(14\) needs 15 candles, not 14"):
        KeptAtr.start(flat(5, 14), 14)
