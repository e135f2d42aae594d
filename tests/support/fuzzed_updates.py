"""Updates that make no sense, by the thousand, and what a bot does about them."""

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telegram_bot.updates.source import NotAnUpdate, incoming
from telegram_bot.work import Incoming
from tests.support.databases import fresh
from tests.support.desk import desk as open_desk
from tests.support.logged import logged

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
_UPDATE = st.fixed_dictionaries(
    {"update_id": st.integers(1, 2**40)},
    optional={
        "message": _MESSAGE | _LEAF,
        "edited_message": _MESSAGE,
        "my_chat_member": st.fixed_dictionaries({"chat": _PERSON, "new_chat_member": _PERSON}),
        "callback_query": st.fixed_dictionaries(
            {"id": _LEAF}, optional={"message": _MESSAGE, "from": _PERSON, "data": _LEAF}
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
