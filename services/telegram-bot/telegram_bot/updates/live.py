"""A live price: a message that is edited every few seconds for a minute, beside its chat's lane.

One a chat. It survives nothing: a process that ends lets go of it, and the message keeps its last
state, which says its time; a tap on Stop brings the usual buttons back at any time.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import structlog

from common.clock import Clock
from telegram_bot.live_turns import LiveTurns
from telegram_bot.outcomes import NotSent, Post, Sent, Unknown, Wait
from telegram_bot.outgoing import Outgoing
from telegram_bot.ports import Refreshing, Speaker
from telegram_bot.replies import Live, Reply
from telegram_bot.updates.limits import Limits
from telegram_bot.updates.polling import until

log = structlog.get_logger(__name__)

EVERY_SECONDS = 5.0
LASTS_SECONDS = 60.0
LEAVES = 8  # messages that the chat must still bear besides, so that no answer waits for an edit
_LAST_TRIES = 3

Sleep = Callable[[float], Awaitable[object]]
Edit = Callable[[Reply, int], Outgoing]


class Lives:
    """The live prices of this process."""

    def __init__(
        self,
        refreshing: Refreshing,
        post: Post,
        limits: Limits,
        turns: LiveTurns,
        clock: Clock,
        edit: Edit,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Ask `refreshing` again and again; `edit` makes the call that changes our message."""
        self._refreshing = refreshing
        self._post = post
        self._limits = limits
        self._turns = turns
        self._clock = clock
        self._edit = edit
        self._sleep = sleep
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, message: int, live: Live, speaker: Speaker) -> None:
        """Keep a message live from now on; what was live in that chat before ends within a step."""
        turn = f"{message}.{secrets.token_hex(8)}"
        await self._turns.begin(speaker.chat, turn)
        task = asyncio.create_task(self._run(message, turn, live, speaker), name="live")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def end(self, chat: int) -> None:
        """End what is live in a chat, at whichever task it runs."""
        await self._turns.end(chat)

    async def finish(self, seconds: float) -> None:
        """Bring the usual buttons back everywhere, as far as that takes no longer."""
        self._stopping.set()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=seconds)
        for task in list(self._tasks):
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a live price was given up", exc_info=error)

    async def _run(self, message: int, turn: str, live: Live, speaker: Speaker) -> None:
        over = self._clock.monotonic() + LASTS_SECONDS
        shown, rest = "", 0.0
        while True:
            await until(self._stopping, self._sleep(max(EVERY_SECONDS, rest)))
            rest = 0.0
            current = await self._turns.current(speaker.chat)
            if current != turn or self._stopping.is_set() or self._clock.monotonic() >= over:
                break
            reply = await self._refreshing.again(live.again, speaker)
            if reply is None or reply.text == shown:
                continue
            if self._limits.wait(speaker.chat, leaving=LEAVES) > 0:
                continue
            match await self._post.post(speaker.chat, self._edit(reply, message)):
                case Sent():
                    shown = reply.text
                case Wait(seconds):
                    rest = seconds
                case NotSent() | Unknown():
                    pass
                case _:
                    return await self._turns.end(speaker.chat, turn)  # it is there no more
        taken_over = current is not None and current.startswith(f"{message}.") and current != turn
        if not taken_over:
            await self._settle(message, live, speaker)
        await self._turns.end(speaker.chat, turn)

    async def _settle(self, message: int, live: Live, speaker: Speaker) -> None:
        """Leave the message as it was before, with the price of now."""
        for _ in range(_LAST_TRIES):
            reply = await self._refreshing.again(live.after, speaker)
            if reply is not None:
                outcome = await self._post.post(speaker.chat, self._edit(reply, message))
                if not isinstance(outcome, Wait | NotSent | Unknown):
                    return
            await until(self._stopping, self._sleep(EVERY_SECONDS))
