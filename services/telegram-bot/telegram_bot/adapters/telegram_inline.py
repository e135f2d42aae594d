"""Inline queries: answered at once and beside everything else, or not at all.

A query comes with every letter that is typed and is worth nothing a few seconds later. So it takes
no lane, is not kept, and gives way to the same person's next one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
import structlog

from telegram_bot.adapters.telegram_outgoing import article
from telegram_bot.adapters.telegram_update import InlineQuery, read
from telegram_bot.ports import Offering, Speaker
from telegram_bot.work import Incoming, Tally

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 4.0
MOST_AT_ONCE = 64
_SIGN = b'"inline_query":{'


class AnswerInline(Protocol):
    """Sends results; see `HttpPost.answer_inline`."""

    async def __call__(self, query: str, results: Sequence[Mapping[str, Any]]) -> None: ...


class InlineAnswers:
    """Takes inline queries out of what Telegram brings."""

    def __init__(
        self,
        offering: Offering,
        answer: AnswerInline,
        tally: Tally,
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._offering = offering
        self._answer = answer
        self._tally = tally
        self._seconds = seconds
        self._at_work: dict[int, asyncio.Task[None]] = {}

    def take(self, updates: Sequence[Incoming]) -> list[Incoming]:
        """Begin to answer every inline query; return all other updates."""
        others: list[Incoming] = []
        for update in updates:
            query = _query(update.body) if _SIGN in update.body else None
            if query is None:
                others.append(update)
            else:
                self._begin(query)
        return others

    def close(self) -> None:
        """Let go of what is under way."""
        for task in self._at_work.values():
            task.cancel()

    def _begin(self, query: InlineQuery) -> None:
        self._tally.count("bot_inline_queries_total")
        person = query.from_user.id
        if (before := self._at_work.pop(person, None)) is not None:
            before.cancel()
        if len(self._at_work) >= MOST_AT_ONCE:
            self._tally.count("bot_inline_queries_passed_over_total")
            return
        task = asyncio.create_task(self._work(query), name="inline query")
        self._at_work[person] = task
        task.add_done_callback(lambda done: self._ended(person, done))

    def _ended(self, person: int, task: asyncio.Task[None]) -> None:
        if self._at_work.get(person) is task:
            del self._at_work[person]
        if not task.cancelled() and (error := task.exception()):
            log.error("an inline query failed", exc_info=error)

    async def _work(self, query: InlineQuery) -> None:
        user = query.from_user
        speaker = Speaker(user.id, user.id, private=False, told=user.language_code, inline=True)
        try:
            async with asyncio.timeout(self._seconds):
                offers = await self._offering.offers(query.query, speaker)
        except TimeoutError:
            self._tally.count("bot_inline_queries_late_total")
            return
        await self._answer(query.id, [article(*item) for item in enumerate(offers, 1)])


def _query(body: bytes) -> InlineQuery | None:
    try:
        return read(body).inline_query
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # whoever reads it for its lane says so
