"""The Telegram side of the bot over a socket, in front of a listener that a test scripts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from common.clock import FrozenClock
from playground.chats import YOU
from playground.faults import Fault
from telegram_bot.adapters import telegram_application
from telegram_bot.adapters.telegram_application import App
from telegram_bot.adapters.telegram_handlers import Handlers
from telegram_bot.adapters.telegram_intake import Intake
from telegram_bot.adapters.telegram_memory import AnswerMemory
from telegram_bot.adapters.telegram_sender import Sender
from telegram_bot.ports import Notice, Press, Reply, Speaker
from tests.support.logged import logged
from tests.support.playground import Playground, playground
from tests.support.replies import AS_OF

Json = dict[str, Any]


class Parrot:
    """Says back what it hears; what it is told to raise, it raises."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Speaker]] = []
        self.error: Exception | None = None
        self.silent = False
        self.notice: Notice | None = None

    async def said(self, text: str, speaker: Speaker) -> Reply | None:
        self.heard.append((text, speaker))
        if self.error is not None:
            raise self.error
        return None if self.silent else Reply(text, ((Press("again", text),),))

    async def pressed(self, data: str, speaker: Speaker) -> Reply | Notice | None:
        if self.notice is not None:
            return self.notice
        reply = await self.said(data, speaker)
        return reply and Reply(reply.text, edits=not data.startswith("1 /"))


@dataclass
class Desk:
    """A listener behind a real Bot API; updates are handed in by `get`."""

    telegram: Playground
    application: App
    parrot: Parrot = field(default_factory=Parrot)
    clock: FrozenClock = field(default_factory=lambda: FrozenClock(AS_OF))

    def __post_init__(self) -> None:
        memory = AnswerMemory(self.clock)
        sender = Sender(self.application.bot, jitter=lambda: 0.0)
        Handlers(self.parrot, sender, memory).add_to(self.application)
        self.intake = Intake(self.application, most=4)

    async def get(self) -> None:
        """Process what the person did."""
        pending = self.telegram.world.updates.pending
        while pending:
            await self.intake.take(pending.popleft())
        await self.intake.finish(10)

    def texts(self, chat: int = YOU) -> list[str]:
        messages = self.telegram.world.open_chat(chat).messages.values()
        return [message["text"] for message in messages if message["from"]["is_bot"]]

    def last(self, method: str) -> Json:
        return self.telegram.oracle.named(method)[-1]

    async def tap(self, data: str = "1 hello") -> None:
        """Tap a button under the bot's last message."""
        messages = self.telegram.world.open_chat(YOU).messages.values()
        last = [message for message in messages if message["from"]["is_bot"]][-1]
        last["reply_markup"] = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
        await self.telegram.taps(last["message_id"], data)
        await self.get()

    def delete_answers(self) -> None:
        messages = self.telegram.world.open_chat(YOU).messages
        for number in [key for key, item in messages.items() if item["from"]["is_bot"]]:
            del messages[number]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with playground(flood=None) as telegram:
        application = telegram_application.build(telegram.address, telegram.token)
        await telegram_application.connect(application, lambda: 0.0)
        yield Desk(telegram, application)
        await telegram_application.close(application)


async def test_who_speaks_and_where_is_passed_on(desk: Desk) -> None:
    await desk.telegram.says("/one")
    await desk.telegram.says("/two", chat=-1007)
    await desk.get()

    assert sorted(desk.parrot.heard) == [
        ("/one", Speaker(chat=YOU, user=YOU, private=True)),
        ("/two", Speaker(chat=-1007, user=YOU, private=False)),
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
    desk.delete_answers()
    await desk.telegram.edits(asked["message_id"], "two")
    await desk.get()

    assert desk.texts() == ["two"]


async def test_silence_sends_nothing(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    desk.parrot.silent = True
    await desk.telegram.says("two")
    await desk.tap()

    assert desk.texts() == ["one"]
    assert desk.last("answerCallbackQuery").keys() <= {"callback_query_id", "show_alert"}


async def test_a_tap_on_a_message_that_is_gone_gets_a_new_one(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    gone = Fault(400, "Bad Request: message to edit not found")
    desk.telegram.world.faults.add("editMessageText", gone)
    await desk.tap()

    assert desk.texts() == ["one", "1 hello"]


async def test_a_tap_of_another_command_gets_a_new_message(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    await desk.tap("1 /two")

    assert desk.texts() == ["one", "1 /two"]


async def test_a_tap_that_is_too_old_to_answer_is_still_carried_out(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    too_old = Fault(400, "Bad Request: query is too old and response timeout expired")
    desk.telegram.world.faults.add("answerCallbackQuery", too_old)
    await desk.tap()

    assert desk.texts() == ["1 hello"]


async def test_what_nobody_expected_is_told_by_reference_and_logged(desk: Desk) -> None:
    await desk.telegram.says("one")
    await desk.get()
    desk.parrot.error = ZeroDivisionError("inside")
    with logged("ERROR", desk.telegram.token) as written:
        await desk.telegram.says("two")
        await desk.get()
        await desk.tap()

    refs = [line["ref"] for line in written.lines]
    assert written.events == ["an update failed"] * 2
    assert "ZeroDivisionError: inside" in written.text
    assert refs[0] in desk.texts()[-1]
    assert refs[1] in desk.last("answerCallbackQuery")["text"]


async def test_an_update_that_cannot_be_read_does_not_stop_the_next(desk: Desk) -> None:
    await desk.intake.take({"update_id": 1, "message": {"message_id": "?"}})
    await desk.telegram.says("one")
    await desk.get()

    assert desk.texts() == ["one"]


async def test_more_updates_than_there_is_room_for_wait_for_room(desk: Desk) -> None:
    for number in range(20):
        await desk.telegram.says(str(number))
    await desk.get()

    assert desk.texts() == [str(number) for number in range(20)]
