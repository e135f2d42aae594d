"""How often a bot may write: per chat, per group and, for broadcasts, altogether."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from playground.refusals import too_many_requests


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """Telegram's limits for sent and edited messages.

    Attributes:
        per_second: Average in one chat.
        burst: Messages that a chat may get at once; a person tapping buttons never meets 30.
        per_group_minute: Messages in any 60 seconds of a group.
        overall_per_second: All chats together in any second; None: not limited. Telegram's 30
            is meant for broadcasts, answers to people are not counted so strictly.
    """

    per_second: float = 1.0
    burst: int = 30
    per_group_minute: int = 20
    overall_per_second: int | None = None


class Flood:
    """Counts what was let through and refuses the rest."""

    def __init__(self, limits: FloodLimits | None, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._buckets: dict[int, tuple[float, float]] = {}
        self._groups: dict[int, deque[float]] = {}
        self._overall: deque[float] = deque()

    def admit(self, chat_id: int) -> None:
        """Count one message to a chat.

        Raises:
            Refusal: 429 with the whole seconds to wait; then nothing is counted.
        """
        if self._limits is None:
            return
        now = self._monotonic()
        tokens = self._tokens(chat_id, self._limits, now)
        waits = [(1.0 - tokens) / self._limits.per_second]
        group = self._groups.setdefault(chat_id, deque()) if chat_id < 0 else None
        if group is not None:
            waits.append(_wait(group, self._limits.per_group_minute, 60.0, now))
        if self._limits.overall_per_second is not None:
            waits.append(_wait(self._overall, self._limits.overall_per_second, 1.0, now))
        if max(waits) > 0:
            too_many_requests(max(1, math.ceil(max(waits))))
        self._buckets[chat_id] = (tokens - 1.0, now)
        if group is not None:
            group.append(now)
        if self._limits.overall_per_second is not None:
            self._overall.append(now)

    def _tokens(self, chat_id: int, limits: FloodLimits, now: float) -> float:
        burst = float(limits.burst)
        tokens, at = self._buckets.get(chat_id, (burst, now))
        return min(burst, tokens + (now - at) * limits.per_second)


def _wait(sent: deque[float], most: int, window: float, now: float) -> float:
    """Return the seconds until fewer than `most` of `sent` lie within the last `window`."""
    while sent and sent[0] <= now - window:
        sent.popleft()
    return sent[-most] + window - now if len(sent) >= most else 0.0
