"""A burst after a quiet spell, then a steady rate."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import FrozenClock
from market_data.resilience.token_bucket import TokenBucket

RATE, BURST = 8.0, 12.0


def frozen() -> FrozenClock:
    return FrozenClock(datetime(2025, 1, 1, tzinfo=UTC))


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    bucket = TokenBucket(RATE, BURST, frozen())

    waits = [bucket.take() for _ in range(15)]

    assert waits[:12] == [0.0] * 12
    assert waits[12:] == pytest.approx([0.125, 0.25, 0.375])


def test_a_quiet_spell_brings_a_burst_back_and_no_more() -> None:
    clock = frozen()
    bucket = TokenBucket(RATE, BURST, clock)
    for _ in range(20):
        bucket.take()

    clock.advance(3_600.0)

    assert [bucket.take() for _ in range(13)] == pytest.approx([0.0] * 12 + [0.125])


def test_a_call_may_weigh_more_than_one() -> None:
    bucket = TokenBucket(RATE, BURST, frozen())

    assert bucket.take(10) == 0
    assert bucket.take(20) == pytest.approx(18 / RATE)


def test_looking_at_the_wait_takes_nothing() -> None:
    bucket = TokenBucket(RATE, BURST, frozen())
    bucket.take(BURST)

    assert bucket.wait(4) == bucket.wait(4) == bucket.take(4) == pytest.approx(0.5)


def test_what_was_not_used_comes_back_and_never_more_than_a_burst() -> None:
    bucket = TokenBucket(RATE, BURST, frozen())
    bucket.take(BURST)
    bucket.give_back(4)

    assert bucket.take(4) == 0
    bucket.give_back(10 * BURST)
    assert bucket.wait(BURST + RATE) == pytest.approx(1.0)


def test_an_upstream_that_counts_more_than_we_do_is_believed() -> None:
    bucket = TokenBucket(RATE, BURST, frozen())

    bucket.leave(2)
    assert bucket.wait(3) == pytest.approx(1 / RATE)
    bucket.leave(-RATE)
    assert bucket.wait(1) == pytest.approx(1 + 1 / RATE)
    bucket.leave(BURST)
    assert bucket.wait(1) == pytest.approx(1 + 1 / RATE)  # it counts less: nothing to believe


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=200))
def test_no_second_ever_sees_more_than_the_burst_and_the_rate(pauses: list[float]) -> None:
    clock = frozen()
    bucket = TokenBucket(RATE, BURST, clock)
    used_at: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        used_at.append(clock.monotonic() + bucket.take())

    assert used_at == sorted(used_at)
    for first, since in enumerate(used_at):
        within = [at for at in used_at[first:] if at < since + 1.0]
        assert len(within) <= BURST + RATE + 1
