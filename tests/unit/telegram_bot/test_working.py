"""A chat's work goes on from one task to the next, whenever its lane is made anew."""

import asyncio
import itertools
from collections.abc import Collection, Sequence
from typing import cast

from telegram_bot.outgoing import Message, Receipt
from telegram_bot.updates.broadcasting import Broadcasting
from telegram_bot.updates.sending import Sending
from telegram_bot.updates.working import Working
from telegram_bot.work import Answers, Incoming, Lane, Outbox, Tally, Waiting

CHAT = 7


class _OneLane:
    """An inbox and lanes of one chat. An update arrives just when the chat has nothing to do."""

    def __init__(self, *late: Waiting) -> None:
        self.late = list(late)
        self.answered_updates: list[int] = []
        self.asked: list[int] = []  # for how many
        self.working: Working | None = None

    async def next(self, chat: int, receipt: Receipt | None = None) -> Lane | None:
        if self.late and self.working is not None:
            # The database gave the lane up and made it anew, and this task knows of neither yet.
            self.working.start([Lane(chat, waiting=self.late.pop(0))])
        return None

    async def answered(self, waiting: Waiting, answers: Answers) -> Sequence[Message]:
        self.answered_updates.append(waiting.update_id)
        return ()

    async def set_aside(self, waiting: Waiting, answers: Answers) -> Sequence[Message]:
        raise AssertionError("nothing fails here")

    async def record(self, updates: Sequence[Incoming], *, take: bool = False) -> Sequence[Lane]:
        return ()

    async def claim(self, most: int) -> Sequence[Lane]:
        self.asked.append(most)
        return ()

    async def attempt(self, suspect: Waiting) -> Waiting:
        return suspect

    async def release(self, chat: int, unfinished: Waiting | None = None) -> None: ...

    async def release_strays(self, running: Collection[int]) -> None: ...

    async def beat(self) -> int:
        return 1

    async def leave(self) -> None: ...


class _Silence:
    async def answers(self, body: bytes) -> Answers:
        return Answers()

    def apology(self, body: bytes) -> Answers:
        return Answers()


class _NoEnd(_Silence):
    async def answers(self, body: bytes) -> Answers:
        await asyncio.Event().wait()
        raise AssertionError("nobody ends it")


async def test_an_update_that_comes_as_its_chats_task_ends_is_answered_at_once() -> None:
    first, *late = [Waiting(number, CHAT, b"{}", attempts=1) for number in (1, 2, 3)]
    lane = _OneLane(*late)
    working = lane.working = Working(lane, lane, _Silence(), _nothing_to_send(), Tally())

    working.start([Lane(CHAT, waiting=first)])
    while working.under_way:
        await asyncio.sleep(0)

    assert lane.answered_updates == [1, 2, 3]


async def test_who_works_on_more_than_fits_asks_for_nothing() -> None:
    """What was recorded at once may be more than the room that was left."""
    lane = _OneLane()
    working = Working(lane, lane, _NoEnd(), _nothing_to_send(), Tally(), at_once=1, look_every=0)
    running = asyncio.create_task(working.run())
    while not lane.asked:
        await asyncio.sleep(0)

    working.start([Lane(chat, waiting=Waiting(chat, chat, b"{}", 1)) for chat in (1, 2, 3)])
    lane.asked.clear()
    for _ in range(20):
        await asyncio.sleep(0)

    assert lane.asked == []
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await working.finish(0.0)


class _Endless:
    """An outbox with broadcasts for one chat after the other."""

    def __init__(self) -> None:
        self._chats = itertools.count(1)

    async def claim_broadcasts(self, most: int) -> Sequence[Lane]:
        chats = itertools.islice(self._chats, most)
        return [Lane(chat, waiting=Waiting(chat, chat, b"{}", 1)) for chat in chats]


async def test_broadcasts_that_come_to_no_end_leave_half_of_the_room_to_people() -> None:
    """As while Telegram cannot be reached: each of thousands would try again and again."""
    lane = _OneLane()
    working = Working(lane, lane, _NoEnd(), _nothing_to_send(), Tally(), at_once=8)

    clock = itertools.count()
    broadcasting = Broadcasting(
        cast(Outbox, _Endless()),
        working.start,
        lambda: float(next(clock)),
        lambda seconds: asyncio.sleep(0),
        spare=lambda: working.spare,
    )
    running = asyncio.create_task(broadcasting.run())
    for _ in range(100):
        await asyncio.sleep(0)

    assert working.under_way == 4 and working.has_room
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await working.finish(0.0)


async def test_a_task_that_stops_takes_up_no_more() -> None:
    first, late = [Waiting(number, CHAT, b"{}", attempts=1) for number in (1, 2)]
    lane = _OneLane()
    working = Working(lane, lane, _Silence(), _nothing_to_send(), Tally())

    working.start([Lane(CHAT, waiting=first)])
    working.start([Lane(CHAT, waiting=late)])
    await working.finish(1.0)

    assert lane.answered_updates == [] and not working.under_way


def _nothing_to_send() -> Sending:
    return Sending.__new__(Sending)  # nobody answers with a message here
