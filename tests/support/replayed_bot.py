"""`python -m tests.support.replayed_bot WORLD DATABASE BOT_API`: the bot's alerts on replayed time.

Engine, lease, outbox and sender are the real ones; all of them take their time from one clock that
stands still between the lines of standard input. A line is the number of a tick; once everything
that it brings is done, the same number is said back, or `standby` while another holds the lease.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path

from sqlalchemy import func, select

from common import wire
from common.market import Timeframe
from telegram_bot.adapters import database
from telegram_bot.adapters.database import Database
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.database_tables import QUEUED, SENDING, outbox
from telegram_bot.adapters.telegram_post import HttpPost, create_post_transport
from telegram_bot.alerts.engine import Engine
from telegram_bot.alerts.feed import Bar, Reading
from telegram_bot.paper.automatic import Automatic
from telegram_bot.people import Strangers
from telegram_bot.profiles import load
from telegram_bot.turns import Turn
from telegram_bot.updates.broadcasting import Broadcasting
from telegram_bot.updates.limits import ChatLimits, Limits
from telegram_bot.updates.sending import Sending
from telegram_bot.updates.working import Working
from telegram_bot.work import Answers, Tally
from tests.support.bench_telegram import TOKEN
from tests.support.replay_papers import ReplayMarket
from tests.support.replay_world import DAY, TICK, ReplayWorld
from tests.support.replies import ticker_reply

DEAD_AFTER = 15.0
_SUB_STEP = 1.0  # seconds: as many broadcasts go at once as may go in a second


class ReplayClock:
    """A clock that is moved from outside; who sleeps by it wakes when it has come that far."""

    def __init__(self, at: datetime) -> None:
        self._start = at
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self.slept = asyncio.Event()
        self._number = 0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def wall(self) -> float:
        return self._start.timestamp() + self._passed

    @property
    def sleeping(self) -> int:
        return len(self._sleepers)

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.slept.set()
        self._number += 1
        entry = (self._passed + seconds, self._number, woken)
        heappush(self._sleepers, entry)
        try:
            await woken.wait()
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)

    def move_to(self, passed: float) -> None:
        """Move on; never back."""
        self._passed = max(self._passed, passed)
        while self._sleepers and self._sleepers[0][0] <= self._passed:
            heappop(self._sleepers)[2].set()


class ReplayFeed:
    """`Feed` of the replayed day; prices are told by the lines."""

    def __init__(self, world: ReplayWorld) -> None:
        self._world = world

    async def follow(
        self, symbols: Callable[[], Sequence[str]]
    ) -> AsyncIterator[wire.TickerReply | wire.CandlesReply]:
        nothing: list[wire.TickerReply] = []
        for reply in nothing:
            yield reply

    async def bars(self, symbol: str, start: float, end: float) -> Sequence[Bar]:
        return self._world.bars(symbol, start, end)

    async def readings(self, symbol: str, span: Timeframe, last: int) -> Sequence[Reading]:
        return ()


class NobodyAsks:
    """`Answerer` of a bot that nobody writes to."""

    async def answers(self, body: bytes) -> Answers:
        return Answers()

    def apology(self, body: bytes) -> Answers:
        return Answers()


class ReplayedBot:
    """Everything between a price and Telegram."""

    def __init__(self, base: Database, post: HttpPost, world: ReplayWorld, clock: ReplayClock):
        tally = Tally()
        limits = Limits(ChatLimits(), clock.monotonic)
        sending = Sending(post, base.outbox, limits, tally, clock=clock.wall, sleep=clock.sleep)
        self._base, self._world, self._clock = base, world, clock
        self.working = Working(base.inbox, base.lanes, NobodyAsks(), sending, tally)
        self.broadcasting = Broadcasting(
            base.outbox, self.working.start, clock.monotonic, clock.sleep
        )
        feed, people = ReplayFeed(world), Strangers()
        self._engine = Engine(
            base.alert_book, feed, people, clock, tally, woken=self.broadcasting.wake
        )
        market = ReplayMarket(world, clock.wall)
        self._presets = Automatic(base.papers, market, people, load("SIMU"), clock)
        self._turn: Turn | None = None

    async def step(self, tick: int) -> str:
        """Let it become the time of a tick, and do all that it brings."""
        self._clock.move_to(tick * TICK + 0.001)
        await self._base.lanes.beat()
        if not await self._hold():
            return "standby"
        for symbol, track in self._world.tracks.items():
            at = DAY + timedelta(seconds=tick * TICK)
            price = track.price(tick)
            told = ticker_reply(
                symbol=symbol,
                source="simu",
                price=price,
                as_of=at,
                alertable=True,
                price_step=track.step,
            )
            await self._engine.hear(told)
        await self._engine.look_around()
        await self._presets.look()
        await self._send((tick + 1) * TICK - 1.0)
        return str(tick)

    async def _hold(self) -> bool:
        if self._turn is not None and await self._base.lease.renew(self._turn.epoch):
            return True
        epoch = await self._base.lease.take()
        self._turn = None if epoch is None else Turn(epoch)
        if self._turn is not None:
            await self._engine.start(self._turn)
        return self._turn is not None

    async def _send(self, until: float) -> None:
        """Let time pass in small steps until everything is sent, or the next tick is due."""
        await self._settle()
        while await self._unsent() and self._clock.monotonic() < until:
            self._clock.move_to(self._clock.monotonic() + _SUB_STEP)
            await self._settle()

    async def _settle(self) -> None:
        """Return once nobody has anything to do before time passes."""
        while True:
            self._clock.slept.clear()
            await asyncio.sleep(0)
            if self._clock.sleeping >= 1 + self.working.under_way:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._clock.slept.wait(), 0.002)

    async def _unsent(self) -> int:
        due = select(func.count()).where(
            outbox.c.state.in_((QUEUED, SENDING)), outbox.c.not_before <= self._clock.wall()
        )
        return await self._base.reader.run(lambda connection: connection.scalar(due)) or 0


async def main(world_file: str, url: str, api: str) -> None:
    """Step through the day as standard input says."""
    world = ReplayWorld.load(Path(world_file))
    clock = ReplayClock(DAY.astimezone(UTC))
    loop = asyncio.get_running_loop()
    line = (await loop.run_in_executor(None, sys.stdin.readline)).strip()
    if not line:
        return  # was not needed
    first, transport = int(line), create_post_transport()
    clock.move_to(first * TICK)
    async with database.opened(open_engine(url), DEAD_AFTER, clock=clock.wall) as base:
        bot = ReplayedBot(base, HttpPost(transport, api, TOKEN), world, clock)
        helpers = [
            asyncio.create_task(bot.broadcasting.run()),
            asyncio.create_task(bot.working.run()),
        ]
        while line:
            print(await bot.step(int(line)), flush=True)
            line = (await loop.run_in_executor(None, sys.stdin.readline)).strip()
        for helper in helpers:
            helper.cancel()
        await bot.working.finish(1.0)
    await transport.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
