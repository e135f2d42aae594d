"""Sends digests when they are due: each once for its chat and local day, whoever is running.

The message's key names chat and day, so that of two programs, or of a program that died between
sending and noting it, only one gets it into the outbox.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from common.errors import Unavailable
from telegram_bot.adapters.telegram_outgoing import Place, new_messages, silenced
from telegram_bot.alerts.told import is_quiet
from telegram_bot.arithmetic.daily import following, is_due, is_too_late, moved
from telegram_bot.commands import Services
from telegram_bot.commands.digest_content import content
from telegram_bot.digests import Digest
from telegram_bot.outgoing import Outgoing
from telegram_bot.reader import Reader, reading_as
from telegram_bot.turns import Turn

log = structlog.get_logger(__name__)

EVERY_SECONDS = 15.0
_AT_ONCE = 8
_MOST = 500

Broadcast = Callable[[str, int, Outgoing], Awaitable[None]]


class Digesting:
    """The regular job of the lease's holder."""

    def __init__(self, services: Services, broadcast: Broadcast) -> None:
        """Send by `broadcast`, which takes the message's key, its chat and the call."""
        self._services = services
        self._broadcast = broadcast

    async def sweep(self, turn: Turn | None = None) -> None:
        """Send what is due; what cannot be written now is tried again with the next sweep."""
        now = self._services.clock.now()
        waiting = await self._services.digests.waiting(now, _MOST)
        room = asyncio.Semaphore(_AT_ONCE)

        async def one(digest: Digest) -> None:
            async with room:
                if turn is None or not turn.over.is_set():
                    await self._look_after(digest, now)

        outcomes = await asyncio.gather(*map(one, waiting), return_exceptions=True)
        troubles = [error for error in outcomes if isinstance(error, BaseException)]
        if troubles:
            kinds = sorted({type(error).__name__ for error in troubles})
            log.warning("digests wait for another try", count=len(troubles), kinds=kinds)
        for error in troubles:
            if not isinstance(error, Unavailable):
                raise error

    async def _look_after(self, digest: Digest, now: datetime) -> None:
        services = self._services
        reader = await services.people.reader(digest.chat)
        if not is_due(digest, now):
            await services.digests.advance(digest, moved(digest, reader.zone, now))
            return
        if is_too_late(digest, now):
            log.warning("a digest was given up", late_s=round((now - digest.due).total_seconds()))
        elif reader.notifications != "off" and services.features.enabled("digest", digest.chat):
            await self._send(digest, reader, now)
        await services.digests.advance(digest, following(digest, reader.zone, now))

    async def _send(self, digest: Digest, reader: Reader, now: datetime) -> None:
        with reading_as(reader):
            reply = await content(digest, self._services, now)
        silent = reader.notifications == "silent" or is_quiet(reader, now.timestamp())
        for number, what in enumerate(new_messages(reply, Place())):
            if silent:
                what = silenced(what)
            key = f"digest:{digest.chat}:{digest.day}" + (f".{number}" if number else "")
            await self._broadcast(key, digest.chat, what)
