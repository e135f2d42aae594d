"""Answers kept for a while, bounded in number."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from common.clock import Clock

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Kept(Generic[Value]):
    """A value and the seconds since it was put in."""

    value: Value
    age: float


class Cache(Generic[Value]):
    """The last used `most` values, each with its age. The caller decides what is too old."""

    def __init__(self, clock: Clock, most: int = 1_000) -> None:
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()

    def get(self, key: Hashable) -> Kept[Value] | None:
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return Kept(found[1], self._clock.monotonic() - found[0])

    def put(self, key: Hashable, value: Value) -> None:
        self._kept[key] = (self._clock.monotonic(), value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        """Forget a value, if there is one."""
        self._kept.pop(key, None)
