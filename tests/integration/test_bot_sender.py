"""The sender against a Bot API on a socket: each way in which Telegram can refuse a message."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from playground.chats import YOU
from playground.faults import Fault
from telegram_bot.adapters import telegram_application
from telegram_bot.adapters.telegram_application import App
from telegram_bot.adapters.telegram_sender import Edited, Place, Sender
from telegram_bot.ports import Copy, Press, Reply
from tests.support.logged import logged
from tests.support.playground import Playground, playground

HELLO = Reply("<b>Hello</b>")


@dataclass
class Desk:
    """A sender and the Telegram that it writes to."""

    telegram: Playground
    sender: Sender
    application: App

    def fault(self, method: str, *faults: Fault) -> None:
        self.telegram.world.faults.add(method, *faults)

    def texts(self, chat: int = YOU) -> list[str]:
        messages = self.telegram.world.open_chat(chat).messages.values()
        return [message["text"] for message in messages if message["from"]["is_bot"]]

    def calls(self, method: str) -> int:
        return len(self.telegram.oracle.named(method))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with playground(flood=None) as telegram:
        application = telegram_application.build(telegram.address, telegram.token)
        await telegram_application.connect(application, lambda: 0.0)
        await telegram.says("/start")
        await telegram.says("/start", chat=-100)
        yield Desk(telegram, Sender(application.bot, jitter=lambda: 0.0), application)
        await telegram_application.close(application)


async def test_a_reply_arrives_as_html_with_its_buttons(desk: Desk) -> None:
    rows = ((Press("🔄 Refresh", "price BTC"), Copy("📋 67250.10", "67250.10")),)

    sent = await desk.sender.send(Place(YOU), Reply("<b>Hello</b>", rows))

    message = desk.telegram.world.open_chat(YOU).messages[sent[0]]
    assert message["text"] == "Hello"
    assert message["entities"][0]["type"] == "bold"
    assert message["reply_markup"]["inline_keyboard"] == [
        [
            {"text": "🔄 Refresh", "callback_data": "1 price BTC"},
            {"text": "📋 67250.10", "copy_text": {"text": "67250.10"}},
        ]
    ]
    assert desk.telegram.oracle.named("sendMessage")[-1]["link_preview_options"] == {
        "is_disabled": True
    }


async def test_a_long_reply_comes_in_parts_with_the_buttons_under_the_last(desk: Desk) -> None:
    text = "\n".join(f"line {number} 🟢" for number in range(600))

    sent = await desk.sender.send(Place(YOU), Reply(text, ((Press("more", "help"),),)))

    messages = [desk.telegram.world.open_chat(YOU).messages[number] for number in sent]
    assert len(sent) > 1
    assert "\n".join(message["text"] for message in messages) == text
    assert ["reply_markup" in message for message in messages] == [False] * (len(sent) - 1) + [True]


async def test_markup_that_telegram_cannot_read_is_sent_as_plain_text(desk: Desk) -> None:
    sent = await desk.sender.send(Place(YOU), Reply("<b>1 &lt; 2</i>"))

    assert sent
    assert desk.texts() == ["1 < 2"]


async def test_a_flood_limit_is_waited_out_and_delays_no_other_chat(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 1}))

    slow = asyncio.create_task(desk.sender.send(Place(YOU), HELLO))
    while not desk.calls("sendMessage"):
        await asyncio.sleep(0.01)
    other = await desk.sender.send(Place(-100), HELLO)

    assert other and not slow.done()
    assert await slow
    assert desk.texts() == ["Hello"]


async def test_an_answer_that_would_come_too_late_is_given_up(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 31}))

    assert await desk.sender.send(Place(YOU), HELLO) == []
    assert desk.texts() == []


async def test_a_person_who_blocked_the_bot_is_left_alone(desk: Desk) -> None:
    await desk.telegram.blocks()

    assert await desk.sender.send(Place(YOU), HELLO) == []
    assert desk.calls("sendMessage") == 1


async def test_a_group_that_became_a_supergroup_gets_the_message_there(desk: Desk) -> None:
    moved = Fault(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1001})
    desk.fault("sendMessage", moved)
    await desk.telegram.says("hello", chat=-1001)

    assert await desk.sender.send(Place(-100, reply_to=1), HELLO)
    assert desk.texts(-1001) == ["Hello"]


async def test_an_unknown_outcome_is_not_sent_twice(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(drop=True, applied=True))

    assert await desk.sender.send(Place(YOU), HELLO) == []
    assert desk.texts() == ["Hello"]


@pytest.mark.parametrize("status", [500, 502])
async def test_a_failing_telegram_is_not_hammered(desk: Desk, status: int) -> None:
    desk.fault("sendMessage", Fault(status, "Internal Server Error"))

    assert await desk.sender.send(Place(YOU), HELLO) == []
    assert desk.calls("sendMessage") == 1


async def test_a_bad_request_is_not_retried_as_if_it_were_the_network(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(400, "Bad Request: chat not found"))

    assert await desk.sender.send(Place(YOU), HELLO) == []
    assert desk.calls("sendMessage") == 1


async def test_a_token_that_is_refused_later_is_survived(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(401, "Unauthorized"))

    assert await desk.sender.send(Place(YOU), HELLO) == []


async def test_what_was_never_sent_is_tried_again_for_a_while() -> None:
    application = telegram_application.build("http://127.0.0.1:1", "1:a")

    with logged("INFO") as written:
        sent = await Sender(application.bot).send(Place(YOU), HELLO)

    assert sent == []
    assert written.events == ["a message was given up"]
    await telegram_application.close(application)


async def test_an_edit_replaces_the_text(desk: Desk) -> None:
    (message,) = await desk.sender.send(Place(YOU), HELLO)

    assert await desk.sender.edit(YOU, message, Reply("Bye")) is Edited.DONE
    assert desk.texts() == ["Bye"]


async def test_an_edit_that_changes_nothing_is_told_apart(desk: Desk) -> None:
    (message,) = await desk.sender.send(Place(YOU), HELLO)

    assert await desk.sender.edit(YOU, message, HELLO) is Edited.UNCHANGED


async def test_an_edit_of_a_message_that_is_gone_is_told_apart(desk: Desk) -> None:
    assert await desk.sender.edit(YOU, 99_999, HELLO) is Edited.GONE


@pytest.mark.parametrize(
    "fault",
    [
        Fault(400, "Bad Request: something new"),
        Fault(400, "Bad Request: upgraded", {"migrate_to_chat_id": -1001}),
        Fault(403, "Forbidden: bot was blocked by the user"),
        Fault(500, "Internal Server Error"),
    ],
)
async def test_an_edit_that_fails_is_survived(desk: Desk, fault: Fault) -> None:
    (message,) = await desk.sender.send(Place(YOU), HELLO)
    desk.fault("editMessageText", fault)

    assert await desk.sender.edit(YOU, message, Reply("Bye")) is Edited.FAILED
