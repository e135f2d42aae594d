"""Handing updates to the bot's own address, one after the other, until each is accepted."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import httpx

from common.clock import Clock
from common.http import create_client
from playground.refusals import bad_request
from playground.updates import Update, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # nosec B105: the name of a header
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_DEFAULT_CONNECTIONS = 40
_MOST_CONNECTIONS = 100


@dataclass(frozen=True, slots=True)
class Target:
    """Where updates go. Telegram wants https and four ports; at home plain http will do."""

    url: str
    secret: str
    max_connections: int


class Webhook:
    """Delivers to the target while one is set; the same update again until the bot says 2xx."""

    def __init__(self, updates: Updates, clock: Clock, first_retry: float) -> None:
        self.target: Target | None = None
        self._updates = updates
        self._clock = clock
        self._first_retry = first_retry
        self._most_retry = 64 * first_retry
        self._last_error: dict[str, Any] = {}
        self._delivery: asyncio.Task[None] | None = None

    async def set(self, target: Target | None) -> None:
        """Begin to deliver to `target`, or stop with None."""
        await self.stop()
        self.target = target
        self._last_error = {}
        if target:
            self._updates.drop_pollers()
            self._delivery = asyncio.create_task(self._deliver(target))

    async def stop(self) -> None:
        """Deliver nothing any more."""
        if self._delivery:
            self._delivery.cancel()
            await asyncio.gather(self._delivery, return_exceptions=True)
            self._delivery = None

    def info(self) -> dict[str, Any]:
        """Return the `WebhookInfo`."""
        info: dict[str, Any] = {
            "url": self.target.url if self.target else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self.target:
            info.update({"max_connections": self.target.max_connections, **self._last_error})
        if self._updates.allowed:
            info["allowed_updates"] = sorted(self._updates.allowed)
        return info

    async def _deliver(self, target: Target) -> None:
        async with create_client() as client:
            pause = self._first_retry
            while True:
                while not self._updates.pending:
                    await self._updates.arrived.wait()
                update = self._updates.pending[0]
                problem = await _post(client, target, update)
                if problem is None:
                    self._updates.confirm(update["update_id"] + 1)
                    self._updates.seen()
                    pause = self._first_retry
                    continue
                self._last_error = {
                    "last_error_date": int(self._clock.now().timestamp()),
                    "last_error_message": problem,
                }
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._most_retry)


async def _post(client: httpx.AsyncClient, target: Target, update: Update) -> str | None:
    headers = {SECRET_HEADER: target.secret} if target.secret else {}
    try:
        response = await client.post(target.url, json=update, headers=headers)
    except httpx.TimeoutException:
        return "Read timeout expired"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return "Connection refused"
    if response.is_success:
        return None
    return f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"


def read_target(url: str, secret: str, max_connections: int) -> Target | None:
    """Return the target that setWebhook asks for; None for an empty address.

    Raises:
        Refusal: 400 with Telegram's reason.
    """
    if not url:
        return None
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        bad_request("bad webhook: invalid URL")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        bad_request("bad webhook: an HTTPS URL must be provided for webhook")
    if not _SECRET.fullmatch(secret):
        bad_request("secret token contains unallowed characters")
    most = max_connections or _DEFAULT_CONNECTIONS
    return Target(url, secret, min(max(most, 1), _MOST_CONNECTIONS))
