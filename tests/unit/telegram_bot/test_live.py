"""A live price: edited for a minute, beside everything else, on a clock that the test moves."""

import asyncio
from collections.abc import Mapping

from common.clock import FrozenClock
from telegram_bot.outcomes import Gone, Outcome, Sent, Wait
from telegram_bot.outgoing import Outgoing
from telegram_bot.ports import Speaker
from telegram_bot.replies import Live, Reply
from telegram_bot.updates.limits import ChatLimits, Limits
from telegram_bot.updates.live import Lives
from tests.support.replies import AS_OF

ME = Speaker(chat=7, user=7, private=True)
LIVE = Live("1 price BTC ~live", "1 price BTC ~stop")


class Table:
    """`LiveTurns` in memory, as several tasks would share it."""

    def __init__(self) -> None:
        self.turns: dict[int, str] = {}

    async def begin(self, chat: int, turn: str) -> None:
        self.turns[chat] = turn

    async def current(self, chat: int) -> str | None:
        return self.turns.get(chat)

    async def end(self, chat: int, turn: str | None = None) -> None:
        if turn in (None, self.turns.get(chat)):
            self.turns.pop(chat, None)


class Home:
    """Everything a live price meets; `prices` are said one after the other."""

    def __init__(self, limits: ChatLimits | None = None) -> None:
        self.clock = FrozenClock(AS_OF)
        self.table = Table()
        self.texts: list[tuple[int, str]] = []
        self.outcomes: list[Outcome] = []
        self.moving = True
        self.at_step: dict[int, object] = {}
        self.steps = 0
        bears = Limits(limits or ChatLimits(), self.clock.monotonic)
        self.lives = Lives(self, self, bears, self.table, self.clock, self.edit, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.steps += 1
        if (act := self.at_step.get(self.steps)) is not None:
            await act()  # type: ignore[operator]
        await asyncio.sleep(0)

    async def again(self, data: str, speaker: Speaker) -> Reply | None:
        if data == LIVE.after:
            return Reply("usual")
        return Reply(str(self.steps if self.moving else "same"))

    def edit(self, reply: Reply, message: int) -> Outgoing:
        return Outgoing("editMessageText", {"message_id": message, "text": reply.text})

    async def post(self, chat: int, what: Outgoing) -> Outcome:
        said: Mapping[str, object] = what.parameters
        self.texts.append((int(str(said["message_id"])), str(said["text"])))
        return self.outcomes.pop(0) if self.outcomes else Sent()

    async def close_tap(self, tap: str, text: str | None = None, *, alert: bool = False) -> None:
        return None

    async def run(self, message: int = 1) -> list[str]:
        await self.lives.begin(message, LIVE, ME)
        await self.ended()
        return [text for _, text in self.texts]

    async def ended(self) -> None:
        while self.lives._tasks:
            await asyncio.sleep(0)


async def test_it_is_edited_every_five_seconds_for_a_minute_and_then_stops() -> None:
    home = Home()

    texts = await home.run()

    assert texts == [*(str(step) for step in range(1, 12)), "usual"]
    assert home.clock.monotonic() == 60.0
    assert home.table.turns == {}


async def test_what_has_not_changed_is_not_edited() -> None:
    home = Home()
    home.moving = False

    assert await home.run() == ["same", "usual"]


async def test_who_stops_it_has_the_usual_message_at_once() -> None:
    home = Home()
    home.at_step[3] = lambda: home.lives.end(ME.chat)

    assert await home.run() == ["1", "2", "usual"]


async def test_a_chat_has_one_the_latest() -> None:
    home = Home()
    home.at_step[2] = lambda: home.lives.begin(2, LIVE, ME)

    await home.run(1)

    assert [text for message, text in home.texts if message == 1] == ["1", "usual"]
    assert [text for message, text in home.texts if message == 2][-1] == "usual"


async def test_a_message_that_is_made_live_again_is_not_put_back_meanwhile() -> None:
    home = Home()
    home.at_step[2] = lambda: home.lives.begin(1, LIVE, ME)

    texts = await home.run(1)

    assert texts.count("usual") == 1 and texts[-1] == "usual"


async def test_a_flood_is_waited_out() -> None:
    home = Home()
    home.outcomes = [Wait(20.0)]

    texts = await home.run()

    assert texts[:2] == ["1", "2"]
    assert len(texts) < 11


async def test_a_message_that_was_deleted_is_left_alone() -> None:
    home = Home()
    home.outcomes = [Sent(), Gone()]

    assert await home.run() == ["1", "2"]
    assert home.table.turns == {}


async def test_it_leaves_room_for_answers() -> None:
    home = Home(ChatLimits(burst=9, per_second=0.01))

    assert await home.run() == ["1", "usual"]


async def test_the_end_of_the_process_brings_the_usual_message_back() -> None:
    home = Home()

    async def stop() -> None:
        home.lives._stopping.set()

    home.at_step[2] = stop

    assert await home.run() == ["1", "usual"]
