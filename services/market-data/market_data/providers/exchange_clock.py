"""How far our clock runs ahead of an exchange's, by the dates on its answers."""

from collections import deque
from datetime import datetime

import structlog

from market_data.providers.exchange_manners import read_date

_ROUNDED = 1.0  # seconds: a date has no fraction
_LEAST, _MOST = 2.0, 600.0  # less is no trouble; more is no clock, but a date from elsewhere
_ANSWERS = 8  # the youngest of so many says it best
log = structlog.get_logger(__name__)


class Ahead:
    """A candle that has closed by our clock alone is still forming at the exchange.

    An answer that was kept on its way only makes us wait longer for a close.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: deque[float] = deque(maxlen=_ANSWERS)
        self._told = False

    @property
    def seconds(self) -> float:
        """0 where it is little, and where it runs behind."""
        least = min(self._seen, default=0.0)
        return least if _LEAST < least < _MOST else 0.0

    def note(self, date: str, sent_at: datetime) -> None:
        """Take note of an answer's `Date`.

        Args:
            sent_at: When it was asked for, by our clock: no answer is older than its question,
                however slow it is.
        """
        at = read_date(date) if date else None
        if at is None:
            return
        self._seen.append((sent_at - at).total_seconds() - _ROUNDED)
        if (self.seconds > 0) != self._told:
            self._told = not self._told
            log.warning("clock_ahead", provider=self._name, seconds=round(self.seconds, 1))
