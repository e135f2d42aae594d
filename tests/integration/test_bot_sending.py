"""Each way in which Telegram can answer a message, over a socket, and what the outbox keeps."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.chats import YOU
from playground.faults import Fault
from telegram_bot.adapters.telegram_keyboard import keyboard
from telegram_bot.adapters.telegram_outgoing import Place, edit, new_messages
from telegram_bot.adapters.telegram_post import HttpPost, create_post_transport
from telegram_bot.outcomes import NotSent
from telegram_bot.outgoing import Outgoing
from telegram_bot.replies import Copy, Press, Reply
from telegram_bot.updates.limits import ChatLimits, Limits
from telegram_bot.updates.sending import Sending
from telegram_bot.updates.source import incoming
from tests.support.databases import KINDS, shaped
from tests.support.desk import Desk
from tests.support.desk import desk as open_desk
from tests.support.logged import logged

GROUP = -100
HELLO = "<b>Hello</b>"


@pytest.fixture(params=KINDS)
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(shaped(request.param, tmp_path)) as desk:
        await desk.telegram.says("/start", chat=GROUP)
        desk.telegram.world.updates.pending.clear()
        yield desk


async def test_a_reply_arrives_as_html_with_its_buttons(desk: Desk) -> None:
    rows = ((Press("🔄 Refresh", "price BTC"), Copy("📋 67250.10", "67250.10")),)

    receipt = await desk.send(HELLO, reply_markup=keyboard(rows))

    assert receipt is not None and receipt.message_id is not None
    message = desk.telegram.world.open_chat(YOU).messages[receipt.message_id]
    assert message["text"] == "Hello"
    assert message["entities"][0]["type"] == "bold"
    assert message["reply_markup"]["inline_keyboard"] == [
        [
            {"text": "🔄 Refresh", "callback_data": "1 price BTC"},
            {"text": "📋 67250.10", "copy_text": {"text": "67250.10"}},
        ]
    ]
    assert desk.last("sendMessage")["link_preview_options"] == {"is_disabled": True}
    (row,) = await desk.rows()
    assert (row.state, row.message_id, row.doubtful) == ("sent", receipt.message_id, 0)


def test_a_long_reply_comes_in_parts_with_the_buttons_under_the_last() -> None:
    text = "\n".join(f"line {number} 🟢" for number in range(600))

    parts = new_messages(Reply(text, ((Press("more", "help"),),)), Place(), answers=7)

    assert len(parts) > 1
    assert "\n".join(part.parameters["text"] for part in parts) == text
    last = [False] * (len(parts) - 1) + [True]
    assert ["reply_markup" in part.parameters for part in parts] == last
    assert [part.answers_message == 7 for part in parts] == last


async def test_a_person_who_blocked_the_bot_is_left_alone(desk: Desk) -> None:
    await desk.telegram.blocks()
    await desk.base.outbox.broadcast("alert 1", YOU, Outgoing("sendMessage", {"text": "x"}))

    assert await desk.send(HELLO) is None
    assert desk.calls("sendMessage") == 1
    assert not await desk.active()
    assert await desk.states() == ["refused", "refused"]
    await desk.base.outbox.broadcast("alert 2", YOU, Outgoing("sendMessage", {"text": "x"}))
    assert len(await desk.rows()) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(403, "Forbidden: user is deactivated"),
        Fault(403, "Forbidden: bot was kicked from the supergroup chat"),
        Fault(400, "Bad Request: chat not found"),
    ],
)
async def test_a_chat_that_is_no_more_is_left_alone(desk: Desk, fault: Fault) -> None:
    desk.fault("sendMessage", fault)

    assert await desk.send(HELLO) is None
    assert (desk.calls("sendMessage"), await desk.active()) == (1, False)


async def test_a_group_that_became_a_supergroup_gets_the_message_there(desk: Desk) -> None:
    await desk.telegram.says("hello", chat=-1001)
    moved = Fault(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1001})
    desk.fault("sendMessage", moved)
    await desk.base.outbox.broadcast("alert", GROUP, Outgoing("sendMessage", {"text": "x"}))

    assert await desk.send(HELLO, GROUP, reply_parameters={"message_id": 1})
    assert desk.texts(-1001) == ["Hello"]
    assert "reply_parameters" not in desk.last("sendMessage")
    assert {row.chat for row in await desk.rows()} == {-1001}


async def test_a_flood_limit_is_waited_out_in_its_own_chat(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 7}))

    assert await desk.send(HELLO)
    assert desk.slept == [7]
    assert desk.texts() == ["Hello"]
    (row,) = await desk.rows()
    assert (row.tries, row.doubtful) == (2, 0)


async def test_a_flood_limit_is_waited_out_with_some_jitter(desk: Desk) -> None:
    limits = Limits(ChatLimits(), desk.clock.monotonic)
    jitter = Sending(desk.post, desk.base.outbox, limits, desk.tally)._jitter

    pauses = {jitter() for _ in range(50)}

    assert len(pauses) > 1
    assert 0.1 <= min(pauses) and max(pauses) <= 1.0


async def test_a_flood_limit_of_one_chat_delays_no_other(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 7}))
    over = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await over.wait()

    desk.sending._sleep = sleep
    await desk.telegram.says("first")
    pending = desk.telegram.world.updates.pending
    await desk.base.lanes.beat()
    desk.working.start(await desk.base.inbox.record([incoming(pending.popleft())], take=True))
    while not desk.calls("sendMessage"):
        await asyncio.sleep(0.002)
    await desk.telegram.says("second", chat=GROUP)
    desk.working.start(await desk.base.inbox.record([incoming(pending.popleft())], take=True))
    while not desk.texts(GROUP):
        await asyncio.sleep(0.002)

    assert (desk.texts(), desk.texts(GROUP)) == ([], ["second"])
    over.set()
    while desk.working.under_way:
        await asyncio.sleep(0.002)
    assert desk.texts() == ["first"]


async def test_a_broadcast_that_must_wait_keeps_no_lane_from_others(desk: Desk) -> None:
    """Telegram may hold up hundreds at once; people who ask meanwhile are answered."""
    for number in (1, 2):
        what = Outgoing("sendMessage", {"text": f"alert {number}"})
        await desk.base.outbox.broadcast(f"alert {number}", YOU, what)
    desk.fault("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 300}))
    await desk.base.lanes.beat()
    assert await _broadcasts(desk) == 1

    assert (desk.slept, desk.texts()) == ([], [])
    assert await _broadcasts(desk) == 0
    desk.clock.advance(301)
    assert await _broadcasts(desk) + await _broadcasts(desk) == 2
    assert (desk.texts(), desk.count("doubtful")) == (["alert 1", "alert 2"], 0)


async def _broadcasts(desk: Desk) -> int:
    """Let those that are due go, and return how many there were."""
    lanes = await desk.base.outbox.claim_broadcasts(10)
    desk.working.start(lanes)
    while desk.working.under_way:
        await asyncio.sleep(0.002)
    return len(lanes)


async def test_who_waits_for_a_flood_limit_is_not_taken_for_sent(desk: Desk) -> None:
    """A process that dies while it waits has not sent the message, and the next one knows."""
    (what,) = new_messages(Reply(HELLO), Place())
    message = await desk.marked(what)
    await desk.base.outbox.postpone(message.key, desk.clock.now().timestamp() + 20)
    await desk.base.inbox.record([])
    await desk.telegram.says("next")
    await desk.get()

    assert desk.texts() == ["Hello", "next"]
    assert desk.slept == [20]
    assert desk.count("doubtful") == 0


async def test_an_answer_that_would_come_too_late_is_given_up(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 31}))

    assert await desk.send(HELLO) is None
    assert desk.texts() == []
    assert (await desk.rows())[0].reason == "would come too late"


async def test_an_edit_that_changes_nothing_is_fine(desk: Desk) -> None:
    receipt = await desk.send(HELLO)
    assert receipt and receipt.message_id

    same = edit(Reply(HELLO), receipt.message_id, tap="1")
    assert await desk.call(same)
    assert desk.last("answerCallbackQuery")["text"] == "No change"
    assert await desk.states() == ["sent", "sent"]


async def test_an_edit_of_a_message_that_is_gone_sends_a_new_one(desk: Desk) -> None:
    assert await desk.call(edit(Reply("Bye"), 99_999))

    assert desk.texts() == ["Bye"]


async def test_markup_that_telegram_cannot_read_is_sent_as_plain_text(desk: Desk) -> None:
    with logged("ERROR") as written:
        assert await desk.send("<b>1 &lt; 2</i>")

    assert desk.texts() == ["1 < 2"]
    assert written.events == ["telegram cannot read our markup"]
    assert desk.count("unreadable") == 1


async def test_a_message_that_is_too_long_after_all_comes_in_parts(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(400, "Bad Request: message is too long"))
    text = "\n".join(f"line {number}" for number in range(400))

    assert await desk.send(text, reply_markup=keyboard(((Press("more", "help"),),)))
    assert "\n".join(desk.texts()) == text
    assert await desk.states() == ["refused", "sent", "sent"]


async def test_a_message_that_is_too_long_and_cannot_be_cut_is_given_up(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(400, "Bad Request: message is too long"))

    assert await desk.send("short") is None


async def test_another_bad_request_is_our_fault_and_not_repeated(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(400, "Bad Request: something new"))

    assert await desk.send(HELLO) is None
    assert desk.calls("sendMessage") == 1
    assert (await desk.rows())[0].reason == "Bad Request: something new"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(drop=True),
        Fault(500, "Internal Server Error"),
        Fault(502, "Bad Gateway"),
        Fault(200, "no result"),
    ],
)
async def test_an_unknown_outcome_is_sent_once_more_and_counted(desk: Desk, fault: Fault) -> None:
    desk.fault("sendMessage", fault)

    assert await desk.send(HELLO)
    assert desk.texts() == ["Hello"]
    assert desk.count("doubtful") == 1
    assert (await desk.rows())[0].doubtful == 1


async def test_an_answer_that_was_lost_may_come_twice_and_is_counted(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(drop=True, applied=True))

    assert await desk.send(HELLO)
    assert desk.texts() == ["Hello", "Hello"]
    assert desk.count("doubtful") == 1


async def test_a_dropped_connection_is_borne_for_some_seconds(desk: Desk) -> None:
    desk.fault("sendMessage", *[Fault(drop=True)] * 3)

    assert await desk.send(HELLO)
    assert desk.slept == [0.5, 1.0, 2.0]
    assert (desk.texts(), desk.count("doubtful")) == (["Hello"], 3)
    assert (await desk.rows())[0].doubtful == 3


async def test_what_is_never_answered_is_given_up(desk: Desk) -> None:
    desk.fault("sendMessage", *[Fault(drop=True)] * 9)

    assert await desk.send(HELLO) is None
    assert desk.calls("sendMessage") == 4
    assert await desk.states() == ["refused"]


async def test_a_failing_telegram_is_waited_out(desk: Desk) -> None:
    desk.fault("sendMessage", *[Fault(502, "Bad Gateway")] * 12)

    assert await desk.send(HELLO)
    assert 60 < sum(desk.slept) < 120
    assert (desk.texts(), desk.count("doubtful")) == (["Hello"], 12)


async def test_a_message_that_makes_telegram_fail_is_given_up(desk: Desk) -> None:
    desk.fault("sendMessage", *[Fault(500, "Internal Server Error")] * 99)

    assert await desk.send(HELLO) is None
    assert sum(desk.slept) < 140
    assert (await desk.rows())[0].reason == "500 Internal Server Error"


async def test_a_token_that_is_refused_later_is_survived_and_known(desk: Desk) -> None:
    desk.fault("sendMessage", Fault(401, "Unauthorized"))

    assert await desk.send(HELLO) is None
    assert await desk.states() == ["refused"]


async def test_a_tap_that_is_too_old_to_answer_is_no_trouble(desk: Desk) -> None:
    receipt = await desk.send(HELLO)
    assert receipt and receipt.message_id
    too_old = Fault(400, "Bad Request: query is too old and response timeout expired")
    desk.fault("answerCallbackQuery", too_old)

    assert await desk.call(edit(Reply("Bye"), receipt.message_id, tap="1"))
    assert desk.texts() == ["Bye"]


async def test_a_refused_connection_was_not_sent() -> None:
    client = create_post_transport()
    post = HttpPost(client, "http://127.0.0.1:1", "1:a")

    outcome = await post.post(YOU, Outgoing("sendMessage", {"text": "x"}))

    assert outcome == NotSent("ClientConnectorError")
    await client.aclose()


async def test_what_was_not_sent_waits_for_a_connection_and_then_goes(desk: Desk) -> None:
    outcomes = [NotSent("ConnectError")] * 3
    door = desk.sending._post
    true_post = door.post

    async def post(chat: int, what: Outgoing):  # type: ignore[no-untyped-def]
        return outcomes.pop() if outcomes else await true_post(chat, what)

    door.post = post  # type: ignore[method-assign]

    with logged("WARNING") as written:
        assert await desk.send(HELLO)
    assert written.events == ["a message waits for a connection"]
    assert [round(pause, 1) for pause in desk.slept] == [0.3, 0.6, 1.2]
    assert (desk.texts(), desk.count("doubtful")) == (["Hello"], 0)


async def test_a_message_that_no_connection_takes_is_given_up_after_an_hour(desk: Desk) -> None:
    (what,) = new_messages(Reply(HELLO), Place())
    message = await desk.marked(what)
    desk.clock.advance(3_601)

    async def post(chat: int, what: Outgoing) -> NotSent:
        return NotSent("ConnectError")

    desk.sending._post.post = post  # type: ignore[method-assign]

    assert await desk.sending.deliver(message) is None
    assert await desk.states() == ["refused"]


async def test_a_message_found_as_being_sent_is_sent_once_more_and_counted(desk: Desk) -> None:
    (what,) = new_messages(Reply(HELLO), Place())
    await desk.marked(what)  # and here its sender dies
    await desk.telegram.says("next")
    await desk.get()

    assert desk.texts() == ["Hello", "next"]
    assert desk.count("doubtful") == 1


async def test_broadcasts_come_after_answers_and_each_once(desk: Desk) -> None:
    for number in range(3):
        what = Outgoing("sendMessage", {"text": f"alert {number}"})
        await desk.base.outbox.broadcast(f"alert {number}", YOU, what)
        await desk.base.outbox.broadcast(f"alert {number}", YOU, what)
    await desk.telegram.says("one")
    pending = desk.telegram.world.updates.pending

    await desk.base.inbox.record([incoming(pending.popleft())])
    while_answering = await desk.base.outbox.claim_broadcasts(10)
    await desk.work()
    for _ in range(4):
        desk.working.start(await desk.base.outbox.claim_broadcasts(10))
        while desk.working.under_way:
            await asyncio.sleep(0.002)

    assert while_answering == []
    assert desk.texts() == ["one", "alert 0", "alert 1", "alert 2"]


async def test_a_chat_is_not_written_to_faster_than_it_bears(tmp_path: Path) -> None:
    limits = ChatLimits(per_second=1, burst=3, per_group_minute=5)
    async with open_desk(shaped("sqlite", tmp_path), limits=limits) as desk:
        for number in range(6):
            await desk.telegram.says(str(number))
        await desk.get()
        private = list(desk.slept)
        desk.slept.clear()
        for number in range(6):
            desk.clock.advance(2)
            await desk.telegram.says(str(number), chat=GROUP)
        await desk.get()

        assert private == [1, 1, 1]
        assert sum(desk.slept) >= 57
        assert len(desk.texts(GROUP)) == 6
