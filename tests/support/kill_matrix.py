"""Kill a bot at every step of its work, over and over, and count what its people got.

People send numbered words that the bot does not know, and each answer repeats its word. So it shows
which message was answered, how often and in which order.
"""

import asyncio
import json
import os
import random
import re
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from local.ports import free_port
from playground.app import DEFAULT_TOKEN, create_app
from playground.webhook import read_target
from playground.world import World
from telegram_bot.adapters import database_schema
from telegram_bot.adapters.database import Database, opened
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.adapters.database_tables import SENT, SET_ASIDE, inbox, lease, outbox, tasks
from tests.support.dying_bot import STEPS
from tests.support.nursery import Bot, Nursery
from tests.support.serving import serve

SECRET = "only-for-this-matrix"
_WORD = re.compile(r"/w(\d+)")
_POLLING_ONLY = {"acknowledging", "fetched"}
_FIRST_CHAT = 5_000
# How long a task may show no life. A busy machine must not make a living bot look dead, least of
# all where nothing may come twice; and each death costs this long.
_DEAD_AFTER_KILLS, _DEAD_AFTER = 1.5, 4.0
_PATIENCE = 60.0  # with a machine that does much else


@dataclass
class Verdict:
    """What came of it.

    Attributes:
        lost: Updates whose people heard nothing.
        set_aside: Updates that three processes died over: their people were told so.
        doubled: Answers that a person got once more.
        doubtful: Those of them that the outbox had marked; all, if it keeps its word.
        disordered: Answers that came before an earlier one of their chat.
    """

    updates: int
    kills: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    set_aside: int = 0
    doubled: int = 0
    doubled_unmarked: int = 0
    doubtful: int = 0
    disordered: int = 0
    conflicts: int = 0
    handed_over: int = 0
    exits: list[int] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        bad = (self.lost, self.doubled_unmarked, self.disordered, self.conflicts)
        # Who is told to stop while it still starts has taken nothing, and just ends.
        return not any(bad) and set(self.exits) <= {0, -signal.SIGTERM}

    def __str__(self) -> str:
        return (
            f"{self.updates} updates, {self.kills.total()} kills, {self.handed_over} hand-overs: "
            f"lost {self.lost}, set aside {self.set_aside}, "
            f"doubled {self.doubled} (unmarked {self.doubled_unmarked}), "
            f"marked doubtful {self.doubtful}, out of order {self.disordered}, "
            f"conflicts {self.conflicts}, exit codes {sorted(set(self.exits))}"
        )


class Bots:
    """Bot processes over one database and one Telegram."""

    def __init__(
        self,
        home: Nursery,
        telegram: str,
        url: str,
        source: str,
        logs: Path,
        dead_after: float,
    ) -> None:
        self._home = home
        self._dead_after = dead_after
        self.webhook_port = free_port()
        self._telegram = telegram
        self._url = url
        self._source = source
        self._logs = logs
        self._started: list[Bot] = []

    async def start(self, die_at: str = "") -> Bot:
        environment = {name: text for name, text in os.environ.items() if "TELEGRAM" not in name}
        environment |= {
            "TELEGRAM_BOT_TOKEN": DEFAULT_TOKEN,
            "TELEGRAM_API_URL": self._telegram,
            "MARKET_DATA_URL": "http://127.0.0.1:1",
            "DATABASE_URL": self._url,
            "UPDATES": self._source,
            "WEBHOOK_SECRETS": SECRET,
            "WEBHOOK_PORT": str(self.webhook_port),
            "DEAD_AFTER_SECONDS": str(self._dead_after),
            "LOG_LEVEL": "INFO",
            "DIE_AT": die_at,
        }
        bot = await self._home.start(environment, self._logs)
        self._started.append(bot)
        return bot

    def logged(self, event: str) -> int:
        """Return how often the bots logged an event."""
        lines = self._logs.read_bytes().splitlines()
        return sum(json.loads(line)["event"] == event for line in lines if line.startswith(b"{"))

    def close(self) -> None:
        """End those that still run."""
        for bot in self._started:
            bot.close()


