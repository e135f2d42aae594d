"""Trouble on demand: what the next calls of a method shall meet instead of an answer."""

from collections import deque
from dataclasses import dataclass
from typing import Any

ANY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One call's trouble.

    Attributes:
        status: HTTP status to answer with; None: answer as usual.
        description: Text of the answer, such as `Forbidden: bot was blocked by the user`.
        parameters: Beside the text, such as `{"retry_after": 3}` or `{"migrate_to_chat_id": -100}`.
        delay: Seconds to wait first.
        drop: Cut the connection in the middle of the answer.
        applied: Carry the call out although its answer is lost or wrong.
    """

    status: int | None = None
    description: str = ""
    parameters: dict[str, Any] | None = None
    delay: float = 0.0
    drop: bool = False
    applied: bool = False

    @property
    def replaces_the_answer(self) -> bool:
        return self.drop or self.status is not None


class Faults:
    """A queue of faults for each method; `*` is for whichever call comes next."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Fault]] = {}

    def add(self, method: str, *faults: Fault) -> None:
        """Plan a fault."""
        self._queues.setdefault(method.lower(), deque()).extend(faults)

    def clear(self) -> None:
        """Forget every planned fault."""
        self._queues.clear()

    def take(self, method: str) -> Fault | None:
        """Return and forget the fault that the next call of `method` meets."""
        for name in (method.lower(), ANY_METHOD):
            queue = self._queues.get(name)
            if queue:
                return queue.popleft()
        return None
