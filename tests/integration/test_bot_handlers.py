"""What updates mean, over a socket and a database, in front of a listener that a test scripts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.chats import YOU
from playground.faults import Fault
from telegram_bot.adapters.database_lanes import DatabaseLanes
from telegram_bot.ports import Speaker
from telegram_bot.replies import Upload
from telegram_bot.updates.source import incoming
from telegram_bot.work import MOST_ATTEMPTS, Incoming
from tests.support.databases import shaped
from tests.support.desk import Desk
from tests.support.desk import desk as open_desk
from tests.support.logged import logged

GROUP = -100


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(shaped("sqlite", tmp_path)) as desk:
        yield desk


async def tap(desk: Desk, data: str = "1 hello") -> None:
    """Tap a button under the bot's last message."""
    messages = desk.telegram.world.open_chat(YOU).messages.values()
    last = [message for message in messages if message["from"]["is_bot"]][-1]
    last["reply_markup"] = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
    await desk.telegram.taps(last["message_id"], data)
    await desk.get()


def delete_answers(desk: Desk) -> None:
    messages = desk.telegram.world.open_chat(YOU).messages
    for number in [key for key, item in messages.items() if item["from"]["is_bot"]]:
        del messages[number]


async def test_who_speaks_and_where_is_passed_on(desk: Desk) -> None:
    await desk.telegram.says("/one")
    await desk.telegram.says("/two", chat=-1007)
    await desk.get()

    assert sorted(desk.parrot.heard) == [
        ("/one", Speaker(chat=YOU, user=YOU, private=True, told="en")),
        ("/two", Speaker(chat=-1007, user=YOU, private=False, told="en")),
    ]
    assert desk.texts(-1007) == ["/two"]


async def test_an_anonymous_admin_is_answered_and_machines_are_not(desk: Desk) -> None:
    for text in ("admin", "bot", "channel"):
        await desk.telegram.says(text, chat=-1007)
    admin, bot, channel = (item["message"] for item in desk.telegram.world.updates.pending)
    admin["from"] = bot["from"] = {**admin["from"], "is_bot": True}
    admin["sender_chat"] = admin["chat"]
    channel["is_automatic_forward"] = True
    await desk.get()

    assert [text for text, _ in desk.parrot.heard] == ["admin"]


async def test_a_topic_is_kept(desk: Desk) -> None:
    await desk.telegram.says("/price", chat=-1007)
    update = desk.telegram.world.updates.pending[0]
    update["message"] |= {"message_thread_id": 7, "is_topic_message": True}
    await desk.get()

    assert desk.last("sendMessage")["message_thread_id"] in (7, "7")
    assert desk.last("sendMessage")["reply_parameters"]["message_id"] == 1


async def test_an_edit_is_answered_by_editing_within_a_quarter_of_an_hour(desk: Desk) -> None:
    asked = await desk.telegram.says("one")
    await desk.get()
    for text in ("two", "three"):
        await desk.telegram.edits(asked["message_id"], text)
        await desk.get()
    before = desk.texts()
    desk.clock.advance(15 * 60 + 1)
    await desk.telegram.edits(asked["message_id"], "four")
    late = desk.telegram.world.updates.pending[0]
    late["edited_message"]["edit_date"] = late["edited_message"]["date"] + 901
    await desk.get()

    assert before == desk.texts() == ["three"]


async def test_an_edit_whose_answer_was_deleted_gets_a_new_one(desk: Desk) -> None:
    asked = await desk.telegram.says("one")
    await desk.get()
    delete_answers(desk)
    await desk.telegram.edits(asked["message_id"], "two")
    await desk.get()

    assert desk.texts() == ["two"]


