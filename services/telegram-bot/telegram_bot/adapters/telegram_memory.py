"""Which of our messages answered which of theirs, for a quarter of an hour."""

from collections import OrderedDict

from common.clock import Clock

KEEP_SECONDS = 15 * 60.0
MOST_KEPT = 10_000


class AnswerMemory:
    """So that an edited command is answered by editing the answer. Lost with the process."""

    def __init__(self, clock: Clock, seconds: float = KEEP_SECONDS, most: int = MOST_KEPT) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._kept: OrderedDict[tuple[int, int], tuple[float, int]] = OrderedDict()

    def keep(self, chat: int, asked: int, answered: int) -> None:
        """Remember that our message `answered` answers their message `asked`."""
        self._kept[chat, asked] = (self._clock.monotonic(), answered)
        self._kept.move_to_end((chat, asked))
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def find(self, chat: int, asked: int) -> int | None:
        """Return our answer's id, or None when there was none or it is too long ago."""
        kept_at, answered = self._kept.get((chat, asked), (0.0, None))
        if answered is None or self._clock.monotonic() - kept_at > self._seconds:
            self._kept.pop((chat, asked), None)
            return None
        return answered
