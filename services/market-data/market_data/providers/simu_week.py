"""How lively a crypto market is over the week: variance by hour, in UTC.

Shape taken from hourly moves of real markets: busiest when New York opens, quietest at 4 UTC, calm
weekends. The epoch was a Thursday, so the week here runs from Thursday to Wednesday.
"""

from itertools import accumulate

HOUR = 3_600
_WEEK_HOURS = 168

# Mean absolute move by hour of the day, from 0 UTC, against the day's mean.
_DAY = (
    *(1.02, 0.92, 0.84, 0.77, 0.73, 0.76, 0.82, 0.90, 0.97, 1.00, 1.00, 1.02),
    *(1.10, 1.27, 1.36, 1.34, 1.26, 1.17, 1.10, 1.06, 1.04, 1.02, 1.00, 1.00),
)
# Thursday, Friday, Saturday, Sunday, Monday, Tuesday, Wednesday.
_WEEK = (1.08, 1.08, 0.73, 0.82, 1.05, 1.08, 1.10)

_UNTIL = (0.0, *accumulate((hour * day) ** 2 for day in _WEEK for hour in _DAY))


def activity(start: int, end: int) -> float:
    """Share of the variance that falls between two instants, up to a constant.

    Args:
        start, end: Epoch seconds; full hours, or both within one hour.
    """
    if end - start <= HOUR:
        return float(end - start)
    return _since_epoch(end // HOUR) - _since_epoch(start // HOUR)


def _since_epoch(hours: int) -> float:
    weeks, rest = divmod(hours, _WEEK_HOURS)
    return weeks * _UNTIL[_WEEK_HOURS] + _UNTIL[rest]
