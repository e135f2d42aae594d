"""Bring one message to its end: sent, or refused for good. Every step is noted before it is taken.

Waits happen inside the chat's own lane, so a chat that must wait delays no other.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random

import structlog

from telegram_bot.outcomes import (
    Blocked,
    Failed,
    Gone,
    Moved,
    NotSent,
    Outcome,
    Post,
    Refused,
    Sent,
    TooLong,
    Unknown,
    Unreadable,
    Wait,
)
from telegram_bot.outgoing import Message, Outgoing, Receipt
from telegram_bot.updates.limits import Limits
from telegram_bot.updates.reshaping import (
    as_new_message,
    as_plain_text,
    as_words_alone,
    caption_of,
    halved,
    is_marked_up,
    unquoted,
)
from telegram_bot.work import Outbox, Redraw, Tally

log = structlog.get_logger(__name__)

NO_CHANGE = "No change"
TOO_LATE_SECONDS = 30.0  # an answer that Telegram holds up for longer is of no use
LANE_SECONDS = 5.0  # so long a broadcast keeps its lane: of hundreds that wait, none for longer
GIVE_UP_SECONDS = 3_600.0  # so long a message waits for a connection
# So long it is repeated while Telegram says that it fails: more than its troubles mostly last, and
# a message that alone makes it fail keeps the others of its chat waiting for no longer.
FAILED_SECONDS = 120.0
MOST_DOUBTS = 3  # repeats of what was not answered at all, and may have arrived each time
_FIRST_PAUSE, _LONGEST_PAUSE = 0.3, 10.0
_DOUBT_PAUSE = 0.5
_chance = Random()  # spreads load, guards nothing

Sleep = Callable[[float], Awaitable[None]]


class Sending:
    """Sends what is marked; `deliver` never leaves a row without a reason."""

    def __init__(
        self,
        post: Post,
        outbox: Outbox,
        limits: Limits,
        tally: Tally,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] | None = None,
        redraw: Redraw | None = None,
    ) -> None:
        self._post = post
        self._outbox = outbox
        self._limits = limits
        self._tally = tally
        self._clock = clock
        self._sleep = sleep
        self._redraw = redraw
        self._jitter = jitter or (lambda: _chance.uniform(0.1, 1.0))

    async def deliver(self, message: Message) -> Receipt | None:
        """Send, and return the receipt that is yet to be noted; None: there is nothing to note."""
        if message.doubtful:
            self._count("doubtful")
        pause = _FIRST_PAUSE
        doubts = 0
        failing_since = 0.0
        while True:
            message = await self._wait_for_turn(message)
            outcome = await self._post.post(message.chat, message.what)
            self._count(type(outcome).__name__.lower())
            match outcome:
                case Sent():
                    await self._close_tap(message, NO_CHANGE if outcome.unchanged else None)
                    return _receipt(message, outcome)
                case Wait():
                    held_up = outcome.seconds + self._jitter()
                    waited = self._clock() - message.created_at + held_up
                    if not message.broadcast and waited > TOO_LATE_SECONDS:
                        await self._give_up(message, "would come too late")
                        return None
                    if message.broadcast and held_up > LANE_SECONDS:
                        until = self._clock() + held_up
                        await self._outbox.give_back(message.key, message.chat, until)
                        return None
                    message = await self._postpone(message, held_up)
                case NotSent():
                    if self._clock() - message.created_at > GIVE_UP_SECONDS:
                        await self._give_up(message, outcome.reason)
                        return None
                    if pause == _FIRST_PAUSE:
                        log.warning("a message waits for a connection", reason=outcome.reason)
                    message = await self._postpone(message, pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
                case Failed():
                    failing_since = failing_since or self._clock()
                    if self._clock() - failing_since > FAILED_SECONDS:
                        await self._give_up(message, outcome.reason)
                        return None
                    await self._repeat(message, outcome.reason, pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
                case Unknown():
                    if doubts == MOST_DOUBTS:
                        await self._give_up(message, f"unknown: {outcome.reason}")
                        return None
                    await self._repeat(message, outcome.reason, _DOUBT_PAUSE * 2**doubts)
                    doubts += 1
                case Moved():
                    await self._outbox.move(message.chat, outcome.chat)
                    message = replace(message, chat=outcome.chat, what=unquoted(message.what))
                case Blocked():
                    log.info("a chat takes no messages", reason=outcome.reason)
                    await self._outbox.block(message.chat, outcome.reason)
                    return None
                case Unreadable() if is_marked_up(message.what):
                    log.error("telegram cannot read our markup", reason=outcome.reason)
                    message = replace(message, what=as_plain_text(message.what))
                case Gone() if "message_id" in message.what.parameters:
                    message = replace(message, what=as_new_message(message.what))
                case Refused() if caption_of(message.what):
                    message = replace(message, what=await self._another_picture(message))
                case TooLong() if pieces := halved(message):
                    await self._outbox.replace(message.key, pieces)
                    return await self._deliver_all(pieces)
                case _:
                    await self._give_up(message, _reason(outcome))
                    return None

    async def note(self, receipt: Receipt) -> None:
        """Keep that a message arrived."""
        await self._outbox.sent(receipt)

    async def _deliver_all(self, pieces: tuple[Message, ...]) -> Receipt | None:
        receipt: Receipt | None = None
        for piece in pieces:
            if receipt is not None:
                await self._outbox.sent(receipt)
            receipt = await self.deliver(piece)
            if receipt is None:
                return None
        return receipt

    async def _wait_for_turn(self, message: Message) -> Message:
        """Return the message marked, as soon as the chat bears it."""
        if (early := message.not_before - self._clock()) > 0:
            await self._sleep(early)
        while (pause := self._limits.wait(message.chat)) > 0:
            if message.marked and pause > 1.0:  # a process that ends meanwhile has not sent it
                message = await self._postpone(message, pause)
            else:
                await self._sleep(pause)
        if not message.marked:
            await self._outbox.sending(message.key)
        return replace(message, marked=True, not_before=0.0)

    async def _repeat(self, message: Message, reason: str, pause: float) -> None:
        """Wait, and note that it is sent once more though it may have arrived."""
        log.warning("a message may have arrived, and is sent once more", reason=reason)
        await self._sleep(pause + self._jitter())
        self._count("doubtful")
        await self._outbox.sending(message.key, doubtful=True)

    async def _postpone(self, message: Message, seconds: float) -> Message:
        await self._outbox.postpone(message.key, self._clock() + seconds)
        await self._sleep(seconds)
        return replace(message, marked=False)

    async def _another_picture(self, message: Message) -> Outgoing:
        """Return it drawn anew where Telegram knew it no more; else the words go alone."""
        what = message.what
        if what.keep is not None:
            await self._outbox.forget_picture(what.keep.shown)
        drawn = await self._redraw.redrawn(message.chat, what) if self._redraw else None
        return drawn or as_words_alone(what)

    async def _give_up(self, message: Message, reason: str) -> None:
        log.warning("a message was given up", method=message.what.method, reason=reason)
        self._count("given_up")
        await self._outbox.refused(message.key, reason)
        await self._close_tap(message, None)

    async def _close_tap(self, message: Message, text: str | None) -> None:
        if message.what.tap is not None:
            await self._post.close_tap(message.what.tap, text)

    def _count(self, outcome: str) -> None:
        self._tally.count(f'bot_messages_total{{outcome="{outcome}"}}')


def _receipt(message: Message, arrived: Sent) -> Receipt:
    keep = message.what.keep if arrived.file_id is not None else None
    return Receipt(message.key, arrived.message_id, arrived.file_id, keep)


def _reason(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Refused | Unreadable) else repr(outcome)
