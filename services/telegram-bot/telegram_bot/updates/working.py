"""Process what the inbox holds: in order within a chat, in parallel across chats.

A chat with work has a lane. One task of one process owns it: it sends what an earlier owner left,
then takes the chat's updates one after the other, until the lane is empty and given up.
"""

import asyncio
from collections.abc import Sequence

import structlog

from telegram_bot.outgoing import Message, Receipt
from telegram_bot.updates.sending import Sending
from telegram_bot.work import (
    MOST_ATTEMPTS,
    Answerer,
    Inbox,
    Lane,
    Lanes,
    Lost,
    Tally,
    Waiting,
    under_way,
)

log = structlog.get_logger(__name__)

AT_ONCE = 256  # chats served at the same time
LOOK_EVERY_SECONDS = 0.5  # for what other tasks recorded, or left
_SUSPECTS_AT_ONCE = 2  # what was begun before may end this process too: keep the others out of it
_STRAYS_EVERY = 20  # looks
_BUSY_PAUSE = 0.02
_TROUBLE_PAUSE = 1.0


class Working:
    """The lanes of this process. `wake` says that something was recorded."""

    def __init__(
        self,
        inbox: Inbox,
        lanes: Lanes,
        answerer: Answerer,
        sending: Sending,
        tally: Tally,
        *,
        at_once: int = AT_ONCE,
        look_every: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self._inbox = inbox
        self._lanes = lanes
        self._answerer = answerer
        self._sending = sending
        self._tally = tally
        self._at_once = at_once
        self._look_every = look_every
        self._suspects = asyncio.Semaphore(_SUSPECTS_AT_ONCE)
        self._woken = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], int] = {}
        self._chats: set[int] = set()
        self._handed_on: dict[int, Lane] = {}  # claimed while the task before was still at its end
        self._looks = 0
        self._stopping = False

    def wake(self) -> None:
        self._woken.set()

    @property
    def under_way(self) -> int:
        return len(self._tasks)

    async def run(self) -> None:
        """Claim lanes until cancelled; call `finish` then."""
        while True:
            try:
                await self._claim()
            except Exception:
                log.exception("work cannot be taken from the database")
                await asyncio.sleep(_TROUBLE_PAUSE)
            try:
                async with asyncio.timeout(self._look_every):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()

    async def finish(self, seconds: float) -> None:
        """Let each lane end the update that it is at; cut off after `seconds` what does not."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)
        late = dict(self._tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            log.warning("updates were cut off", chats=len(late))

    def start(self, lanes: Sequence[Lane]) -> None:
        """Work on lanes that were claimed for us."""
        for lane in sorted(lanes, key=_suspicion):
            if lane.chat in self._chats:  # given up in the database, and its task not yet over
                self._handed_on[lane.chat] = lane
                continue
            task = asyncio.create_task(self._own(lane), name="lane")
            self._tasks[task] = lane.chat
            self._chats.add(lane.chat)
            task.add_done_callback(self._done)

    @property
    def has_room(self) -> bool:
        return not self._stopping and len(self._tasks) < self._at_once

    @property
    def spare(self) -> int:
        """How many lanes those may take that nobody asked for: people always find the other half.

        While Telegram cannot be reached, each keeps its lane and tries again and again.
        """
        return 0 if self._stopping else max(0, self._at_once // 2 - len(self._tasks))

    async def _claim(self) -> None:
        self._looks += 1
        if self._looks % _STRAYS_EVERY == 0:
            await self._lanes.release_strays(set(self._chats))
        while (room := self._at_once - len(self._tasks)) > 0:  # what was recorded may exceed it
            claimed = await self._lanes.claim(room)
            self.start(claimed)
            if len(claimed) < room:
                return

    def _done(self, task: asyncio.Task[None]) -> None:
        chat = self._tasks.pop(task)
        self._chats.discard(chat)
        if (lane := self._handed_on.pop(chat, None)) and not self._stopping:
            self.start([lane])
        if len(self._tasks) == self._at_once - 1:
            self._woken.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("a lane was given up", exc_info=error)

    async def _own(self, lane: Lane) -> None:
        """Work until the lane is empty; whatever happens, it is ours no longer afterwards."""
        chat = lane.chat
        at: Waiting | None = lane.waiting
        empty = False
        try:
            for message in lane.unsent:
                await self._note(await self._sending.deliver(message))
            current: Lane | None = lane
            if lane.waiting is None:
                current = await self._lanes.next(chat)
            while current is not None:
                at = current.waiting
                if self._stopping:
                    return
                receipt: Receipt | None = None
                if at is not None:
                    receipt = await self._process(at)
                    at = None
                else:
                    await asyncio.sleep(_BUSY_PAUSE)
                current = await self._next(chat, receipt)
            empty = True
        except Lost:
            log.info("another task took a chat over")
        finally:
            if not empty:
                await asyncio.shield(self._release(chat, at))

    async def _next(self, chat: int, receipt: Receipt | None) -> Lane | None:
        """Return the lane's next update; when the process ends, give it up without taking one."""
        if not self._stopping:
            return await self._lanes.next(chat, receipt)
        await self._note(receipt)
        await self._release(chat, None)
        return None

    async def _process(self, waiting: Waiting) -> Receipt | None:
        """Answer one update and return the receipt of its last message, yet to be noted."""
        messages = await self._answered(waiting)
        receipt: Receipt | None = None
        for message in messages:
            await self._note(receipt)
            receipt = await self._sending.deliver(message)
        return receipt

    async def _answered(self, waiting: Waiting) -> Sequence[Message]:
        if waiting.counted:
            return await self._attempt(waiting)
        async with self._suspects:
            return await self._attempt(await self._lanes.attempt(waiting))

    async def _attempt(self, waiting: Waiting) -> Sequence[Message]:
        if waiting.attempts > MOST_ATTEMPTS:
            log.error("an update was set aside", update=waiting.update_id)
            self._tally.count("bot_updates_set_aside_total")
            return await self._inbox.set_aside(waiting, self._answerer.apology(waiting.body))
        try:
            under_way.set(waiting.update_id)  # each lane is a task, with a context of its own
            answers = await self._answerer.answers(waiting.body)
        except Exception:
            log.exception("an update failed", update=waiting.update_id, attempt=waiting.attempts)
            self._tally.count("bot_updates_failed_total")
            return ()
        messages = await self._inbox.answered(waiting, answers)
        self._tally.count("bot_updates_processed_total")
        return messages

    async def _note(self, receipt: Receipt | None) -> None:
        if receipt is not None:
            await self._sending.note(receipt)

    async def _release(self, chat: int, unfinished: Waiting | None) -> None:
        """Give the lane up, for as long as it takes: nobody else can while we live."""
        while True:
            try:
                return await self._lanes.release(chat, unfinished)
            except Exception as error:
                log.warning("a lane cannot be given up", reason=type(error).__name__)
                if self._stopping:
                    return None  # without us it is free in a moment
                await asyncio.sleep(_TROUBLE_PAUSE)


def _suspicion(lane: Lane) -> int:
    """The least suspicious first: they clear themselves before the next death."""
    return lane.waiting.attempts if lane.waiting is not None else 0
