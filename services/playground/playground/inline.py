"""Inline mode: what the person types behind the bot's name, in any chat, and what comes of it."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playground.chats import Chat
from playground.limits import CALLBACK_SECONDS, INLINE_QUERY_UNITS
from playground.refusals import QUERY_TOO_OLD, bad_request

_MOST_KEPT = 1_000

Result = dict[str, Any]


@dataclass(slots=True)
class Query:
    """What was typed, where, and when on the monotonic clock; results once the bot has answered."""

    chat: Chat
    text: str
    asked_at: float
    answered: bool = False
    results: dict[str, Result] = field(default_factory=dict)


class Inline:
    """Queries that wait for their answer, results to choose from, and messages sent that way."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._queries: OrderedDict[str, Query] = OrderedDict()
        self._messages: OrderedDict[str, tuple[Chat, int]] = OrderedDict()

    def ask(self, chat: Chat, text: str) -> str:
        """Remember a query and return its id."""
        query_id = str(secrets.randbelow(9 * 10**18) + 10**18)
        self._queries[query_id] = Query(chat, text[:INLINE_QUERY_UNITS], self._monotonic())
        _forget_oldest(self._queries)
        return query_id

    def answer(self, query_id: str, results: dict[str, Result]) -> Query:
        """Keep the results of a query and return it.

        Raises:
            Refusal: 400 if it was answered, is too old or never happened.
        """
        query = self._queries.get(query_id)
        if query is None or query.answered:
            bad_request(QUERY_TOO_OLD)
        if self._monotonic() - query.asked_at > CALLBACK_SECONDS:
            bad_request(QUERY_TOO_OLD)
        query.answered, query.results = True, results
        return query

    def result(self, query_id: str, result_id: str) -> Result | None:
        """Return a result that the person may choose."""
        query = self._queries.get(query_id)
        return query.results.get(result_id) if query else None

    def sent(self, chat: Chat, message_id: int) -> str:
        """Remember a message that was sent inline and return what the bot will know it by."""
        inline_id = f"inline-{secrets.token_hex(8)}"
        self._messages[inline_id] = (chat, message_id)
        _forget_oldest(self._messages)
        return inline_id

    def message(self, inline_id: str) -> tuple[Chat, int]:
        """Return where a message is that was sent inline.

        Raises:
            Refusal: 400 if there is none.
        """
        place = self._messages.get(inline_id)
        if place is None or place[1] not in place[0].messages:
            bad_request("MESSAGE_ID_INVALID")
        return place

    def id_of(self, chat: Chat, message_id: int) -> str:
        """Return what the bot knows a message by; empty if it was not sent inline."""
        found = [key for key, place in self._messages.items() if place == (chat, message_id)]
        return found[0] if found else ""


def _forget_oldest(known: OrderedDict[str, Any]) -> None:
    if len(known) > _MOST_KEPT:
        known.popitem(last=False)
