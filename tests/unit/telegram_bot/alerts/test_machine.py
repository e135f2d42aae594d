"""When an alert fires, and what it does afterwards."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.market import Timeframe
from telegram_bot.alerts.bands import Band
from telegram_bot.alerts.machine import (
    Look,
    Step,
    anchored,
    first_state,
    is_beyond,
    react,
    wake,
    watched,
)
from telegram_bot.alerts.ranks import rank
from telegram_bot.alerts.rules import Alert, Kind, Measure, measure
from tests.support.alerts import STEP, alert, look, rule

HOUR = 3_600.0


def live(it: Alert, looks: list[Look]) -> tuple[Alert, list[float]]:
    """Show an alert looks in order; return it, and when it told something."""
    told = []
    for one in looks:
        step = react(it, one) or wake(it, one)
        if step is not None:
            it = step.alert
            if step.fires:
                told.append(one.at)
    return it, told


def test_a_price_already_beyond_must_come_back_before_it_can_cross() -> None:
    state = first_state(rule("60000"), Decimal(67_250))
    after, told = live(
        alert("60000", state=state), [look("67300", 1), look("59900", 2), look("60100", 3)]
    )

    assert state == "waiting" and told == [3] and after.state == "fired"


def test_a_wick_between_two_looks_counts() -> None:
    candle = look("67100", 60, begins=0, low="66900", high="70010")

    _, told = live(alert("70000"), [look("67000", 0.5), candle])

    assert told == [60]


def test_the_threshold_itself_is_a_cross_in_either_direction() -> None:
    assert live(alert("70000"), [look("70000.00", 1)])[1] == [1]
    assert live(alert("70000"), [look("69999.99", 1)])[1] == []
    assert live(alert("70000", "down"), [look("70000.01", 1), look("70000", 2)])[1] == [2]


def test_every_hour_fires_once_while_the_price_stays_and_again_on_a_new_cross_after_it() -> None:
    set_up = alert("70000", repeat="every", pause=HOUR)
    stays = [look("70100", minute * 60.0) for minute in range(10, 190, 10)]
    assert live(set_up, stays)[1] == [600]

    soon = [look("70100", 60), look("69900", 1_200), look("70100", 1_860)]
    late = [look("69900", 3_665), look("70100", 3_721)]
    assert live(set_up, soon)[1] == [60]
    assert live(set_up, [*soon, *late])[1] == [60, 3_721]


def test_a_reminder_repeats_while_the_price_is_beyond_and_then_waits_for_a_cross() -> None:
    set_up = alert("70000", repeat="remind", pause=HOUR)
    stays = [look("70100", minute * 60.0) for minute in range(10, 191, 10)]

    after, told = live(set_up, stays)
    assert [at / 60 for at in told] == [10, 70, 130, 190]

    after, told = live(after, [look("69000", 4 * HOUR + 700), look("70200", 4 * HOUR + 800)])
    assert after.state == "resting" and told == [4 * HOUR + 800]


def test_a_percentage_counts_from_its_anchor_and_anew_from_where_it_fired() -> None:
    five = anchored(rule(percent=Decimal(5), repeat="every", pause=300.0), Decimal(100), STEP)
    assert five.threshold == Decimal("105.00")

    step = react(replace(alert(), rule=five), look("106", 1))

    assert step is not None and step.fires == "up"
    assert (step.alert.rule.anchor, step.alert.rule.threshold) == (Decimal(106), Decimal("111.30"))


def test_a_threshold_counted_from_an_anchor_is_on_the_tick_and_never_nearer_than_asked() -> None:
    up = anchored(rule(percent=Decimal(5)), Decimal("100.01"), STEP)
    down = anchored(rule(direction="down", percent=Decimal(-5)), Decimal("100.01"), STEP)

    assert (up.threshold, down.threshold) == (Decimal("105.02"), Decimal("95.00"))


def test_a_candle_that_began_before_the_alert_counts_only_with_its_close() -> None:
    candle = look("67100", 60, begins=0, low="66900", high="70010")

    assert live(alert("70000", since=30.0), [candle])[1] == []
    assert live(alert("67050", since=30.0), [candle])[1] == [60]
    assert live(alert("67050", since=60.0), [candle])[1] == []


def test_back_and_across_within_one_candle_is_a_cross_only_if_it_closes_beyond() -> None:
    there = look("60100", 60, begins=0, low="59900", high="60200")
    here = look("59950", 60, begins=0, low="59900", high="60200")

    assert live(alert("60000", state="waiting"), [there])[1] == [60]
    after, told = live(alert("60000", state="waiting"), [here])
    assert told == [] and after.state == "armed"


@pytest.mark.parametrize(("up", "down"), [("2", None), ("1.99875", None), (None, "2")])
def test_a_breakout_counts_from_exactly_its_multiple(up: str | None, down: str | None) -> None:
    """ATR before is 800: 1,600 is 2 of them, 1,599 is not."""
    it = alert("2", "any", measure=measure(Kind.BREAKOUT, Timeframe.H4))
    one = Look(60, 60, -Decimal(down or 0), Decimal(up or 0), Decimal(0), Decimal(67_000))

    step = react(it, one)

    if up == "1.99875":
        assert step is None
    else:
        assert step is not None and step.fires == ("up" if up else "down")
        assert react(replace(step.alert, state="armed"), one) is None  # once a candle


def test_a_regime_is_armed_again_a_tenth_below() -> None:
    it = alert("1.5", measure=measure(Kind.REGIME, Timeframe.H4), state="waiting")

    assert react(it, look("1.36", 1)) is None
    step = react(it, look("1.34", 1))

    assert step is not None and step.alert.state == "armed" and step.fires is None


def test_an_alert_that_has_run_out_tells_nothing() -> None:
    assert react(alert(expires_at=10.0), look("80000", 9)) is not None
    assert react(alert(expires_at=10.0), look("80000", 10)) is None


def test_measures_are_stored_as_they_are_written() -> None:
    for text in ("price", "pct:1h", "atr_move:4h:14", "atr_pct:1d:14", "supertrend:4h"):
        assert Measure.parse(text).text == text


prices = st.decimals(min_value="0.01", max_value="200", places=2)
magnitudes = st.decimals(
    min_value="-1e20", max_value="1e20", allow_nan=False, allow_infinity=False
).filter(lambda value: value == 0 or abs(value) > Decimal("1e-29"))


@given(magnitudes, magnitudes)
def test_ranks_sort_as_their_values_do(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))

    assert rank(low) <= rank(high)
    assert -(2**63) < rank(low) and rank(high) < 2**63
    if high - low > abs(high) * Decimal("1e-15"):
        assert rank(low) < rank(high)


@given(
    prices,
    st.sampled_from(["up", "down"]),
    st.sampled_from(["armed", "waiting"]),
    prices,
    prices,
    prices,
)
def test_a_band_never_hides_a_look_that_matters(
    threshold: Decimal, direction: str, state: str, one: Decimal, two: Decimal, three: Decimal
) -> None:
    it = alert(str(threshold), direction, state=state)
    low, last, high = sorted((one, two, three))
    edge = watched(it)
    assert edge is not None
    band = Band(**{edge[0]: edge[1]})

    step = react(it, Look(1, 2, low, high, last, last))

    assert band.holds(low, high, 2) == (step is None)


@given(
    st.lists(st.tuples(prices, prices, prices), min_size=1, max_size=30),
    prices,
    st.sampled_from(["up", "down"]),
    st.sampled_from(["once", "every", "remind"]),
)
def test_every_fire_has_a_price_on_each_side(
    path: list[tuple[Decimal, Decimal, Decimal]], threshold: Decimal, direction: str, repeat: str
) -> None:
    looks = []
    for number, prices_then in enumerate(path):
        low, last, high = sorted(prices_then)
        looks.append(Look(number * 60.0, number * 60.0 + 60, low, high, last, last))
    pause = 0.0 if repeat == "once" else 300.0
    it = alert(str(threshold), direction, repeat=repeat, pause=pause)
    first = path[0][0]
    it = replace(it, state=first_state(it.rule, first))

    told: list[Look] = []
    for one in looks:
        step: Step | None = react(it, one) or wake(it, one)
        if step is not None and step.fires:
            told.append(one)
            assert is_beyond(it.rule, one.high if direction == "up" else one.low)
        it = step.alert if step is not None else it

    assert all(b.at - a.at >= pause for a, b in zip(told, told[1:], strict=False))
    assert len(told) <= 1 or repeat != "once"
