"""Longer candles from shorter ones: whole ones only, exact, weeks from Monday."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Candle, Timeframe
from common.wire import Gap
from market_data.indicators.resample import build, gaps, largest_dividing
from tests.support.candles import START, candle, candle_lists, flat, series, without

M1, M5, H1, H4, D1, W1 = (Timeframe(name) for name in ("1m", "5m", "1h", "4h", "1d", "1w"))
DAY = timedelta(days=1)


def closed(bars: list[Candle], timeframe: Timeframe) -> datetime:
    return bars[-1].opened_at + timeframe.length


def test_sixty_minutes_make_an_hour_to_the_last_digit() -> None:
    minutes = [
        candle(
            f"{100 - number}.0000000001",
            f"{200 + number}.5",
            150 + number,
            open=120 + number,
            volume=Decimal("0.1") if number else Decimal("1E+15"),
            at=START + number * M1.length,
        )
        for number in range(60)
    ]

    (hour,) = build(minutes, H1, M1, until=closed(minutes, M1))

    assert hour == candle(
        "41.0000000001", "259.5", 209, open=120, volume="1000000000000005.9", at=START
    )


def test_only_whole_candles_are_built() -> None:
    hours = flat(5, 14)[1:]  # 01:00 to 14:00: 00:00 is missing, 12:00 has two hours of four

    built = build(hours, H4, H1, until=closed(hours, H1))

    assert [one.opened_at.hour for one in built] == [4, 8]


def test_the_last_candle_is_whole_as_soon_as_its_time_is_over() -> None:
    hours = flat(5, 7)  # nobody traded at 07:00
    eight = START + timedelta(hours=8)

    assert len(build(hours, H4, H1, until=eight)) == 2
    assert len(build(hours, H4, H1, until=eight - timedelta(microseconds=1))) == 1


def test_weeks_open_on_monday() -> None:
    days = flat(5, 20, D1)[3:]  # from a Thursday

    weeks = build(days, W1, D1, until=START + 20 * DAY)

    assert [one.opened_at for one in weeks] == [START + 7 * DAY]
    assert weeks[0].opened_at.strftime("%A") == "Monday"
    assert weeks[0].volume == 7


def test_a_week_of_stock_prices_is_whole_with_five_days_and_with_a_holiday() -> None:
    weekdays = without(flat(5, 21, D1), 5, 6, 7, 12, 13, 19, 20)  # the second Monday off, too

    weeks = build(weekdays, W1, D1, until=START + 21 * DAY)

    assert [one.volume for one in weeks] == [5, 4, 5]
    assert [one.opened_at for one in weeks] == [START, START + 7 * DAY, START + 14 * DAY]


def test_a_span_without_any_candle_builds_none() -> None:
    hours = without(flat(5, 12), 4, 5, 6, 7)

    built = build(hours, H4, H1, until=closed(hours, H1))

    assert [one.opened_at.hour for one in built] == [0, 8]


def test_the_same_timeframe_builds_the_same_candles() -> None:
    hours = series([(1, 3, 2), (2, 4, 3)])

    assert build(hours, H1, H1, until=closed(hours, H1)) == hours
    assert build([], H4, H1, until=START) == []


@pytest.mark.parametrize(("timeframe", "source"), [("1h", "4h"), ("6h", "4h"), ("15m", "30m")])
def test_what_does_not_divide_is_refused(timeframe: str, source: str) -> None:
    with pytest.raises(ValueError, match=f"{timeframe} cannot be built from {source}"):
        build([], Timeframe(timeframe), Timeframe(source), until=START)


def test_candles_out_of_order_or_beside_the_grid_are_refused() -> None:
    hours = flat(5, 4)
    beside = [candle(5, 5, 5, at=START + timedelta(minutes=30))]

    for wrong in (hours[::-1], [*hours, hours[-1]]):
        with pytest.raises(ValueError, match="each once"):
            build(wrong, H4, H1, until=START + DAY)
    with pytest.raises(ValueError, match="a candle of 1h cannot open at 2026-01-05T00:30"):
        build(beside, H4, H1, until=START + DAY)
    with pytest.raises(ValueError, match="cannot open"):
        gaps(beside, H1)


@given(candle_lists(min_size=1, timeframe=M5))
def test_building_in_two_steps_gives_what_one_step_gives(bars: list[Candle]) -> None:
    until = closed(bars, M5)
    hours = build(bars, H1, M5, until)

    assert build(hours, H4, H1, until) == build(bars, H4, M5, until)
    assert sum(one.volume for one in hours) <= sum(bar.volume for bar in bars)


def test_gaps_name_the_first_and_the_last_missing_candle() -> None:
    hours = without(flat(5, 12), 3, 6, 7, 8)

    assert gaps(hours, H1) == [
        Gap(first=START + 3 * H1.length, last=START + 3 * H1.length, missing=1),
        Gap(first=START + 6 * H1.length, last=START + 8 * H1.length, missing=3),
    ]


def test_a_series_without_holes_has_no_gaps() -> None:
    assert gaps(flat(5, 12, W1), W1) == []
    assert gaps([], H1) == []


@given(st.sets(st.integers(1, 58)))
def test_candles_and_gaps_add_up(missing: set[int]) -> None:
    bars = without(flat(5, 60), *missing)

    assert sum(gap.missing for gap in gaps(bars, H1)) == len(missing)


@pytest.mark.parametrize(
    ("native", "wanted", "found"),
    [
        ("1m 5m 15m 1h 6h 1d", "4h", "1h"),
        ("1m 5m 15m 1h 6h 1d", "12h", "6h"),
        ("1m 5m 15m 1h 6h 1d", "30m", "15m"),
        ("1m 5m 15m 1h 6h 1d", "1w", "1d"),
        ("1m 5m 15m 1h 6h 1d", "1h", "1h"),
        ("1d", "4h", None),
        ("4h", "6h", None),
    ],
)
def test_a_timeframe_is_built_from_the_largest_that_divides_it(
    native: str, wanted: str, found: str | None
) -> None:
    for names in permutations(native.split()[:3]):
        listed = [Timeframe(name) for name in (*names, *native.split()[3:])]
        source = largest_dividing(listed, Timeframe(wanted))
        assert source == (Timeframe(found) if found else None)


def test_weeks_line_up_with_days_far_from_today() -> None:
    days = series([(1, 2, 1)] * 8, D1, start=datetime(1969, 12, 29, tzinfo=UTC))

    (week,) = build(days, W1, D1, until=closed(days, D1))

    assert week.opened_at == datetime(1969, 12, 29, tzinfo=UTC)
