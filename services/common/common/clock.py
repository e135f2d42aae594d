"""Where the time comes from: one port, so that tests, demos and replays bring their own."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a program asks instead of `datetime.now` and `time.monotonic`."""

    def now(self) -> datetime:
        """Return the wall time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back, for ages and time-outs."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FrozenClock:
    """A clock that stands still until it is moved; for tests and for `AS_OF`."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time, for example datetime(..., tzinfo=UTC)")
        self._at = at.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, by: timedelta | float) -> None:
        """Move both times forward by a `timedelta`, or by seconds."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        self._at += step
        self._monotonic += step.total_seconds()
