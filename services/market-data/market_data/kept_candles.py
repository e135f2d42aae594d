"""What is known of one series in memory: candles as they were published, and as they are answered.

Nothing here waits, so whoever holds it sees either all of a change or none.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count

from common.market import Candle, Timeframe
from market_data.filling import Mended, mend

MOST_ROWS = 5_000
_numbers = count(1)  # of versions and revisions, unlike all before them in this process


class KeptCandles:
    """Closed candles of one native series without a hole that could still be filled by asking.

    Attributes:
        start, end: Every candle with `start <= opened_at < end` is here.
        settled: Those that opened before it were read after they had settled.
        asked: The newest end ever asked for; a candle missing before it is looked for now and then.
        looked_at: When that was done last, by the monotonic clock.
        whole: True when nothing older exists upstream.
        version: Another number after every change.
        revision: Another number after a change of what may have been answered before: a candle
            that was corrected, or came late.
    """

    def __init__(self, timeframe: Timeframe, at: datetime) -> None:
        """Know nothing yet, up to `at`."""
        self.start = self.end = self.settled = self.asked = at
        self.looked_at = 0.0
        self.whole = False
        self.version = self.revision = next(_numbers)
        self._timeframe = timeframe
        self._candles: list[Candle] = []
        self._views: dict[bool, Mended] = {}

    def view(self, fill: bool) -> Mended:
        """All candles, short holes filled or not."""
        if fill not in self._views:
            self._views[fill] = mend(self._candles, self._timeframe, fill=fill)
        return self._views[fill]

    def before(self, end: datetime, fill: bool) -> int:
        """How many candles opened before `end`."""
        return bisect_left(self.view(fill).candles, end, key=opened_at)

    def older(self, rows: Sequence[Candle], start: datetime) -> None:
        """Take in everything from `start` up to what is known."""
        self._candles[:0] = rows
        self.start = start
        self._changed()

    def newer(self, rows: Sequence[Candle], end: datetime) -> int:
        """Take in everything up to `end`; rows before what is known correct it.

        Returns:
            How many candles were corrected.
        """
        place = bisect_left(rows, self.end, key=opened_at)
        corrected = self.correct(rows[:place])
        self._candles += rows[place:]
        self.end = end
        self._end_at_last()
        self._changed()
        return corrected

    def correct(self, rows: Iterable[Candle]) -> int:
        """Replace candles that differ and add those that were missing inside; return how many."""
        changed = 0
        for row in rows:
            if not self.start <= row.opened_at < self.end:
                continue
            index = bisect_left(self._candles, row.opened_at, key=opened_at)
            known = index < len(self._candles) and (self._candles[index].opened_at == row.opened_at)
            if known and self._candles[index] == row:
                continue
            self._candles[index : index + known] = [row]
            changed += 1
        if changed:
            self._changed()
            self.revision = self.version
        return changed

    def trim(self, most: int = MOST_ROWS) -> None:
        """Forget the oldest candles beyond so many."""
        if len(self._candles) > most:
            del self._candles[:-most]
            self.start, self.whole = self._candles[0].opened_at, False
            self._changed()
        self._end_at_last()

    def _end_at_last(self) -> None:
        """A missing last candle is not there yet: exchanges publish late."""
        if self._candles:
            self.end = min(self.end, self._candles[-1].opened_at + self._timeframe.length)

    def _changed(self) -> None:
        self.version = next(_numbers)
        self._views = {}


def opened_at(candle: Candle) -> datetime:
    """The key by which candles are in order."""
    return candle.opened_at
