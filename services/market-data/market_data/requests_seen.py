"""Requests that this service has answered, counted by route."""

from collections import Counter

from market_data.resilience.histogram import Histogram

BUCKETS = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds, upper bounds


class RequestsSeen:
    """Counts; a route is named as in the table of routes, so there are few of them.

    Attributes:
        in_flight: Requests right now.
        answered: By route and status.
        seconds: By route.
        kept: Bodies by what became of them: `hit`, `miss` or `not_modified`.
    """

    def __init__(self) -> None:
        self.in_flight = 0
        self.answered: Counter[tuple[str, int]] = Counter()
        self.seconds: dict[str, Histogram] = {}
        self.kept: Counter[str] = Counter()

    def add(self, route: str, status: int, seconds: float) -> None:
        self.answered[route, status] += 1
        histogram = self.seconds.get(route)
        if histogram is None:
            histogram = self.seconds[route] = Histogram(BUCKETS)
        histogram.add(seconds)
