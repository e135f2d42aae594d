"""Which upstream is asked first, and that a change of it lasts for a while."""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from common.clock import Clock
from market_data.resilience.cache import Cache

STICKS_SECONDS = 60.0
Item = TypeVar("Item")


class Preference:
    """Whoever could not answer comes last for a minute: answers do not flap between upstreams."""

    def __init__(self, clock: Clock) -> None:
        self._passed_over: Cache[None] = Cache(clock, most=8_000)

    def pass_over(self, key: Hashable) -> None:
        """Ask the others first for a minute."""
        if not self._is_passed_over(key):
            self._passed_over.put(key, None)

    def order(self, items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[Item]:
        """Return the items in their order, those that were passed over behind the others."""
        return sorted(items, key=lambda item: self._is_passed_over(key(item)))

    def _is_passed_over(self, key: Hashable) -> bool:
        kept = self._passed_over.get(key)
        return kept is not None and kept.age < STICKS_SECONDS
