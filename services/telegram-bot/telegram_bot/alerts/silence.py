"""Markets that do not answer: when each is asked again, and when it is given up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Key = TypeVar("Key")
Why = Literal["not listed", "no prices"]

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0  # seconds
UNLISTED_FOR = 600.0  # a service that has just begun may not know all of its markets
WITHOUT_PRICES_FOR = 86_400.0
_OTHERS_ANSWER = 600.0  # within which another market must have answered, or nothing does


@dataclass(slots=True)
class _Silent:
    since: float
    unlisted_since: float | None
    pause: float
    next: float
    given_up: bool = False


class Silence(Generic[Key]):
    """Asks who is silent ever more rarely; gives up, once, who will not answer."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Go by a clock in UTC seconds."""
        self._now = now
        self._silent: dict[Key, _Silent] = {}
        self._asked: dict[Key, float] = {}
        self._answered = 0.0

    def forget(self, key: Key) -> None:
        """Ask at once."""
        self._silent.pop(key, None)
        self._asked.pop(key, None)

    def may_ask(self, key: Key) -> bool:
        """Say whether it is time to ask."""
        silent = self._silent.get(key)
        due = silent.next if silent is not None else self._asked.get(key, 0.0) + FIRST_PAUSE
        return due <= self._now()

    def asks(self, key: Key) -> None:
        """Note that it is asked now."""
        self._asked[key] = self._now()

    def answers(self, key: Key) -> None:
        """Note that it has answered."""
        self._silent.pop(key, None)
        self._answered = self._now()

    def fails(self, key: Key, *, unlisted: bool) -> Why | None:
        """Note that it has not; return why it is given up, where that is so for the first time."""
        now = self._now()
        silent = self._silent.setdefault(key, _Silent(now, None, FIRST_PAUSE, now))
        silent.next, silent.pause = now + silent.pause, min(LONGEST_PAUSE, 2 * silent.pause)
        if not unlisted:
            silent.unlisted_since = None
        elif silent.unlisted_since is None:
            silent.unlisted_since = now
        why = None if silent.given_up else self._given_up(silent, now)
        silent.given_up = silent.given_up or why is not None
        return why

    def _given_up(self, silent: _Silent, now: float) -> Why | None:
        if silent.unlisted_since is not None and now - silent.unlisted_since >= UNLISTED_FOR:
            return "not listed"
        others_answer = now - self._answered <= _OTHERS_ANSWER
        return "no prices" if others_answer and now - silent.since >= WITHOUT_PRICES_FOR else None
