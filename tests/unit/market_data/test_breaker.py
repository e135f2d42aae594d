"""When an upstream is left alone, and when it is tried again."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from common.clock import FrozenClock
from market_data.resilience.breaker import Breaker

NOON = datetime(2024, 3, 13, 12, tzinfo=UTC)


def make() -> tuple[Breaker, FrozenClock]:
    clock = FrozenClock(NOON)
    return Breaker(clock), clock


def state(breaker: Breaker) -> str:
    return breaker.state


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.admit() == 0
        breaker.failed()


def test_five_failures_in_half_a_minute_open_it() -> None:
    breaker, _ = make()
    fail(breaker, 4)
    assert state(breaker) == "closed"

    fail(breaker, 1)

    assert (state(breaker), breaker.left, breaker.admit()) == ("open", 15, 15)


def test_failures_far_apart_do_not_open_it_while_most_calls_go_well() -> None:
    breaker, clock = make()
    for _ in range(20):
        fail(breaker, 1)
        breaker.succeeded()
        breaker.succeeded()
        clock.advance(10)

    assert state(breaker) == "closed"


def test_more_than_half_of_ten_calls_failing_open_it_however_slowly() -> None:
    breaker, clock = make()
    for n in range(9):
        fail(breaker, 1) if n % 2 == 0 else breaker.succeeded()
        clock.advance(20)
    assert state(breaker) == "closed"

    fail(breaker, 1)

    assert state(breaker) == "open"


def test_one_probe_goes_when_the_pause_is_over_and_closes_it() -> None:
    breaker, clock = make()
    fail(breaker, 5)
    clock.advance(15)

    assert state(breaker) == "half_open"
    assert (breaker.admit(), breaker.admit()) == (0, 1)

    breaker.succeeded()
    assert state(breaker) == "closed" and breaker.admit() == 0


def test_failed_probes_double_the_pause_up_to_five_minutes() -> None:
    breaker, clock = make()
    fail(breaker, 5)
    pauses = []
    for _ in range(7):
        pauses.append(breaker.left)
        clock.advance(breaker.left)
        fail(breaker, 1)

    assert pauses == [15, 30, 60, 120, 240, 300, 300]


def test_after_a_good_probe_the_pause_is_short_again() -> None:
    breaker, clock = make()
    fail(breaker, 5)
    clock.advance(15)
    fail(breaker, 1)
    clock.advance(30)
    breaker.admit()
    breaker.succeeded()

    fail(breaker, 5)

    assert breaker.left == 15


def test_a_probe_that_was_given_up_lets_the_next_one_go() -> None:
    breaker, clock = make()
    fail(breaker, 5)
    clock.advance(15)
    breaker.admit()
    breaker.gave_up()

    assert state(breaker) == "half_open" and breaker.admit() == 0


def test_an_upstream_that_turned_us_away_is_left_alone_for_as_long_as_it_said() -> None:
    breaker, clock = make()

    breaker.open_for(3_600)
    breaker.open_for(60)

    clock.advance(3_599)
    assert state(breaker) == "open"
    clock.advance(1)
    assert state(breaker) == "half_open"


def test_late_outcomes_of_calls_from_before_change_nothing() -> None:
    breaker, clock = make()
    fail(breaker, 5)
    breaker.succeeded()
    breaker.failed()

    assert breaker.left == 15
    clock.advance(15)
    breaker.succeeded()
    assert state(breaker) == "half_open"


@given(st.lists(st.tuples(st.sampled_from("sfgo"), st.floats(0, 400)), max_size=60))
def test_whatever_happens_it_lets_a_call_go_again_in_the_end(
    events: list[tuple[str, float]],
) -> None:
    breaker, clock = make()
    for event, pause in events:
        clock.advance(pause)
        if event == "o":
            breaker.open_for(pause)
        elif breaker.admit() == 0:
            {"s": breaker.succeeded, "f": breaker.failed, "g": breaker.gave_up}[event]()

    clock.advance(breaker.left + 0.001)
    assert breaker.admit() == 0
