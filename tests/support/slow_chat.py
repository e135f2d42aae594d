"""Two hundred people write at once, and one of them is slow to answer."""

import asyncio
import time
from pathlib import Path

from telegram_bot.ports import Speaker
from telegram_bot.replies import Notice, Reply, Upload
from telegram_bot.updates.source import incoming
from tests.support.databases import fresh
from tests.support.desk import desk as open_desk

CHATS = 200
SLOW = 3_000


class SlowForOne:
    """A listener that one chat keeps waiting."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def said(self, text: str, speaker: Speaker, file: Upload | None = None) -> Reply | None:
        """Repeat what was said; to the slow one, once it is let go."""
        if speaker.chat == SLOW:
            await self.let_go.wait()
        return Reply(text)

    async def joined(self, speaker: Speaker) -> Reply | None:
        """Say nothing."""
        return None

    async def pressed(self, data: str, speaker: Speaker) -> Reply | Notice | None:
        """Do nothing."""
        return None


async def seconds_until_the_rest_is_answered(kind: str, folder: Path) -> float:
    """Bring an update of each chat at once; the slow chat has its answer last, and has it."""
    async with open_desk(fresh(kind, folder)) as desk:
        listener = SlowForOne()
        desk.answer_with(listener)
        for number in range(CHATS):
            await desk.telegram.says(f"hello {number}", chat=SLOW + number)
        await desk.base.lanes.beat()
        pending = desk.telegram.world.updates.pending
        began = time.monotonic()
        await desk.base.inbox.record([incoming(update) for update in pending])
        working = asyncio.create_task(desk.working.run())
        others = range(SLOW + 1, SLOW + CHATS)
        while not all(desk.texts(chat) for chat in others):
            await asyncio.sleep(0.01)
        took = time.monotonic() - began
        assert not desk.texts(SLOW)
        listener.let_go.set()
        while not desk.texts(SLOW):
            await asyncio.sleep(0.01)
        working.cancel()
        assert desk.texts(SLOW) == ["hello 0"]
        return took
