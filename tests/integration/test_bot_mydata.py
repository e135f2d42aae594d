"""/mydata and a shared place, from Telegram to the database and back, over sockets."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from playground.chats import YOU
from telegram_bot.adapters.database_tables import metadata
from tests.support.databases import KINDS, shaped
from tests.support.desk import Desk
from tests.support.desk import desk as open_desk
from tests.support.talk import Talk


@pytest.fixture(params=KINDS)
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(shaped(request.param, tmp_path)) as desk:
        desk.answer_with(Talk(people=desk.base.people).conversation)
        yield desk


async def say(desk: Desk, text: str) -> dict[str, Any]:
    """Return what the bot answers."""
    await desk.telegram.says(text)
    await desk.get()
    return answered(desk)


async def tap(desk: Desk, message: dict[str, Any], label: str) -> dict[str, Any]:
    for row in message["reply_markup"]["inline_keyboard"]:
        for button in row:
            if button["text"] == label:
                await desk.telegram.taps(message["message_id"], button["callback_data"])
                await desk.get()
    return answered(desk)


def answered(desk: Desk) -> dict[str, Any]:
    messages = desk.telegram.world.open_chat(YOU).messages.values()
    return [message for message in messages if message["from"]["is_bot"]][-1]


async def tables_with_rows(desk: Desk) -> set[str]:
    """Return the tables in which any row says the person's number."""
    everything = await desk.base.reader.run(
        lambda connection: {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }
    )
    return {name for name, rows in everything.items() if str(YOU) in str(rows)}


async def test_everything_is_sent_as_a_file(desk: Desk) -> None:
    await say(desk, "/settings tz kathmandu")

    message = await say(desk, "/mydata export")

    assert message["document"]["file_name"] == "mydata-2026-11-21.json"
    file = desk.telegram.world.files.get(message["document"]["file_id"])
    assert file is not None
    exported = json.loads(file.content)
    assert exported["person"] == YOU
    assert exported["data"]["settings"][0]["zone"] == "Asia/Kathmandu"
    assert desk.telegram.oracle.problems == []


async def test_nothing_is_left_once_deleting_is_confirmed(desk: Desk) -> None:
    await say(desk, "/settings tz kathmandu")
    question = await say(desk, "/mydata delete")
    assert {"users", "settings", "outbox"} <= await tables_with_rows(desk)
    ((deletes, keeps),) = question["reply_markup"]["inline_keyboard"]
    assert (deletes["style"], "style" in keeps) == ("danger", False)

    goodbye = await tap(desk, question, "🗑 Delete everything")

    assert goodbye["text"].startswith("Done: nothing about you is left here.")
    assert goodbye["message_id"] == question["message_id"]
    assert await tables_with_rows(desk) == set()
    assert "UTC" in (await say(desk, "/settings"))["text"]


async def test_nothing_is_deleted_by_who_keeps_it(desk: Desk) -> None:
    await say(desk, "/settings quote eur")

    kept = await tap(desk, await say(desk, "/mydata delete"), "Keep it")

    assert "Your data" in kept["text"]
    assert (await desk.base.people.choices(YOU)).quote == "EUR"


async def test_a_place_that_is_shared_becomes_a_time_zone_and_is_not_kept(desk: Desk) -> None:
    await desk.telegram.says("here")
    update = desk.telegram.world.updates.pending[-1]
    del update["message"]["text"]
    update["message"]["location"] = {"latitude": 27.7123, "longitude": 85.3}
    await desk.get()

    saved = await tap(desk, answered(desk), "Asia/Kathmandu, 13:57")

    assert "Asia/Kathmandu" in saved["text"]
    rows = await desk.base.reader.run(
        lambda connection: [list(connection.execute(select(it))) for it in metadata.sorted_tables]
    )
    assert "27.7" not in str(rows)
