"""A Telegram for replays: it takes every message and remembers what it told."""

import asyncio
import json
import re
from collections import Counter

from tests.support.bench_telegram import Connection, form
from tests.support.replay_papers import FIRST_CHAT as FIRST_PAPER_CHAT

_NUMBER = re.compile(r"#(\d+)")
_TIME = re.compile(r"unix=\"(\d+)\"")

Told = tuple[int, int, int]  # chat, the alert's number there, UTC seconds


class RecordingTelegram:
    """Takes every message and remembers what it told."""

    def __init__(self) -> None:
        self.told: Counter[Told] = Counter()
        self.messages = 0  # that are alerts
        self.about_paper: Counter[str] = Counter()  # by their chat and text
        self._number = 0
        self.port = 0

    async def start(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def handle(self, target: str, body: bytes) -> tuple[bytes, float]:
        said = json.loads(body) if body.startswith(b"{") else form(body)
        chat = int(said["chat_id"])
        self._number += 1
        if chat >= FIRST_PAPER_CHAT:
            self.about_paper[f"{chat} {said['text']}"] += 1
        else:
            self.messages += 1
            for told in read(said["text"]):
                self.told[chat, *told] += 1
        result = {"message_id": self._number, "chat": {"id": chat, "type": "private"}, "date": 0}
        return json.dumps({"ok": True, "result": result}).encode(), 0.0


def read(text: str) -> list[tuple[int, int]]:
    """Return number and time of each alert that a message tells of."""
    lines = text.splitlines()
    if not lines[-1].startswith("<i>"):  # one about several
        lines = lines[1:]
    else:
        lines = lines[-1:]
    found = []
    for line in lines:
        number, times = _NUMBER.search(line), _TIME.findall(line)
        if number and times:
            found.append((int(number[1]), int(times[-1])))
    return found
