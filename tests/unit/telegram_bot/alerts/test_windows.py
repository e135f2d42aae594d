"""How far a price moved within a window."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from telegram_bot.alerts.windows import Extremes

prices = st.integers(min_value=1, max_value=50).map(Decimal)


@given(
    st.lists(st.tuples(st.integers(0, 20), prices, prices), min_size=1, max_size=40),
    st.integers(0, 60),
)
def test_the_extremes_are_those_of_every_price_that_is_recent_enough(
    steps: list[tuple[int, Decimal, Decimal]], window: int
) -> None:
    extremes, now = Extremes(window), 0
    kept: list[tuple[float, float, Decimal, Decimal]] = []
    for pause, one, other in steps:
        now += pause
        low, high = sorted((one, other))
        extremes.add(now - pause / 2, now, low, high)
        kept.append((now - pause / 2, now, low, high))

    for anchor in range(-1, now + 1, 7):
        recent = [entry for entry in kept if entry[1] >= now - window and entry[0] >= anchor]
        assert extremes.lowest(now, anchor) == min((it[2] for it in recent), default=None)
        assert extremes.highest(now, anchor) == max((it[3] for it in recent), default=None)


def test_a_move_within_the_window_counts_and_one_over_more_than_it_does_not() -> None:
    hour = Extremes(3_600)
    for minute, price in ((0, "100"), (30, "102.9")):
        hour.add(minute * 60, minute * 60, Decimal(price), Decimal(price))
    now = Decimal("103.1")

    assert hour.moves(59 * 60, 0, now, now, now) == (Decimal(0), Decimal("3.1"))
    later = hour.moves(61 * 60, 0, now, now, now)[1]
    assert Decimal("0.19") < later < Decimal("0.2")


def test_a_rise_inside_one_candle_counts_from_its_low_only_up_to_its_close() -> None:
    empty = Extremes(3_600)

    down, up = empty.moves(60, 0, Decimal(100), Decimal(110), Decimal(104))

    assert up == 4
    assert round(down, 2) == Decimal("-5.45")
