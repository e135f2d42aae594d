"""What becomes of an alert between its fire and the person: deaths, blocks, floods and moves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from common import environments
from common.features import Features
from playground.chats import YOU
from playground.faults import Fault
from telegram_bot.adapters import database
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.commands import Services
from telegram_bot.commands.conversation import Conversation
from telegram_bot.commands.discovery import discover
from telegram_bot.commands.pace import Pace
from telegram_bot.updates.limits import Limits
from telegram_bot.updates.sending import Sending
from telegram_bot.work import Tally
from tests.support.alerts import STEP, fired, rule
from tests.support.databases import shaped
from tests.support.desk import NO_LIMITS, Desk
from tests.support.desk import desk as open_desk
from tests.support.fake_market import FakeMarket

FRIEND, GROUP, SUPERGROUP = 2002, -100, -1001


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(shaped("sqlite", tmp_path)) as it:
        yield it


async def fire(desk: Desk, *chats: int) -> None:
    """Let an alert of each chat fire."""
    epoch = await desk.base.lease.take()
    assert epoch is not None
    for chat in chats:
        added = await desk.base.alerts.add(rule(), chat, chat, state="armed", step=STEP, most=9)
        assert await desk.base.alert_book.write(epoch, [fired(added)]) == 1
    desk.clock.advance(1)


async def send(desk: Desk) -> None:
    """Send what waits, a message a chat."""
    desk.working.start(await desk.base.outbox.claim_broadcasts(10))
    while desk.working.under_way:
        await asyncio.sleep(0.002)


async def test_l6_a_sender_that_dies_after_telegrams_ok_tells_it_once_more_and_no_more(
    tmp_path: Path,
) -> None:
    url = shaped("sqlite", tmp_path)
    async with open_desk(url) as desk:
        await fire(desk, YOU)
        (lane,) = await desk.base.outbox.claim_broadcasts(10)
        await desk.post.post(YOU, lane.unsent[0].what)  # and is killed before it can note so

        desk.clock.advance(60)
        wall = desk.clock.now().timestamp
        async with database.opened(open_engine(url), 5.0, "the heir", clock=wall) as heir:
            await heir.lanes.beat()
            (taken,) = await heir.lanes.claim(10)
            limits = Limits(NO_LIMITS, desk.clock.monotonic)
            sending = Sending(desk.post, heir.outbox, limits, Tally(), clock=wall)
            for message in taken.unsent:
                receipt = await sending.deliver(message)
                assert receipt is not None
                await sending.note(receipt)
            await heir.lanes.next(YOU)

            assert desk.texts() == ["#1", "#1"]
            assert await heir.lanes.claim(10) == [] == await heir.outbox.claim_broadcasts(10)
            assert [(row.state, row.doubtful) for row in await desk.rows()] == [("sent", 1)]


async def test_l7_who_blocked_the_bot_is_left_alone_and_reads_later_what_was_missed(
    desk: Desk,
) -> None:
    await desk.telegram.says("hello", chat=FRIEND)
    await desk.telegram.blocks()
    await fire(desk, YOU, FRIEND)
    await send(desk)
    await fire(desk, YOU)
    await send(desk)

    assert not await desk.active() and await desk.active(FRIEND)
    assert desk.texts(FRIEND) == ["#1"]
    assert desk.calls("sendMessage") == 2  # one of them in vain, and none after it

    desk.answer_with(listener(desk))
    await desk.telegram.blocks(False)
    for _ in range(2):
        await desk.telegram.says("/start")
        await desk.get()
    first, second = desk.texts()[-2:]
    assert first.startswith("While I could not reach you:\n#1\n#2\n\n👋")
    assert second.startswith("👋") and await desk.active()


async def test_l8_a_flood_limit_of_one_chat_holds_up_no_other_chats_alert(desk: Desk) -> None:
    await desk.telegram.says("hello", chat=FRIEND)
    await fire(desk, YOU, FRIEND)
    desk.fault("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 3}))
    over = asyncio.Event()
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await over.wait()

    desk.sending._sleep = sleep
    desk.working.start(await desk.base.outbox.claim_broadcasts(10))
    while not waits or not (desk.texts() or desk.texts(FRIEND)):
        await asyncio.sleep(0.002)
    held, told = (FRIEND, YOU) if desk.texts() else (YOU, FRIEND)

    assert (desk.texts(told), desk.texts(held), waits) == (["#1"], [], [3.0])
    over.set()
    while desk.working.under_way:
        await asyncio.sleep(0.002)
    assert desk.texts(held) == ["#1"]


async def test_l9_alerts_of_a_group_that_becomes_a_supergroup_go_with_it(desk: Desk) -> None:
    await desk.telegram.says("hello", chat=GROUP)
    await desk.telegram.says("hello", chat=SUPERGROUP)
    moved = Fault(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": SUPERGROUP})
    desk.fault("sendMessage", moved)
    await fire(desk, GROUP)
    await send(desk)

    assert (desk.texts(GROUP), desk.texts(SUPERGROUP)) == ([], ["#1"])
    assert await desk.base.alerts.of_chat(GROUP) == []
    assert [it.number for it in await desk.base.alerts.of_chat(SUPERGROUP)] == [1]


def listener(desk: Desk) -> Conversation:
    """Return the bot itself, over the desk's database."""
    services = Services(
        market=FakeMarket(),
        features=Features("local"),
        limits=environments.load("local"),
        commands=discover(),
        alerts=desk.base.alerts,
    )
    return Conversation(services, "crypto_assistant_bot", Pace(desk.clock))
