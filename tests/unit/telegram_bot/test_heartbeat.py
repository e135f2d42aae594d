"""The file that shows from outside that the bot asks for updates."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from common.errors import Unavailable
from telegram_bot.ports import Raw
from telegram_bot.updates.heartbeat import Heartbeat


class FakeFeed:
    def __init__(self, trouble: Exception | None = None) -> None:
        self._trouble = trouble

    async def fetch(self, offset: int | None, seconds: float) -> Sequence[Raw]:
        if self._trouble:
            raise self._trouble
        return [{"update_id": offset}]


async def test_a_poll_leaves_a_trace_and_its_updates_pass_through(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"

    assert await Heartbeat(FakeFeed(), file).fetch(7, 25.0) == [{"update_id": 7}]
    assert file.exists()


async def test_a_bot_without_telegram_is_still_alive(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    feed = Heartbeat(FakeFeed(Unavailable("Telegram cannot be reached.")), file)

    with pytest.raises(Unavailable):
        await feed.fetch(None, 25.0)

    assert file.exists()


async def test_a_file_that_cannot_be_written_stops_no_answer(tmp_path: Path) -> None:
    feed = Heartbeat(FakeFeed(), tmp_path / "no such folder" / "heartbeat")

    assert await feed.fetch(7, 25.0) == [{"update_id": 7}]
