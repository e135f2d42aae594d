"""Telegram brings updates: a small ASGI app that records each before it says 200.

Telegram sends an update again until it hears 2xx. So nothing that may pass is answered with 200
before it is kept, and nothing that is kept waits for its processing.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import msgspec
import structlog

from telegram_bot.updates.source import NotAnUpdate, Record, incoming
from telegram_bot.work import Busy, Tally

log = structlog.get_logger(__name__)

PATH = "/telegram"
MOST_BYTES = 1024 * 1024
# What a load balancer's smoke tests ask of the port that it brings updates to. Its rules say who
# may; metrics stay on the internal port.
SHOWN = frozenset(
    (
        *("/healthz", "/readyz", "/version", "/condition"),
        *("/internal/smoke", "/internal/lease/take"),
    )
)
_BODY_SECONDS = 10.0
_SECRET = b"x-telegram-bot-api-secret-token"

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Event, Receive, Send], Awaitable[None]]


class _Refused(Exception):
    """Attributes: status: What to answer with."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Webhook:
    """The app that listens where `setWebhook` points; the deploy tool sets that, never a start."""

    def __init__(
        self, secrets: Sequence[str], record: Record, tally: Tally, internal: App | None = None
    ) -> None:
        """Accept any of `secrets`: one, or two while it is being changed.

        Args:
            internal: Answers what is asked at one of SHOWN; None: nobody does.
        """
        self._secrets = [secret.encode() for secret in secrets]
        self._record = record
        self._tally = tally
        self._internal = internal
        self.closed = False

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if self._internal is not None and scope["path"] in SHOWN:
            await self._internal(scope, receive, send)
            return
        try:
            await self._take(scope, receive)
            status = 200
        except _Refused as refused:
            status = refused.status
        except Exception as error:
            # Telegram keeps it and comes again.
            log.warning("an update cannot be recorded", reason=type(error).__name__)
            status = 503
        self._tally.count(f'bot_webhook_total{{status="{status}"}}')
        headers = [(b"content-length", b"0")]
        if status == 503:
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, scope: Event, receive: Receive) -> None:
        if scope["path"] != PATH:
            raise _Refused(404)
        if scope["method"] != "POST":
            raise _Refused(405)
        self._authorise(scope["headers"])
        if self.closed:
            raise Busy
        body = await _body(scope["headers"], receive)
        try:
            update = msgspec.json.decode(body)
            if not isinstance(update, dict):
                raise _Refused(400)
            kept = incoming(update)
        except (msgspec.MsgspecError, NotAnUpdate, UnicodeError, RecursionError):
            raise _Refused(400) from None
        await self._record([kept])

    def _authorise(self, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Compare in a time that tells nothing, with every secret, before the body is read."""
        given = [value for name, value in headers if name == _SECRET]
        found = [hmac.compare_digest(given[0] if given else b"", it) for it in self._secrets]
        if len(given) != 1 or not any(found):
            raise _Refused(403)


async def _body(headers: Sequence[tuple[bytes, bytes]], receive: Receive) -> bytes:
    said = dict(headers).get(b"content-length", b"0")
    if said.isdigit() and int(said) > MOST_BYTES:
        raise _Refused(413)
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while True:
                event = await receive()
                if event["type"] == "http.disconnect":
                    raise _Refused(400)
                body += event.get("body", b"")
                if len(body) > MOST_BYTES:
                    raise _Refused(413)
                if not event.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise _Refused(408) from None
