"""Telegram's `getUpdates` as raw updates: one that nobody can read must not hide its neighbours."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec

from common.errors import Misconfigured, Unavailable
from telegram_bot.ports import Conflict, Raw

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]
MOST_UPDATES = 100
_GRACE_SECONDS = 10.0  # what a long poll may take beyond the wait it asked for

REFUSED = (
    "TELEGRAM_BOT_TOKEN was refused by Telegram. Get a valid one from @BotFather "
    "(send /mybots, choose the bot, API Token), or use `make run`, which needs none."
)


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Answer(msgspec.Struct):
    """Telegram's envelope."""

    ok: bool
    result: list[dict[str, Any]] = []
    description: str = ""
    parameters: _Parameters | None = None


class HttpFeed:
    """A feed over the Bot API at `api_url`; the client is the caller's to close."""

    def __init__(self, client: httpx.AsyncClient, api_url: str, token: str) -> None:
        self._client = client
        self._url = f"{api_url}/bot{token}/getUpdates"

    async def fetch(self, offset: int | None, seconds: float) -> Sequence[Raw]:
        """Return updates as Telegram sent them; see `Feed`."""
        asked: dict[str, Any] = {
            "timeout": int(seconds),
            "limit": MOST_UPDATES,
            "allowed_updates": ALLOWED_UPDATES,
        }
        if offset is not None:
            asked["offset"] = offset
        deadline = seconds + _GRACE_SECONDS
        timeout = httpx.Timeout(deadline, connect=5.0)
        try:
            async with asyncio.timeout(deadline):
                answer = await self._client.post(self._url, json=asked, timeout=timeout)
        except (TimeoutError, httpx.HTTPError) as error:
            # Only the kind: an error's text may hold the URL, and the URL holds the token.
            raise Unavailable(f"no answer ({type(error).__name__})", retry_after=0) from None
        return _updates(answer)


def _updates(answer: httpx.Response) -> Sequence[Raw]:
    try:
        told = msgspec.json.decode(answer.content, type=_Answer)
    except msgspec.DecodeError:
        raise Unavailable(f"{answer.status_code} without JSON", retry_after=0) from None
    if told.ok:
        return [update for update in told.result if type(update.get("update_id")) is int]
    if answer.status_code in (401, 404):
        raise Misconfigured(REFUSED)
    if answer.status_code == 409:
        raise Conflict(told.description)
    wait = told.parameters.retry_after if told.parameters else None
    raise Unavailable(f"{answer.status_code} {told.description}", retry_after=wait or 0)
