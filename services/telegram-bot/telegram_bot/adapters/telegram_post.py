"""Calls the Bot API with what the outbox holds, and sorts each answer by what to do about it.

The row's JSON goes out as it is: building the library's objects around it costs more CPU than all
the rest of an answer.
"""

import asyncio
from typing import Any

import aiohttp
import httpx
import msgspec
import structlog

from telegram_bot.adapters.telegram_connections import Connections
from telegram_bot.work import (
    Attachment,
    Blocked,
    Failed,
    Gone,
    Moved,
    NotSent,
    Outcome,
    Outgoing,
    Refused,
    Sent,
    TooLong,
    Unknown,
    Unreadable,
    Wait,
)

log = structlog.get_logger(__name__)

AT_ONCE = 256
_TOTAL_SECONDS = 15.0
_TAP_SECONDS = 5.0
_TIMEOUTS = {"timeout": httpx.Timeout(10.0, connect=5.0, pool=5.0).as_dict()}


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


def create_post_transport() -> httpx.AsyncBaseTransport:
    """Return what HttpPost sends with; close it with `aclose`."""
    return Connections(AT_ONCE)


class HttpPost:
    """`work.Post` over the Bot API at `api_url`.

    It sends requests of httpx by the transport itself: a client would read the address, merge
    headers and look for cookies each time, for half of the CPU of a call.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, api_url: str, token: str) -> None:
        self._transport = transport
        self._base = f"{api_url}/bot{token}/"
        self._urls: dict[str, httpx.URL] = {}
        host = self._url("getMe").netloc
        self._headers = [(b"Host", host), (b"Content-Type", b"application/json")]
        self.refused_token = False

    async def post(self, chat: int, what: Outgoing) -> Outcome:
        said = {"chat_id": chat, **what.parameters}
        return await self._call(what.method, said, _TOTAL_SECONDS, what.file)

    async def close_tap(self, tap: str, text: str | None = None, *, alert: bool = False) -> None:
        said: dict[str, Any] = {"callback_query_id": tap, "show_alert": alert}
        if text:
            said["text"] = text
        outcome = await self._call("answerCallbackQuery", said, _TAP_SECONDS)
        if not isinstance(outcome, Sent):
            log.info("a tap was not answered", outcome=repr(outcome))

    async def _call(
        self, method: str, said: dict[str, Any], seconds: float, file: Attachment | None = None
    ) -> Outcome:
        url = self._url(method)
        request = self._plain(url, said) if file is None else _form(url, said, file)
        request.extensions = _TIMEOUTS
        # Only the kind of an error is told: its text may hold the URL, and the URL the token.
        try:
            async with asyncio.timeout(seconds):
                answer = await self._transport.handle_async_request(request)
                try:
                    content = await answer.aread()
                finally:
                    await answer.aclose()
        except httpx.TransportError as error:
            kind = type(error).__name__
            return NotSent(kind) if _was_not_sent(error) else Unknown(kind)
        except TimeoutError:
            return Unknown("TimeoutError")
        outcome = outcome_of(answer.status_code, content)
        self.refused_token = answer.status_code in (401, 404)
        return outcome

    def _plain(self, url: httpx.URL, said: dict[str, Any]) -> httpx.Request:
        body = msgspec.json.encode(said)
        headers = [*self._headers, (b"Content-Length", b"%d" % len(body))]
        return httpx.Request("POST", url, headers=headers, stream=httpx.ByteStream(body))

    def _url(self, method: str) -> httpx.URL:
        if method not in self._urls:
            self._urls[method] = httpx.URL(self._base + method)
        return self._urls[method]


def _form(url: httpx.URL, said: dict[str, Any], file: Attachment) -> httpx.Request:
    """Return a call with a file in it; what is no string goes as JSON."""
    fields = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in said.items()
    }
    files = {"file": (file.name, file.content, file.kind)}
    return httpx.Request("POST", url, data=fields, files=files)


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


def _was_not_sent(error: httpx.TransportError) -> bool:
    """Say whether no connection came about: then asking again cannot send it twice."""
    if isinstance(error, httpx.ConnectError | httpx.PoolTimeout):
        return True
    return isinstance(error.__cause__, aiohttp.ConnectionTimeoutError)
