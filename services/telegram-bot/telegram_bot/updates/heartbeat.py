"""A sign of life for a program that listens on no port: a file touched before every poll.

A health check reads its age (`common/probe.py`). The longest poll and the longest pause between
two are some 30 s each, so a file older than 90 s means that the loop stands still. Telegram being
away does not: a restart would not bring it back. A task that stands by, and one that Telegram
calls, touch the file at each look at the database.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from telegram_bot.ports import Feed, Raw


class Heartbeat:
    """A feed that leaves a trace each time it is asked."""

    def __init__(self, feed: Feed, file: Path) -> None:
        self._feed = feed
        self._file = file

    async def fetch(self, offset: int | None, seconds: float) -> Sequence[Raw]:
        touch(self._file)
        return await self._feed.fetch(offset, seconds)


def touch(file: Path | None) -> None:
    """Leave a trace; a full disk makes the bot look ill, and stops no answer."""
    if file is not None:
        with suppress(OSError):
            file.touch()
