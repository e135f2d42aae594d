"""Clocks: the machine's, and one that stands still."""

from datetime import UTC, datetime, timedelta

import pytest

from common.clock import FrozenClock, SystemClock


def test_the_machines_clock_is_aware_and_never_goes_back() -> None:
    clock = SystemClock()

    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


def test_a_frozen_clock_moves_both_times_when_told_to() -> None:
    clock = FrozenClock(datetime(2024, 1, 1, tzinfo=UTC))

    clock.advance(90)
    clock.advance(timedelta(minutes=1))

    assert clock.now() == datetime(2024, 1, 1, 0, 2, 30, tzinfo=UTC)
    assert clock.monotonic() == 150


def test_a_frozen_clock_refuses_a_naive_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        FrozenClock(datetime(2024, 1, 1))
