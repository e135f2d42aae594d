"""People who write to the assistant in containers while it is replaced, and what they read."""

import asyncio
import json
from collections import Counter
from typing import Any
from urllib.request import Request, urlopen

_CHATS = range(5_001, 5_021)


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