@dataclass
class People:
    """Hundreds of people who type, and what they got."""

    world: World
    chats: int
    sent: int = 0

    async def type(self, count: int, per_second: float) -> None:
        """Send `count` messages at a steady pace."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(count):
            self.say()
            await asyncio.sleep(max(0.0, began + (number + 1) / per_second - loop.time()))

    def say(self) -> None:
        chat = self.world.open_chat(_FIRST_CHAT + self.sent * 7 % self.chats)
        self.world.typed(chat, {"text": f"/w{self.sent}", "entities": _command(self.sent)})
        self.sent += 1

    def answers(self) -> list[list[int]]:
        """Return the words that were answered, in order, for each chat."""
        found: list[list[int]] = []
        for chat in self.world.chats.values():
            texts = [it.get("text", "") for it in chat.messages.values() if it["from"]["is_bot"]]
            words = [_WORD.search(text) for text in texts]
            found.append([int(word[1]) for word in words if word])
        return found

    def answered(self) -> int:
        return len({word for chat in self.answers() for word in chat})

    async def all_answered(self, within: float) -> None:
        """Return when everybody has an answer, or nobody has got one for `within` seconds."""
        best, since = -1, 0.0
        while (now := self.answered()) < self.sent and since < within:
            since = since + 0.05 if now == best else 0.0
            best = now
            await asyncio.sleep(0.05)


def _command(number: int) -> list[dict[str, object]]:
    return [{"type": "bot_command", "offset": 0, "length": len(f"/w{number}")}]


async def matrix(
    home: Nursery,
    source: str,
    url: str,
    logs: Path,
    *,
    kills: int = 0,
    hand_overs: int = 0,
    twins: bool = False,
    per_second: float = 100.0,
    seed: int = 1,
    steps: Sequence[str] = tuple(STEPS),
) -> Verdict:
    """Run bots under load, end them at one step after the other, and return what people got.

    Args:
        home: Where the bots come from.
        source: `polling` or `webhook`.
        url: Of an empty database.
        logs: A file for what the bots log.
        twins: Run two at once; else one after the other.
    """
    chance = random.Random(seed)  # nosec B311
    verdict = Verdict(0)
    app = create_app(flood=None, webhook_retry=0.02)
    world: World = app.state.world
    people = People(world, chats=400)
    async with AsyncExitStack() as closing:
        address = await closing.enter_async_context(serve(app))
        dead_after = _DEAD_AFTER_KILLS if kills else _DEAD_AFTER
        bots = Bots(home, address, url, source, logs, dead_after)
        closing.callback(bots.close)
        if source == "webhook":
            target = f"http://127.0.0.1:{bots.webhook_port}/telegram"
            await world.webhook.set(read_target(target, SECRET, 0))
        typing = asyncio.create_task(people.type(1_000_000, per_second))
        fitting = [step for step in steps if source == "polling" or step not in _POLLING_ONLY]
        twin = await bots.start() if twins else None
        try:
            for number in range(kills):
                step = [*fitting, "any moment"][number % (len(fitting) + 1)]
                await _kill(bots, step, chance)
                verdict.kills[step] += 1
            last = await bots.start()
            running = [last] if twin is None else [last, twin]
            if hand_overs:
                verdict.handed_over = await _hand_over(url, hand_overs)
            if not kills:
                await asyncio.sleep(1.0)
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)
        await people.all_answered(within=_PATIENCE)
        for bot in running:
            bot.send_signal(signal.SIGTERM)
            verdict.exits.append(await bot.wait())
        verdict.conflicts = bots.logged("another program takes this bot's updates")
    judge(verdict, people, url)
    return verdict


async def _kill(bots: Bots, step: str, chance: random.Random) -> None:
    """Start a bot and see it end: at a step, or at any moment after it began to work."""
    if step == "any moment":
        bot = await bots.start()
        await asyncio.sleep(chance.uniform(0.1, 2.0))
        bot.kill()
    else:
        most = 3 if step == "claimed" else 15  # lanes are looked for twice a second
        bot = await bots.start(f"{step}:{chance.randint(1, most)}")
    try:
        async with asyncio.timeout(_PATIENCE):
            code = await bot.wait()
    except TimeoutError:
        bot.kill()
        raise AssertionError(f"the bot never came to the step {step!r}") from None
    assert code == -signal.SIGKILL, f"{step}: the bot ended with {code}"


async def _hand_over(url: str, times: int) -> int:
    """Give the lease from one task to the other, and wait each time until it has arrived."""
    engine = open_engine(url)
    database_schema.prepare(engine)
    done = 0
    async with (
        opened(engine, 0.5, "the one who asks") as base,
        asyncio.timeout(_PATIENCE + 3 * times),
    ):
        while len(await _tasks(base)) < 2 or not await _holder(base):
            await asyncio.sleep(0.05)
        for _ in range(times):
            holder = await _holder(base)
            heir = next(name for name in await _tasks(base) if name != holder)
            looks = 0
            while heir != await _holder(base):
                if looks % 50 == 0:  # a wish is forgotten when a holder is taken for dead
                    await base.lease.hand_over(heir)
                looks += 1
                await asyncio.sleep(0.02)
            done += 1
            await asyncio.sleep(0.1)
    return done


async def _holder(base: Database) -> str | None:
    return await base.reader.run(lambda it: it.scalar(select(lease.c.holder)))


async def _tasks(base: Database) -> Sequence[str]:
    return await base.reader.run(lambda it: list(it.scalars(select(tasks.c.name))))


def judge(verdict: Verdict, people: People, url: str) -> None:
    """Count what people got, and what the outbox says of it."""
    engine = open_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(outbox.c.payload, outbox.c.doubtful)).all()
        sent = set(connection.scalars(select(outbox.c.key).where(outbox.c.state == SENT)))
        aside = connection.execute(select(inbox).where(inbox.c.state == SET_ASIDE)).all()
        told = {
            json.loads(row.body)["message"]["text"]
            for row in aside
            if f"u{row.update_id}.0" in sent
        }
    engine.dispose()
    marked: Counter[int] = Counter()
    for row in rows:
        word = _WORD.search(row.payload)
        if word:
            marked[int(word[1])] += row.doubtful
    answers = people.answers()
    got = Counter(word for chat in answers for word in chat)
    verdict.updates = people.sent
    silent = [word for word in range(people.sent) if not got[word]]
    verdict.lost = sum(f"/w{word}" not in told for word in silent)
    verdict.set_aside = len(told)
    verdict.doubled = sum(count - 1 for count in got.values())
    verdict.doubled_unmarked = sum(max(0, got[word] - 1 - marked[word]) for word in got)
    verdict.doubtful = sum(marked.values())
    for chat in answers:
        first = list(dict.fromkeys(chat))
        verdict.disordered += sum(b < a for a, b in zip(first, first[1:], strict=False))
