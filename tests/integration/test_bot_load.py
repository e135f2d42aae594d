"""Many chats at once, one of them slow; and updates that make no sense, thousands of them."""

import asyncio
import time
from pathlib import Path

import pytest

from telegram_bot.ports import Notice, Reply, Speaker, Upload
from telegram_bot.updates.source import incoming
from tests.support.databases import KINDS, fresh
from tests.support.desk import desk as open_desk
from tests.support.fuzzed_updates import bodies, bring, fuzzed, process

SLOW = 3_000


class SlowForOne:
    """A listener that one chat keeps waiting."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def said(self, text: str, speaker: Speaker, file: Upload | None = None) -> Reply | None:
        if speaker.chat == SLOW:
            await self.let_go.wait()
        return Reply(text)

    async def joined(self, speaker: Speaker) -> Reply | None:
        return None

    async def pressed(self, data: str, speaker: Speaker) -> Reply | Notice | None:
        return None


@pytest.mark.parametrize("kind", KINDS)
async def test_one_slow_chat_among_two_hundred_keeps_nobody_waiting(
    kind: str, tmp_path: Path
) -> None:
    async with open_desk(fresh(kind, tmp_path)) as desk:
        listener = SlowForOne()
        desk.answer_with(listener)
        for number in range(200):
            await desk.telegram.says(f"hello {number}", chat=SLOW + number)
        began = time.monotonic()
        await desk.base.lanes.beat()
        pending = desk.telegram.world.updates.pending
        await desk.base.inbox.record([incoming(update) for update in pending])
        working = asyncio.create_task(desk.working.run())
        others = range(SLOW + 1, SLOW + 200)
        while not all(desk.texts(chat) for chat in others):
            await asyncio.sleep(0.01)
        took = time.monotonic() - began
        slow_was_answered = bool(desk.texts(SLOW))
        listener.let_go.set()
        while not desk.texts(SLOW):
            await asyncio.sleep(0.01)
        working.cancel()

        print(f"199 of 200 answered after {took:.2f} s")
        assert not slow_was_answered
        assert desk.texts(SLOW) == ["hello 0"]


async def test_no_update_stops_the_bot_and_no_token_reaches_a_log(tmp_path: Path) -> None:
    """A few here; the long form is `make prove PROOFS=fuzzed_updates`."""
    updates = fuzzed(400)

    await process(updates, tmp_path)
    came = await bring(bodies(updates[:200]), tmp_path)

    assert len(updates) > 200
    assert set(came) == {200, 400}
