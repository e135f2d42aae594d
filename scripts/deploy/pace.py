"""Time as the tool needs it; tests bring a clock that moves when somebody sleeps."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The wall clock, and waiting."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
