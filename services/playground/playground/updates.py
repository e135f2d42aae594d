"""Updates on their way to the bot: kept until it confirms them, handed out by long polling."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any

from playground.limits import POLL_SECONDS, UPDATES_AT_ONCE
from playground.refusals import OTHER_POLLER, conflict

Update = dict[str, Any]

KINDS = frozenset({"message", "edited_message", "callback_query", "inline_query", "my_chat_member"})
"""What the playground can produce; a bot may ask for less."""

_ONLINE_SECONDS = 5.0


class Updates:
    """The queue of one bot. Numbers rise by one and are never used twice.

    A bot remembers which it has seen, so those of the next start must be others: `first` says.
    """

    def __init__(self, on_presence: Callable[[bool], None], first: int = 100_000_001) -> None:
        self.allowed: frozenset[str] = frozenset()
        self.pending: deque[Update] = deque()
        self.arrived = asyncio.Event()
        self.closed = False
        self._next_id = first
        self._poll = 0
        self._polling = 0
        self._on_presence = on_presence
        self._online = False
        self._offline_timer: asyncio.TimerHandle | None = None

    @property
    def online(self) -> bool:
        """Whether the bot asked for updates a moment ago, or took one by webhook."""
        return self._online

    def push(self, kind: str, content: dict[str, Any]) -> None:
        """Queue an update, unless the bot said that it does not want this kind."""
        if self.allowed and kind not in self.allowed:
            return
        self.pending.append({"update_id": self._next_id, kind: content})
        self._next_id += 1
        self._wake()

    def allow(self, kinds: list[str] | None) -> None:
        """Remember which kinds the bot wants; None keeps the setting, empty means all."""
        if kinds is not None:
            self.allowed = frozenset(kinds)

    def confirm(self, offset: int) -> None:
        """Forget all updates before `offset`; a negative one keeps that many of the newest."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while offset > 0 and self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Update]:
        """Return up to `limit` updates; wait up to `timeout` seconds for the first.

        Raises:
            Refusal: 409 if another poll begins meanwhile; the later one wins, as at Telegram.
        """
        self._poll += 1
        self._wake()
        self.confirm(offset)
        self._polling += 1
        self.seen()
        try:
            await self._first_update(self._poll, min(max(timeout, 0), POLL_SECONDS))
        finally:
            self._polling -= 1
            self.seen()
        most = limit if 1 <= limit <= UPDATES_AT_ONCE else UPDATES_AT_ONCE
        return list(islice(self.pending, most))

    async def _first_update(self, poll: int, timeout: float) -> None:
        deadline = asyncio.get_running_loop().time() + timeout
        while not self.pending and not self.closed:
            try:
                async with asyncio.timeout_at(deadline):
                    await self.arrived.wait()
            except TimeoutError:
                return
            if self._poll != poll:
                conflict(OTHER_POLLER)

    def drop_pollers(self) -> None:
        """End a poll under way with 409: a webhook takes over."""
        self._poll += 1
        self._wake()

    def close(self) -> None:
        """End every wait: the program is going down."""
        self.closed = True
        if self._offline_timer:
            self._offline_timer.cancel()
        self._wake()

    def seen(self) -> None:
        """Note that the bot is there; it is gone some seconds after its last poll ended."""
        self._say(True)
        if self._offline_timer:
            self._offline_timer.cancel()
        if not self._polling and not self.closed:
            loop = asyncio.get_running_loop()
            self._offline_timer = loop.call_later(_ONLINE_SECONDS, self._say, False)

    def _wake(self) -> None:
        self.arrived.set()
        self.arrived.clear()

    def _say(self, online: bool) -> None:
        if online != self._online:
            self._online = online
            self._on_presence(online)
