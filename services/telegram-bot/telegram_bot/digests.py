"""Who wants a digest at which local time, and who keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Protocol

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Digest:
    """One chat's digest.

    Attributes:
        at: Local time, to the minute.
        weekdays: 0 is Monday.
        zone: The name of the time zone that `due` was worked out in.
        due: When the next one is, aware UTC.
        day: The local day that the next one is for.
        last: The local day of the last one that was sent or given up.
    """

    chat: int
    at: time
    weekdays: frozenset[int]
    zone: str
    due: datetime
    day: date
    last: date | None = None


class Digests(Protocol):
    """Knows each chat's digest."""

    async def digest(self, chat: int) -> Digest | None: ...

    async def put(self, digest: Digest) -> None:
        """Keep it in place of the chat's last one."""
        ...

    async def stop(self, chat: int) -> bool:
        """Forget it; say whether there was one."""
        ...

    async def waiting(self, now: datetime, most: int) -> Sequence[Digest]:
        """Return what is due, the longest waiting first, and what stands on another zone by now."""
        ...

    async def advance(self, before: Digest, after: Digest) -> bool:
        """Put `after` in the place of `before`; False when that was changed meanwhile."""
        ...


class PassingDigests:
    """`Digests` that lasts no longer than the program, and knows nothing of changed zones."""

    def __init__(self) -> None:
        self._digests: dict[int, Digest] = {}

    async def digest(self, chat: int) -> Digest | None:
        return self._digests.get(chat)

    async def put(self, digest: Digest) -> None:
        self._digests[digest.chat] = digest

    async def stop(self, chat: int) -> bool:
        return self._digests.pop(chat, None) is not None

    async def waiting(self, now: datetime, most: int) -> Sequence[Digest]:
        due = [digest for digest in self._digests.values() if digest.due <= now]
        return sorted(due, key=lambda digest: digest.due)[:most]

    async def advance(self, before: Digest, after: Digest) -> bool:
        if self._digests.get(before.chat) != before:
            return False
        self._digests[before.chat] = replace(after, chat=before.chat)
        return True
