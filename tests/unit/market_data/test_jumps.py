"""A jump of one source waits for a second one, or for a minute."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from common.clock import FrozenClock
from market_data.jumps import Jumps

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)
RANGE = Decimal(10)  # of a minute


class Scene:
    def __init__(self, good: str | None = "1000") -> None:
        self.clock = FrozenClock(NOON)
        self.jumps = Jumps(self.clock)
        if good:
            self.jumps.accept("BTC", Decimal(good), NOON)

    def believes(self, price: str, minute_range: Decimal | None = RANGE, **how: bool) -> bool:
        now = self.clock.now()
        return self.jumps.believes("BTC", Decimal(price), now, minute_range, **how)

    def good(self) -> Decimal | None:
        good = self.jumps.good("BTC")
        return good.price if good else None


@pytest.mark.parametrize(
    ("price", "believed"), [("1100", True), ("1100.01", False), ("899", False)]
)
def test_ten_ranges_of_a_minute_are_the_limit(price: str, believed: bool) -> None:
    assert Scene().believes(price) is believed


def test_the_limit_grows_with_the_root_of_time() -> None:
    scene = Scene()
    scene.clock.advance(timedelta(minutes=4))

    assert not scene.believes("1201", remember=False) and scene.believes("1200")


def test_where_nothing_moves_half_a_percent_still_passes() -> None:
    assert Scene().believes("1005", Decimal(0)) and not Scene().believes("1005.01", Decimal(0))


def test_without_known_ranges_five_percent_pass() -> None:
    assert Scene().believes("1050", None) and not Scene().believes("1051", None)


def test_the_first_price_and_one_after_a_long_silence_are_believed() -> None:
    assert Scene(good=None).believes("5000")
    scene = Scene()
    scene.clock.advance(901)
    assert scene.good() is None and scene.believes("5000")


def test_what_was_believed_is_the_next_measure() -> None:
    scene = Scene()

    assert scene.believes("1090") and scene.believes("1180")
    assert scene.good() == 1180


def test_a_second_source_settles_it() -> None:
    scene = Scene()
    assert not scene.believes("1300")
    scene.jumps.accept("BTC", Decimal(1300), NOON)

    assert scene.believes("1301")


def test_a_jump_that_stays_for_a_minute_is_a_move() -> None:
    scene = Scene()
    believed = []
    for _ in range(7):
        believed.append(scene.believes("1300"))
        scene.clock.advance(10)

    assert believed == [False] * 6 + [True]
    assert scene.good() == 1300


def test_one_answer_repeated_is_not_three() -> None:
    scene = Scene()
    for _ in range(20):
        assert not scene.jumps.believes("BTC", Decimal(2000), NOON, RANGE)
        scene.clock.advance(10)


def test_a_jump_elsewhere_starts_the_minute_anew() -> None:
    scene = Scene()
    for second in range(0, 120, 10):
        assert not scene.believes("3000" if second % 20 else "5000")
        scene.clock.advance(10)


def test_to_ask_without_remembering_changes_nothing() -> None:
    scene = Scene()
    assert scene.believes("1050", remember=False) and scene.good() == 1000
    for _ in range(10):
        assert not scene.believes("1300", remember=False)
        scene.clock.advance(10)


def test_a_close_of_some_minutes_ago_is_a_measure_too() -> None:
    scene = Scene(good=None)
    scene.jumps.accept("BTC", Decimal(1000), NOON - timedelta(minutes=9), age=540)

    assert scene.good() is None
    assert not scene.believes("1301") and scene.believes("1300")
