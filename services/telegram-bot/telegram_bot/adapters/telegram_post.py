"""Calls the Bot API with what the outbox holds, and sorts each answer by what to do about it.

The row's JSON goes out as it is: building the library's objects around it costs more CPU than all
the rest of an answer.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import msgspec
import structlog

from telegram_bot.adapters.telegram_connections import Body, Broken, Connections, NotConnected
from telegram_bot.outcomes import (
    Blocked,
    Failed,
    Gone,
    Moved,
    NotSent,
    Outcome,
    Refused,
    Sent,
    TooLong,
    Unknown,
    Unreadable,
    Wait,
)
from telegram_bot.outgoing import Attachment, Outgoing

log = structlog.get_logger(__name__)

AT_ONCE = 256
_TAP_SECONDS = 5.0
INLINE_CACHE_SECONDS = 5  # Telegram keeps results for 300 otherwise: prices would be old


class _Parameters(msgspec.Struct):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Answer(msgspec.Struct):
    """Telegram's envelope."""

    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"null")
    description: str = ""
    parameters: _Parameters | None = None


class _PhotoSize(msgspec.Struct):
    file_id: str


class _Result(msgspec.Struct):
    message_id: int
    photo: list[_PhotoSize] = []


_answers = msgspec.json.Decoder(_Answer)
# What an edit cannot change is answered anew, as is a picture that was to become a text.
_NOT_EDITABLE = ("message to edit not found", "can't be edited", "no text in the message to edit")
_results = msgspec.json.Decoder(_Result | bool)


def create_post_transport() -> Connections:
    """Return what HttpPost sends with; close it with `aclose`."""
    return Connections(AT_ONCE)


class HttpPost:
    """`outcomes.Post` over the Bot API at `api_url`."""

    def __init__(self, connections: Connections, api_url: str, token: str) -> None:
        self._connections = connections
        self._base = f"{api_url}/bot{token}/"
        self.refused_token = False

    async def post(self, chat: int, what: Outgoing) -> Outcome:
        there = "inline_message_id" in what.parameters  # then it is in no chat of ours
        said = {**({} if there else {"chat_id": chat}), **what.parameters}
        return await self._call(what.method, said, what.file)

    async def close_tap(self, tap: str, text: str | None = None, *, alert: bool = False) -> None:
        said: dict[str, Any] = {"callback_query_id": tap, "show_alert": alert}
        if text:
            said["text"] = text
        await self._in_time("answerCallbackQuery", said)

    async def answer_inline(self, query: str, results: Sequence[Mapping[str, Any]]) -> None:
        """Answer an inline query, in time or not at all: Telegram forgets it after a while."""
        said = {
            "inline_query_id": query,
            "results": results,
            "cache_time": INLINE_CACHE_SECONDS,
            "is_personal": True,
        }
        await self._in_time("answerInlineQuery", said)

    async def _in_time(self, method: str, said: dict[str, Any]) -> None:
        outcome: Outcome = Unknown("late")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TAP_SECONDS):
                outcome = await self._call(method, said)
        if not isinstance(outcome, Sent):
            log.info("what had to be in time was not", method=method, outcome=repr(outcome))

    async def _call(
        self, method: str, said: dict[str, Any], file: Attachment | None = None
    ) -> Outcome:
        body: Body = msgspec.json.encode(said) if file is None else _form(said, file)
        try:
            status, content = await self._connections.post(self._base + method, body)
        except NotConnected as error:
            return NotSent(str(error))
        except Broken as error:
            return Unknown(str(error))
        self.refused_token = status in (401, 404)
        return outcome_of(status, content)


def _form(said: dict[str, Any], file: Attachment) -> aiohttp.FormData:
    """Return a call with a file in it; what is no string goes as JSON."""
    form = aiohttp.FormData()
    for name, value in said.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        form.add_field(name, text)
    form.add_field("file", file.content, filename=file.name, content_type=file.kind)
    return form


def outcome_of(status: int, body: bytes) -> Outcome:
    """Return what an answer of Telegram's means for the message."""
    try:
        told = _answers.decode(body)
        if told.ok:
            result = _results.decode(told.result)
            if isinstance(result, bool):
                return Sent()
            # The sizes rise; the last one is the picture as we sent it.
            return Sent(
                result.message_id, file_id=result.photo[-1].file_id if result.photo else None
            )
    except (msgspec.DecodeError, UnicodeDecodeError):
        reason = f"{status} without the JSON that was expected"
        return Failed(reason) if status >= 500 else Unknown(reason)
    asked = told.parameters or _Parameters()
    if asked.migrate_to_chat_id is not None:
        return Moved(asked.migrate_to_chat_id)
    if status == 429:
        return Wait(asked.retry_after or 1.0)
    if not 400 <= status < 500:
        return Failed(f"{status} {told.description}")
    return Blocked(told.description) if status == 403 else _bad_request(told.description)


def _bad_request(description: str) -> Outcome:
    reason = description.lower()
    if "not modified" in reason:
        return Sent(None, unchanged=True)
    if "can't parse entities" in reason:
        return Unreadable(description)
    if any(words in reason for words in _NOT_EDITABLE):
        return Gone()
    if "message is too long" in reason or "caption is too long" in reason:
        return TooLong()
    return Blocked(description) if "chat not found" in reason else Refused(description)
