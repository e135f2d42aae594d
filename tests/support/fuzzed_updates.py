"""Updates that make no sense, by the thousand, and what a bot does about them."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telegram_bot.adapters.web_server import serving
from telegram_bot.updates.source import NotAnUpdate, incoming
from telegram_bot.updates.webhook import PATH, Webhook
from telegram_bot.work import Incoming
from tests.support.databases import fresh
from tests.support.desk import desk as open_desk
from tests.support.logged import logged

SECRET = "only-for-fuzzed-bodies"
_TEXT = st.text(max_size=12) | st.sampled_from(["/price", "/price BTC", "<b>", "\x00", "\ud83d"])
_NUMBER = st.integers(-5, 5) | st.just(2**70) | st.just(1001)
_LEAF = st.none() | st.booleans() | _NUMBER | st.floats(allow_nan=False) | _TEXT
_PERSON: Any = st.fixed_dictionaries(
    {}, optional={"id": _LEAF, "is_bot": _LEAF, "first_name": _LEAF, "type": _LEAF}
)
_MESSAGE: Any = st.fixed_dictionaries(
    {},
    optional={
        "message_id": _LEAF,
        "date": _LEAF,
        "chat": _PERSON | _LEAF,
        "from": _PERSON | _LEAF,
        "text": _LEAF,
        "entities": st.lists(_PERSON, max_size=2) | _LEAF,
        "edit_date": _LEAF,
        "migrate_to_chat_id": _LEAF,
    },
)
# In the form of Telegram's, with odd words in it: these get as far as the commands.
_WORDS = st.lists(
    _TEXT | st.sampled_from(["BTC", "4h", "@1e9", "-1", "🟢", "x" * 5_000]), max_size=5
)
_SAID = st.builds(
    lambda command, words: " ".join((command, *words)),
    st.sampled_from(["", "/", "/price", "/atr", "/help", "/start", "/settings", "/nothing"]),
    _WORDS,
)
_WELL_FORMED: Any = st.fixed_dictionaries(
    {
        "message_id": st.integers(1, 9),
        "date": st.integers(0, 2**31),
        "chat": st.fixed_dictionaries(
            {"id": st.sampled_from([1001, -100, 5]), "type": st.sampled_from(["private", "group"])}
        ),
        "from": st.fixed_dictionaries({"id": st.integers(1, 9), "is_bot": st.booleans()}),
        "text": _SAID,
    },
    optional={"edit_date": st.integers(0, 2**31), "message_thread_id": st.integers(1, 9)},
)
_UPDATE = st.fixed_dictionaries(
    {"update_id": st.integers(1, 2**40)},
    optional={
        "message": _WELL_FORMED | _MESSAGE | _LEAF,
        "edited_message": _WELL_FORMED | _MESSAGE,
        "my_chat_member": st.fixed_dictionaries({"chat": _PERSON, "new_chat_member": _PERSON}),
        "callback_query": st.fixed_dictionaries(
            {"id": _LEAF}, optional={"message": _MESSAGE, "from": _PERSON, "data": _LEAF}
        )
        | st.fixed_dictionaries(
            {
                "id": _TEXT,
                "from": st.fixed_dictionaries({"id": st.integers(1, 9)}),
                "message": _WELL_FORMED,
                "data": _SAID.map(lambda text: f"1 {text}"),
            }
        ),
        "inline_query": _PERSON,
        "never heard of": _LEAF,
    },
)


def fuzzed(count: int) -> list[Incoming]:
    """Return that many updates, or a few less."""
    found: dict[int, Incoming] = {}

    @settings(max_examples=count * 4 // 3, suppress_health_check=list(HealthCheck), database=None)
    @given(_UPDATE)
    def make(update: dict[str, Any]) -> None:
        try:
            one = incoming({**update, "update_id": len(found) + 1})
        except (NotAnUpdate, ValueError):
            return  # a lone surrogate cannot come as JSON
        found[one.update_id] = one

    make()
    return list(found.values())[:count]


async def process(updates: list[Incoming], folder: Path) -> None:
    """Hand updates to a bot, and see that it answers a sensible one afterwards."""
    async with open_desk(fresh("sqlite", folder)) as desk:
        with logged("DEBUG", desk.telegram.token) as written:
            for start in range(0, len(updates), 200):
                await desk.base.inbox.record(updates[start : start + 200])
                await desk.work()
            await desk.telegram.says("still there?")
            await desk.get()

        assert desk.texts()[-1] == "still there?"
        assert desk.telegram.token not in written.text
        unfinished = [line for line in written.lines if line["event"] == "a lane was given up"]
        assert not unfinished, json.dumps(unfinished[0])[:2_000]


def bodies(updates: list[Incoming]) -> list[bytes]:
    """Return what no Telegram sends: those updates, cut, turned over and wrapped."""
    chance = random.Random(1)  # nosec B311

    def spoilt(body: bytes) -> bytes:
        at = chance.randrange(len(body))
        return chance.choice(
            (
                body[:at],
                body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :],
                body[at:] + body[:at],
                b"[" * chance.randrange(2_000) + body,
                b'{"update_id":' + body + b"}",
                body.replace(b":", b":-", 1),
                chance.randbytes(at),
                body,
            )
        )

    return [spoilt(update.body) for update in updates]


async def bring(bodies: Sequence[bytes], folder: Path) -> Counter[int]:
    """Post bodies to a webhook over a real inbox; return how often each status came."""
    came: Counter[int] = Counter()
    async with open_desk(fresh("sqlite", folder)) as desk:

        async def record(updates: Sequence[Incoming]) -> None:
            await desk.base.inbox.record(updates)

        app = Webhook([SECRET], record, desk.tally)
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        with logged("DEBUG") as written:  # it is told no secret to hide, so none may come
            async with (
                serving(app, "127.0.0.1", 0, "WEBHOOK_PORT") as port,
                aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as telegram,
            ):
                for start in range(0, len(bodies), 20):
                    asked = [telegram.post(PATH, data=body) for body in bodies[start : start + 20]]
                    for answer in await asyncio.gather(*asked):
                        came[answer.status] += 1
                        answer.release()
            await desk.work()
        assert SECRET not in written.text and desk.telegram.token not in written.text
    return came