async def test_silence_sends_nothing(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    desk.parrot.silent = True
    await desk.telegram.says("two")
    await tap(desk)

    assert desk.texts() == ["one"]
    assert desk.last("answerCallbackQuery").keys() <= {"callback_query_id", "show_alert"}


async def test_a_tap_on_a_message_that_is_gone_gets_a_new_one(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    gone = Fault(400, "Bad Request: message to edit not found")
    desk.telegram.world.faults.add("editMessageText", gone)
    await tap(desk)

    assert desk.texts() == ["one", "1 hello"]


async def test_a_tap_of_another_command_gets_a_new_message(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    await tap(desk, "1 /two")

    assert desk.texts() == ["one", "1 /two"]


async def test_a_tap_that_is_too_old_to_answer_is_still_carried_out(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    too_old = Fault(400, "Bad Request: query is too old and response timeout expired")
    desk.telegram.world.faults.add("answerCallbackQuery", too_old)
    await tap(desk)

    assert desk.texts() == ["1 hello"]


async def test_what_fails_three_times_is_set_aside_and_the_asker_told(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    desk.parrot.error = ZeroDivisionError("inside")
    with logged("ERROR", desk.telegram.token) as written:
        await desk.telegram.says("two")
        await desk.get()
        await tap(desk)

    told = ["an update failed"] * 3 + ["an update was set aside", "an asker is told that it failed"]
    refs = [line["ref"] for line in written.lines if "ref" in line]
    assert written.events == told * 2
    assert "ZeroDivisionError: inside" in written.text
    assert refs[0] in desk.texts()[-2] and refs[1] in desk.texts()[-1]
    assert desk.calls("answerCallbackQuery") == 1


@pytest.mark.parametrize("deaths", [MOST_ATTEMPTS - 1, MOST_ATTEMPTS])
async def test_what_three_processes_died_over_is_set_aside_and_who_waited_beside_it_is_not(
    desk: Desk, deaths: int
) -> None:
    await desk.telegram.says("deadly")
    await desk.telegram.says("harmless", chat=GROUP)
    pending = desk.telegram.world.updates.pending
    await desk.base.inbox.record([incoming(pending.popleft()) for _ in range(2)])
    for number in range(deaths):
        dying = DatabaseLanes(
            desk.base.writer, f"dying {number}", 5.0, lambda: desk.clock.now().timestamp()
        )
        await dying.beat()
        for lane in await dying.claim(10):
            if lane.chat == YOU and lane.waiting and not lane.waiting.counted:
                await dying.attempt(lane.waiting)
        desk.clock.advance(60)

    await desk.work()

    assert desk.texts(GROUP) == ["harmless"]
    (told,) = desk.texts()
    assert ("deadly" == told, "ref " in told) == (deaths < MOST_ATTEMPTS, deaths == MOST_ATTEMPTS)
    assert desk.tally.counts.get("bot_updates_set_aside_total", 0) == (deaths == MOST_ATTEMPTS)


async def test_what_fails_once_is_tried_again(desk: Desk) -> None:
    desk.parrot.error = ZeroDivisionError("inside")
    said = desk.parrot.said

    async def better_next_time(text: str, speaker: Speaker, file: Upload | None) -> object:
        try:
            return await said(text, speaker, file)
        finally:
            desk.parrot.error = None

    desk.parrot.said = better_next_time  # type: ignore[method-assign, assignment]
    await desk.telegram.says("one")
    await desk.get()

    assert desk.texts() == ["one"]


async def test_an_update_that_cannot_be_read_does_not_stop_the_next(desk: Desk) -> None:
    bodies = [b'{"update_id": 1, "message": {"message_id": "?"}}', b"[]", b"{", b"null"]
    await desk.base.inbox.record(
        [Incoming(number, YOU, body) for number, body in enumerate(bodies)]
    )
    await desk.telegram.says("one")
    await desk.get()

    assert desk.texts() == ["one"]


async def test_one_chat_is_answered_in_order(desk: Desk) -> None:
    for number in range(20):
        await desk.telegram.says(str(number))
    await desk.get()

    assert desk.texts() == [str(number) for number in range(20)]


async def test_who_blocks_the_bot_is_known_and_who_comes_back_too(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.telegram.blocks()
    await desk.get()
    away = await desk.active()
    await desk.telegram.blocks(False)
    await desk.get()

    assert (away, await desk.active()) == (False, True)


async def test_who_writes_again_has_come_back(desk: Desk) -> None:
    await desk.base.outbox.block(YOU, "blocked")
    await desk.telegram.says("one")
    await desk.get()

    assert await desk.active()
    assert desk.texts() == ["one"]


async def test_a_group_that_moved_takes_its_rows_along(desk: Desk) -> None:
    await desk.telegram.says("one", chat=-7)
    await desk.telegram.says("moved", chat=-7)
    moved = desk.telegram.world.updates.pending[1]["message"]
    del moved["text"]
    moved["migrate_to_chat_id"] = -1007
    await desk.get()

    assert [row.chat for row in await desk.rows()] == [-1007]
