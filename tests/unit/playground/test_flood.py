"""Flood limits: a person never meets them, a broadcast does."""

from datetime import UTC, datetime

import pytest

from common.clock import FrozenClock
from playground.flood import Flood, FloodLimits
from playground.refusals import Refusal

PERSON, OTHER, GROUP = 1001, 1002, -5


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 1, 2, tzinfo=UTC))


def wait(flood: Flood, chat: int) -> int:
    """Return the seconds that one more message would have to wait; 0 if it went through."""
    try:
        flood.admit(chat)
    except Refusal as refused:
        assert refused.status == 429
        assert refused.parameters is not None
        seconds: int = refused.parameters["retry_after"]
        assert refused.description == f"Too Many Requests: retry after {seconds}"
        return seconds
    return 0


def test_a_burst_passes_and_then_one_a_second(clock: FrozenClock) -> None:
    flood = Flood(FloodLimits(burst=3), clock.monotonic)

    assert [wait(flood, PERSON) for _ in range(4)] == [0, 0, 0, 1]
    clock.advance(1)
    assert [wait(flood, PERSON) for _ in range(2)] == [0, 1]


def test_chats_do_not_slow_each_other(clock: FrozenClock) -> None:
    flood = Flood(FloodLimits(burst=1), clock.monotonic)

    assert [wait(flood, PERSON), wait(flood, OTHER), wait(flood, PERSON)] == [0, 0, 1]


def test_waiting_as_told_is_enough(clock: FrozenClock) -> None:
    flood = Flood(FloodLimits(per_second=0.3, burst=1), clock.monotonic)
    wait(flood, PERSON)

    clock.advance(wait(flood, PERSON))

    assert wait(flood, PERSON) == 0


def test_a_group_gets_twenty_a_minute(clock: FrozenClock) -> None:
    flood = Flood(FloodLimits(burst=100), clock.monotonic)
    for _ in range(20):
        assert wait(flood, GROUP) == 0
        clock.advance(1)

    assert wait(flood, GROUP) == 40
    clock.advance(40)
    assert wait(flood, GROUP) == 0


def test_all_chats_together_may_be_limited(clock: FrozenClock) -> None:
    flood = Flood(FloodLimits(overall_per_second=2), clock.monotonic)

    assert [wait(flood, chat) for chat in (1, 2, 3)] == [0, 0, 1]
    clock.advance(1)
    assert wait(flood, 3) == 0


def test_no_limits_are_no_limits(clock: FrozenClock) -> None:
    flood = Flood(None, clock.monotonic)

    assert sum(wait(flood, PERSON) for _ in range(1000)) == 0
