"""The arithmetic of axes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from telegram_bot.charts.scale import around, from_zero, round_values
from telegram_bot.charts.time_axis import moments

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
BERLIN = pytz.timezone("Europe/Berlin")


@settings(max_examples=50)
@given(
    st.floats(1e-9, 1e9),
    st.floats(1e-6, 10.0),
    st.integers(2, 8),
)
def test_an_axis_names_some_round_values_inside_its_range(
    low: float, share: float, most: int
) -> None:
    high = low * (1 + share)

    values, step = round_values(low, high, most)

    assert len(values) <= most + 1
    assert all(
        low <= float(value) * (1 + 1e-9) and float(value) <= high * (1 + 1e-9) for value in values
    )
    assert all(after - before == step for before, after in pairwise(values))
    assert str(step.normalize().as_tuple().digits) in ("(1,)", "(2,)", "(2, 5)", "(5,)")


def test_higher_values_lie_higher_and_none_leaves_its_panel() -> None:
    scale = around([10.0, 20.0], top=100, bottom=400)

    assert 100 < scale.pixel(20) < scale.pixel(10) < 400
    assert (scale.pixel(1e9), scale.pixel(-1e9)) == (100, 400)
    assert from_zero([], 0, 50).pixel(0) == 50


def _opened(hours: float, count: int = 120) -> list[datetime]:
    end = datetime(2026, 11, 21, 8, tzinfo=UTC)
    return [end - timedelta(hours=hours) * (count - number) for number in range(count)]


@pytest.mark.parametrize("hours", [1 / 60, 0.25, 1, 4, 12, 24, 168])
def test_a_time_axis_names_moments_that_do_not_touch(hours: float) -> None:
    marks = moments(_opened(hours), BERLIN, MONTHS, apart=132, place=lambda number: number * 9.2)

    assert 2 <= len(marks) <= 9
    assert all((after - before) * 9.2 >= 132 for (before, _), (after, _) in pairwise(marks))


def test_days_begin_at_the_readers_midnight() -> None:
    marks = moments(_opened(1, 48), BERLIN, MONTHS, apart=200, place=lambda number: number * 22)

    assert marks == [(3, "12:00"), (15, "20 Nov"), (27, "12:00"), (39, "21 Nov")]


def test_the_hour_that_comes_twice_in_autumn_is_drawn_twice() -> None:
    start = datetime(2026, 10, 24, 21, tzinfo=UTC)
    marks = moments(
        [start + timedelta(hours=number) for number in range(8)],
        BERLIN,
        MONTHS,
        10,
        lambda number: number * 140,
    )

    assert [word for _, word in marks][:5] == ["25 Oct", "01:00", "02:00", "03:00", "04:00"]
