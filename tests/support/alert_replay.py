"""Replay a day against a bot that is killed at random."""

import asyncio
import random
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database import opened
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.database_tables import SENT, outbox
from tests.support import replay_alerts, replay_papers
from tests.support.replay_judge import Verdict, judge
from tests.support.replay_world import TICK, ReplayWorld
from tests.support.replayed_telegram import RecordingTelegram

ROOT = Path(__file__).resolve().parents[2]
TICKS_AN_HOUR = 3_600 // TICK
_LONGEST_AWAY = 12  # ticks
_MOST_AFTER = 5_000  # ticks after the day in which everything is to be sent


@dataclass
class Replay:
    """One replay over a folder of its own.

    Attributes:
        says: Is told how many hours have passed, and how often the bot was killed.
    """

    world: ReplayWorld
    url: str
    folder: Path
    kills: int
    seed: int
    says: Callable[[int, int], None] = lambda hour, kills: None

    async def run(self, count: int, people: int, accounts: int = 0) -> Verdict:
        """Put alerts and paper accounts, step through the day, and judge."""
        engine = open_engine(self.url)
        database_schema.prepare(engine)
        alerts = replay_alerts.put(
            engine, replay_alerts.drawn(self.world, count, people, self.seed)
        )
        papers = replay_papers.drawn(self.world, accounts, self.seed)
        before = replay_papers.START
        async with opened(open_engine(self.url), 15.0, clock=lambda: before) as base:
            await replay_papers.put(base, papers)
        file = self.folder / "world.json"
        self.world.save(file)
        telegram = RecordingTelegram()
        server = await telegram.start()
        command = [
            sys.executable,
            "-m",
            "tests.support.replayed_bot",
            str(file),
            self.url,
            f"http://127.0.0.1:{telegram.port}",
        ]
        verdict = Verdict(len(alerts))
        try:
            await self._day(command, engine, verdict)
        finally:
            server.close()
        judge(verdict, self.world, alerts, papers, engine, telegram)
        engine.dispose()
        return verdict

    async def _day(self, command: Sequence[str], engine: Engine, verdict: Verdict) -> None:
        chance = random.Random(self.seed)
        deaths = set(chance.sample(range(10, self.world.steps - 5), self.kills))
        child: asyncio.subprocess.Process | None = None
        away = 0
        with (self.folder / "bot.log").open("ab") as log:

            async def start() -> asyncio.subprocess.Process:
                return await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                    cwd=ROOT,
                )

            spare = await start()  # has loaded everything when the one before dies
            for tick in range(self.world.steps + _MOST_AFTER):
                if away > 0:
                    away -= 1
                    continue
                if child is None:
                    child, spare = spare, await start()
                heard = child.stdout
                assert child.stdin is not None and heard is not None
                child.stdin.write(f"{tick}\n".encode())
                await child.stdin.drain()
                if tick in deaths:
                    await asyncio.sleep(chance.uniform(0, 0.03))
                    child.send_signal(signal.SIGKILL)
                    await child.wait()
                    child, away = None, chance.randint(0, _LONGEST_AWAY)
                    verdict.kills += 1
                    continue
                if not await heard.readline():
                    raise RuntimeError(f"the bot ended: {self.folder / 'bot.log'}")
                if tick % TICKS_AN_HOUR == 0:
                    self.says(tick // TICKS_AN_HOUR, verdict.kills)
                over = tick >= self.world.steps + 20 and tick % 20 == 0
                if over and not _unsent(engine):
                    break
            for process in filter(None, (child, spare)):
                assert process.stdin is not None
                process.stdin.close()
                await process.wait()


def _unsent(engine: Engine) -> bool:
    with engine.connect() as connection:
        return (
            connection.scalar(select(outbox.c.id).where(outbox.c.state != SENT).limit(1))
            is not None
        )
