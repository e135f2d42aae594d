"""`docker compose up --detach` with a new image, while people write: nothing is lost or doubled.

One machine needs no blue-green: Telegram keeps what comes while the new container starts, and the
database, in its volume, knows what was answered.
"""

import asyncio
import json
from collections import Counter
from typing import Any
from urllib.request import Request, urlopen

import pytest

from local.ports import free_port
from tests.integration.test_compose import ALONE, PLAYGROUND, address
from tests.support.composed import composed
from tests.support.containers import inspect, until
from tests.support.images import build

pytestmark = [pytest.mark.engine, pytest.mark.compose, pytest.mark.timeout(300)]
_CHATS = range(5_001, 5_021)
_WAITS_MOST = 90.0


def ask(where: str, path: str, chat: int, content: dict[str, Any] | None = None) -> Any:
    """Use the playground's control side."""
    body = None if content is None else json.dumps(content).encode()
    sign = "&" if "?" in path else "?"
    kind = {"Content-Type": "application/json"}
    request = Request(f"http://{where}{path}{sign}chat={chat}", body, kind)
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


async def write(where: str, sent: list[str], over: asyncio.Event) -> None:
    """Type numbered words, a chat after the other, until it is over."""
    while not over.is_set():
        word = f"/w{len(sent)}"
        chat = _CHATS[len(sent) % len(_CHATS)]
        await asyncio.to_thread(ask, where, "/api/messages", chat, {"text": word})
        sent.append(word)
        await asyncio.sleep(0.03)


def answers(where: str) -> Counter[str]:
    """Count the words that the bot's answers repeat; it knows none of them."""
    found: Counter[str] = Counter()
    for chat in _CHATS:
        for event in ask(where, "/api/transcript?after=0", chat)["events"]:
            if event["type"] == "message" and event["message"]["from"]["is_bot"]:
                words = event["message"].get("text", "").replace(".", " ").split()
                found.update({word for word in words if word.startswith("/w")})
    return found


async def test_a_new_version_loses_and_doubles_no_update() -> None:
    build()
    services = ["market-data", "playground", "telegram-bot"]
    variables = {**PLAYGROUND, "PROVIDERS": "simu", "PLAYGROUND_PORT": str(free_port())}
    async with composed(services, ALONE, variables, ["playground"]) as stack:
        where, sent, over = address(stack, "playground"), list[str](), asyncio.Event()
        writing = asyncio.create_task(write(where, sent, over))
        try:
            before = inspect(stack.container("telegram-bot").name)["Id"]
            up = await asyncio.to_thread(
                stack, "up", "--detach", "--no-deps", "--force-recreate", "telegram-bot"
            )
            assert up.returncode == 0, up.stdout + up.stderr
            made = stack.container("telegram-bot")
            assert inspect(made.name)["Id"] != before
            await until(made.healthy, made)
        finally:
            over.set()
            await writing
        async with asyncio.timeout(_WAITS_MOST):
            while len(found := await asyncio.to_thread(answers, where)) < len(sent):
                await asyncio.sleep(0.5)

    assert len(sent) > 50
    assert found == Counter(sent)
