"""A bot without its sources: a scripted listener, a real database, a real Bot API on a socket.

async with desk(url) as it:
    await it.telegram.says("hello")
    await it.get()
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select

from common.clock import FrozenClock
from playground.chats import YOU
from playground.faults import Fault
from telegram_bot.adapters import database, database_schema
from telegram_bot.adapters.database import Database
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.database_tables import chats, outbox
from telegram_bot.adapters.telegram_handlers import Handlers
from telegram_bot.adapters.telegram_outgoing import Place, new_messages
from telegram_bot.adapters.telegram_post import HttpPost, create_post_transport
from telegram_bot.outgoing import Message, Outgoing, Receipt
from telegram_bot.ports import Listener, Speaker
from telegram_bot.replies import Notice, Press, Reply, Upload
from telegram_bot.updates.limits import ChatLimits, Limits
from telegram_bot.updates.sending import Sending
from telegram_bot.updates.source import incoming
from telegram_bot.updates.working import Working
from telegram_bot.work import Answers, Tally
from tests.support.playground import Playground, playground
from tests.support.replies import AS_OF

Json = dict[str, Any]
NO_LIMITS = ChatLimits(per_second=1e6, burst=1_000_000, per_group_minute=1_000_000)


class Parrot:
    """Says back what it hears; what it is told to raise, it raises."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Speaker]] = []
        self.error: Exception | None = None
        self.silent = False
        self.notice: Notice | None = None

    async def said(self, text: str, speaker: Speaker, file: Upload | None = None) -> Reply | None:
        self.heard.append((text, speaker))
        if self.error is not None:
            raise self.error
        return None if self.silent else Reply(text, ((Press("again", text),),))

    async def joined(self, speaker: Speaker) -> Reply | None:
        return await self.said("joined", speaker)

    async def pressed(self, data: str, speaker: Speaker) -> Reply | Notice | None:
        if self.notice is not None:
            return self.notice
        reply = await self.said(data, speaker)
        return reply and Reply(reply.text, edits=not data.startswith("1 /"))


@dataclass
class Desk:
    """Everything between the inbox and Telegram.

    Attributes:
        clock: What the database and the sender go by; `slept` moves it.
        slept: The waits of the sender, which take no time.
    """

    telegram: Playground
    base: Database
    parrot: Parrot
    clock: FrozenClock
    tally: Tally
    sending: Sending
    working: Working
    post: HttpPost
    slept: list[float] = field(default_factory=list)

    def answer_with(self, listener: Listener) -> None:
        """Put another listener in the parrot's place."""
        answerer = Handlers(listener, self.base.outbox.answer_to, self.post.close_tap)
        base = self.base
        self.working = Working(base.inbox, base.lanes, answerer, self.sending, self.tally)

    async def get(self) -> None:
        """Record and process what the person did."""
        pending = self.telegram.world.updates.pending
        await self.base.inbox.record([incoming(pending.popleft()) for _ in range(len(pending))])
        await self.work()

    async def work(self) -> None:
        """Process until nothing is left."""
        await self.base.lanes.beat()
        while lanes := await self.base.lanes.claim(100):
            self.working.start(lanes)
            while self.working.under_way:
                await asyncio.sleep(0.002)

    async def send(self, text: str, chat: int = YOU, **more: Any) -> Receipt | None:
        """Send one answer as the owner of its lane would, and note that it arrived."""
        (what,) = new_messages(Reply(text), Place())
        return await self.call(Outgoing(what.method, {**what.parameters, **more}), chat)

    async def call(self, what: Outgoing, chat: int = YOU) -> Receipt | None:
        message = await self.marked(what, chat)
        receipt = await self.sending.deliver(message)
        if receipt is not None:
            await self.sending.note(receipt)
        return receipt

    async def marked(self, what: Outgoing, chat: int = YOU) -> Message:
        """Return a message in the outbox that is marked as being sent."""
        number = len(await self.rows()) + 1
        update = {"update_id": 10_000 + number, "message": {"chat": {"id": chat}}}
        await self.base.inbox.record([incoming(update)])
        await self.base.lanes.beat()
        (lane,) = await self.base.lanes.claim(100)
        assert lane.waiting is not None
        (message,) = await self.base.inbox.answered(lane.waiting, Answers((what,)))
        await self.base.lanes.next(chat)
        return message

    async def rows(self) -> Sequence[Row[Any]]:
        """The outbox, in order."""
        every = select(outbox).order_by(outbox.c.id)
        return await self.base.reader.run(lambda connection: connection.execute(every).all())

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def active(self, chat: int = YOU) -> bool:
        known = select(chats.c.active).where(chats.c.chat == chat)
        found = await self.base.reader.run(lambda connection: connection.scalar(known))
        return found is not False

    def fault(self, method: str, *faults: Fault) -> None:
        self.telegram.world.faults.add(method, *faults)

    def texts(self, chat: int = YOU) -> list[str]:
        messages = self.telegram.world.open_chat(chat).messages.values()
        return [message["text"] for message in messages if message["from"]["is_bot"]]

    def calls(self, method: str) -> int:
        return len(self.telegram.oracle.named(method))

    def last(self, method: str) -> Json:
        return self.telegram.oracle.named(method)[-1]

    def count(self, outcome: str) -> int:
        return self.tally.counts.get(f'bot_messages_total{{outcome="{outcome}"}}', 0)


@asynccontextmanager
async def desk(url: str, *, limits: ChatLimits = NO_LIMITS) -> AsyncIterator[Desk]:
    """Run a desk over an empty database."""
    engine = open_engine(url)
    database_schema.prepare(engine)
    clock = FrozenClock(AS_OF)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.advance(seconds)
        await asyncio.sleep(0)

    def wall() -> float:
        return clock.now().timestamp()

    client = create_post_transport()
    async with playground(flood=None) as telegram, database.opened(engine, 5.0, clock=wall) as base:
        await telegram.says("/start")
        telegram.world.updates.pending.clear()
        post = HttpPost(client, telegram.address, telegram.token)
        parrot, tally = Parrot(), Tally()
        handlers = Handlers(parrot, base.outbox.answer_to, post.close_tap)
        sending = Sending(
            post,
            base.outbox,
            Limits(limits, clock.monotonic),
            tally,
            clock=wall,
            sleep=sleep,
            jitter=lambda: 0.0,
        )
        working = Working(base.inbox, base.lanes, handlers, sending, tally)
        it = Desk(telegram, base, parrot, clock, tally, sending, working, post, slept)
        try:
            yield it
        finally:
            await it.working.finish(0.0)
            await client.aclose()
