"""How often one chat may be written to, so that Telegram does not have to say it.

A private chat: one message a second on average, with room for a person who taps quickly, who gets
what `commands.pace` lets through. A group: twenty in any minute. Only the owner of a chat's lane
sends to it, so counting here is enough.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

_MOST_CHATS = 20_000


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """What a chat bears: `per_second` on average, `burst` at once, `per_group_minute`."""

    per_second: float = 1.0
    burst: int = 25
    per_group_minute: int = 20


@dataclass(slots=True)
class _Sent:
    tokens: float
    at: float
    times: deque[float] = field(default_factory=deque)


class Limits:
    """Counts what was sent to each chat."""

    def __init__(self, limits: ChatLimits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._chats: OrderedDict[int, _Sent] = OrderedDict()

    def wait(self, chat: int, *, leaving: int = 0) -> float:
        """Return the seconds until the chat bears another message; 0: now, and it is counted.

        Args:
            leaving: How many more it must bear besides, for those that matter more.
        """
        now = self._monotonic()
        limits = self._limits
        sent = self._chats.setdefault(chat, _Sent(limits.burst, now))
        self._chats.move_to_end(chat)
        if len(self._chats) > _MOST_CHATS:
            self._chats.popitem(last=False)
        sent.tokens = min(limits.burst, sent.tokens + (now - sent.at) * limits.per_second)
        sent.at = now
        pause = max(0.0, (1.0 + leaving - sent.tokens) / limits.per_second)
        if chat < 0:
            pause = max(pause, self._group_pause(sent, now, limits.per_group_minute - leaving))
        if pause <= 0:
            sent.tokens -= 1.0
            if chat < 0:
                sent.times.append(now)
        return pause

    @staticmethod
    def _group_pause(sent: _Sent, now: float, most: int) -> float:
        while sent.times and sent.times[0] <= now - 60.0:
            sent.times.popleft()
        if len(sent.times) < most:
            return 0.0
        return sent.times[-most] + 60.0 - now


class Stream:
    """At most so many broadcasts a second, all chats together."""

    def __init__(self, per_second: float, monotonic: Callable[[], float]) -> None:
        self.per_second = per_second
        self._monotonic = monotonic
        self._tokens = 0.0
        self._at = monotonic()

    def take(self) -> int:
        """Return how many may go now, and count them as gone."""
        now = self._monotonic()
        most = max(1.0, self.per_second)  # else one that has the smallest share never sends
        self._tokens = min(most, self._tokens + (now - self._at) * self.per_second)
        self._at = now
        whole = int(self._tokens)
        self._tokens -= whole
        return whole

    def give_back(self, unused: int) -> None:
        self._tokens += unused
