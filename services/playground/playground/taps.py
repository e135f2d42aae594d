"""Button presses that wait for their answer."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from playground.chats import Chat
from playground.limits import CALLBACK_SECONDS
from playground.refusals import QUERY_TOO_OLD, bad_request


@dataclass(frozen=True, slots=True)
class Tap:
    """One press: where, and when on the monotonic clock."""

    chat: Chat
    message_id: int
    tapped_at: float


class Taps:
    """By the id that the bot answers; each is answered once and in time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._waiting: dict[str, Tap] = {}

    def add(self, chat: Chat, message_id: int) -> str:
        """Remember a press and return its id."""
        self._forget_old_ones()
        query_id = str(secrets.randbelow(9 * 10**18) + 10**18)
        self._waiting[query_id] = Tap(chat, message_id, self._monotonic())
        return query_id

    def take(self, query_id: str) -> Tap:
        """Return the press that waits for this answer, and forget it.

        Raises:
            Refusal: 400 if it was answered, is too old or never happened.
        """
        self._forget_old_ones()
        if query_id not in self._waiting:
            bad_request(QUERY_TOO_OLD)
        return self._waiting.pop(query_id)

    def _forget_old_ones(self) -> None:
        oldest = self._monotonic() - CALLBACK_SECONDS
        while self._waiting:
            first = next(iter(self._waiting))
            if self._waiting[first].tapped_at >= oldest:
                return
            del self._waiting[first]
