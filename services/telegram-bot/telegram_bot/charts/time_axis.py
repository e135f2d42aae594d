"""Which moments an axis names, and how: in the reader's zone."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

_Mark = tuple[int, str]
_Key = Callable[[datetime], object]
_HOURS = (1, 2, 3, 4, 6, 12)
_MINUTES = (5, 10, 15, 30)


def moments(
    opened_at: Sequence[datetime],
    zone: tzinfo,
    months: Sequence[str],
    apart: float,
    place: Callable[[int], float],
) -> list[_Mark]:
    """Return the bars to name, with their words, none closer than `apart` points to the next.

    Args:
        opened_at: Aware, oldest first.
        months: Twelve short names.
        place: Returns where a bar is, in points from the left.
    """
    local = [at.astimezone(zone) for at in opened_at]
    for key, write in _levels(months):
        found = [
            number
            for number in range(1, len(local))
            if key(local[number]) != key(local[number - 1])
        ]
        steps = [place(after) - place(before) for before, after in zip(found, found[1:])]
        if found and min(steps, default=apart) >= apart:
            return [(number, write(local[number], local[number - 1])) for number in found]
    return []


def _levels(months: Sequence[str]) -> list[tuple[_Key, Callable[[datetime, datetime], str]]]:
    """From fine to coarse: what must differ between neighbours, and what is written then."""

    def day(at: datetime) -> str:
        return f"{at.day} {months[at.month - 1]}"

    def clock(at: datetime, before: datetime) -> str:
        return f"{at:%H:%M}" if at.date() == before.date() else day(at)

    def date(at: datetime, before: datetime) -> str:
        return day(at) if at.year == before.year else str(at.year)

    def month(at: datetime, before: datetime) -> str:
        return months[at.month - 1] if at.year == before.year else str(at.year)

    def year(at: datetime, before: datetime) -> str:
        return str(at.year)

    return [
        *((_minutes(size), clock) for size in _MINUTES),
        *((_hours(size), clock) for size in _HOURS),
        *((_days(size), date) for size in (1, 2, 5, 10)),
        *((_months(size), month) for size in (1, 2, 3, 6)),
        *((_years(size), year) for size in (1, 2, 5, 10)),
    ]


def _minutes(size: int) -> _Key:
    return lambda at: (at.date(), at.hour, at.minute // size)


def _hours(size: int) -> _Key:
    return lambda at: (at.date(), at.hour // size)


def _days(size: int) -> _Key:
    # The month starts a new count, and its rest of a day or two belongs to the last one.
    return lambda at: (at.year, at.month, min((at.day - 1) // size, max(0, 30 // size - 1)))


def _months(size: int) -> _Key:
    return lambda at: (at.year, (at.month - 1) // size)


def _years(size: int) -> _Key:
    return lambda at: at.year // size
