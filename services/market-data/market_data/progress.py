"""How far a long job has come, on one line that a person can follow."""

from datetime import datetime, timedelta
from typing import TextIO

from common.clock import Clock

_ON_SCREEN = 0.1  # seconds between two states of the line
_IN_A_FILE = 10.0


class Progress:
    """Percent, number, speed and the time that is left; plain lines where nobody watches."""

    def __init__(self, stream: TextIO, clock: Clock, *, total: int, done: int) -> None:
        """Start the watch.

        Args:
            total: Candles that the job is about.
            done: Those of them that were there before.
        """
        self._stream = stream
        self._clock = clock
        self._total = max(1, total)
        self._done = self._before = done
        self._began = clock.monotonic()
        self._shown_at = -_IN_A_FILE
        self._watched = stream.isatty()
        self._width = 0

    def tell(self, done: int, at: datetime) -> None:
        """Show the state.

        Args:
            done: Candles of the total that need no more asking.
            at: How far in time that is.
        """
        self._done = done
        now = self._clock.monotonic()
        pause = _ON_SCREEN if self._watched else _IN_A_FILE
        if done >= self._total or now - self._shown_at >= pause:
            self._shown_at = now
            self._show(self._line(now, at))

    def note(self, text: str) -> None:
        """Say something that is not progress, such as why it stands still."""
        self._show(text)
        self.end()

    def end(self) -> None:
        """Leave the line."""
        if self._watched and self._width:
            self._stream.write("\n")
            self._stream.flush()
            self._width = 0

    def _line(self, now: float, at: datetime) -> str:
        speed = (self._done - self._before) / max(now - self._began, 0.001)
        left = (self._total - self._done) / speed if speed > 0 else None
        ahead = "" if left is None else f"  {_duration(left)} left"
        return (
            f"{min(100, 100 * self._done // self._total):3d} %  {self._done:,} of "
            f"{self._total:,} candles  {speed:,.0f}/s{ahead}  {at:%Y-%m-%d %H:%M}"
        )

    def _show(self, line: str) -> None:
        if self._watched:
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()


def _duration(seconds: float) -> str:
    """Hours, minutes and seconds.

    >>> _duration(37.2), _duration(3_700)
    ('0:00:37', '1:01:40')
    """
    return str(timedelta(seconds=round(min(seconds, 8_639_999))))
