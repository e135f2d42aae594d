"""Whole deployments on one machine: the tool, the scripted ECS, real bots, a real HAProxy, people.

Everything that matters is real but ECS itself: `python -m deploy` is a process that speaks to ECS
by boto3, tasks are bots on PostgreSQL, HAProxy brings them what the playground's Bot API sends to
the address that the tool has set. Only the time of ECS passes faster.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import urllib3

from common.ledger.events import broken_at
from common.ledger.file import FileLedger
from dashboard.story import stories
from deploy import aws
from deploy.endings import DEPLOYED, ROLLED_BACK, UNFINISHED
from local.environment import ROOT
from market_data.app import create_app as create_market
from market_data.settings import Settings as MarketSettings
from playground.app import DEFAULT_TOKEN
from playground.app import create_app as create_telegram
from tests.support.databases import fresh
from tests.support.fake_ecs import FakeEcs
from tests.support.fake_ecs_server import LOCK, World, running
from tests.support.fake_ecs_world import SERVICES, configuration, create
from tests.support.haproxy import Balancer, balancer
from tests.support.kill_matrix import People, Verdict, judge
from tests.support.releases import SMOKE_TOKEN, content, digest, revision
from tests.support.serving import serve
from tests.support.yard import Yard, kept, plain_environment

BOT = SERVICES["telegram-bot"]
SECRET = "only-for-these-deployments"
_FASTER = 60.0
# By the clock of ECS: whoever must act while it bakes gets more time for that than others need.
_PAUSES_FOR, _BAKES_LONG, _BAKES = 20_000, 30, 2
_PATIENCE = 90.0
_KEYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
_PLACE = """
environment = "staging"
region = "eu-central-1"
cluster = "staging"
ledger = "{folder}/ledger.jsonl"
header = "X-Deploy-Test: 77"
telegram = "{telegram}"
poll_seconds = 0.2
minimum_sample = 2
start_minutes = {start_minutes}
[[services]]
name = "telegram-bot"
service = "{service}"
production = "{address}"
test = "{address}"
migrate = "telegram_bot.migrate expand"
webhook = "{address}/telegram"
lease = "{address}"
"""


class Fast:
    """The clock of ECS alone."""

    def __init__(self) -> None:
        self._began = monotonic()

    def seconds(self) -> float:
        return 1.9e9 + (monotonic() - self._began) * _FASTER


@dataclass
class Site:
    """Attributes: now: The version that should answer. outcomes: By kind, how each ended."""

    folder: Path
    world: World
    yard: Yard
    balancer: Balancer
    people: People
    database: str
    environ: dict[str, str]
    now: str = "1.0.0"
    number: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    back_within: list[float] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # nosec B311

    def built(self, **more: str) -> str:
        """Build the next version; `more` is what is wrong with its image."""
        self.bakes(_BAKES)
        self.number += 1
        version = f"1.{self.number}.0"
        baked = {"REVISION": revision(version), **more}
        self.yard.images[digest(version, "telegram-bot")] = baked
        (self.folder / f"{version}.json").write_text(json.dumps(content(version, newest=7)))
        return version

    async def tool(self, *words: str) -> "asyncio.subprocess.Process":
        """Start the tool."""
        with (self.folder / "tool.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "deploy", *words),
                *("--place", str(self.folder / "place.toml"), "--actor", "ada"),
                env=self.environ,
                stdout=log,
                stderr=log,
            )

    async def apply(self, version: str) -> "asyncio.subprocess.Process":
        return await self.tool("apply", "--release", str(self.folder / f"{version}.json"))

    async def ended(self, kind: str, version: str, code: int, wanted: int) -> None:
        """Judge a deployment by its exit code and by who answers people now."""
        if wanted == DEPLOYED:
            self.now = version
        answers = self.answers()
        right = code == wanted and answers == digest(self.now, "telegram-bot")
        self.outcomes[f"{kind}: {'right' if right else 'WRONG'}"] += 1
        if not right:
            self.wrong.append(f"{kind} {version}: exit {code}, {answers} answers, not {self.now}")

    def answers(self) -> str:
        """Who answers people."""
        found = urllib3.request("GET", f"{self.balancer.address}/version", retries=False)
        return str(found.json()["digest"]) if found.status == 200 else f"status {found.status}"

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait for something that ECS does."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                with LOCK:
                    if what():
                        return
                await asyncio.sleep(0.02)

    def bakes(self, minutes: int) -> None:
        """Have the next versions bake for so long, by the clock of ECS."""
        how = configuration(pauses=True, minutes=_PAUSES_FOR, bake=minutes)
        with LOCK:
            self.world.ecs.services[BOT]["deploymentConfiguration"] = how

    def stage(self) -> str:
        """Where the newest deployment is."""
        newest = list(self.world.ecs.rollouts.values())[-1]
        return newest.stage if not newest.over else newest.status

    def baking(self) -> bool:
        return self.stage() == "BAKE_TIME"


async def good(site: Site) -> None:
    """A version with nothing wrong."""
    version = site.built()
    code = await (await site.apply(version)).wait()
    await site.ended("good", version, code, DEPLOYED)


async def tool_killed(site: Site) -> None:
    """The tool dies at any moment, perhaps twice; then somebody comes back."""
    version, code = site.built(), UNFINISHED
    for _ in range(site.chance.randint(1, 2)):
        tool = await site.apply(version)
        try:
            code = await asyncio.wait_for(tool.wait(), site.chance.uniform(0.5, 6.0))
        except TimeoutError:
            tool.send_signal(signal.SIGKILL)
            code = await tool.wait()
    for _ in range(3):
        if code in (DEPLOYED, ROLLED_BACK):
            break
        code = await (await site.apply(version)).wait()
    await site.ended("tool killed", version, code, DEPLOYED)


async def task_killed(site: Site) -> None:
    """Tasks of both colours die while the version is deployed; ECS starts others."""
    version = site.built()
    tool = await site.apply(version)
    with LOCK:
        site.yard.kill(site.yard.live)
    await site.until(lambda: site.stage() in ("POST_TEST_TRAFFIC_SHIFT", "BAKE_TIME"))
    with LOCK:
        site.yard.kill(site.yard.live)
    await site.ended("task killed", version, await tool.wait(), DEPLOYED)


async def dies_at_start(site: Site) -> None:
    """An image whose program ends at once."""
    version = site.built(WEBHOOK_SECRETS="short")
    code = await (await site.apply(version)).wait()
    await site.ended("bad image", version, code, ROLLED_BACK)


async def fails_smoke(site: Site) -> None:
    """A version that lives and has no prices: nobody but the smoke tests would notice."""
    version = site.built(MARKET_DATA_URL="http://127.0.0.1:1")
    code = await (await site.apply(version)).wait()
    await site.ended("failing smoke", version, code, ROLLED_BACK)


async def rolled_back(site: Site) -> None:
    """A person turns it back while it bakes; how long people wait for the old one is measured."""
    version = site.built()
    site.bakes(_BAKES_LONG)
    tool = await site.apply(version)
    await site.until(site.baking)
    began = monotonic()
    back = await site.tool("rollback")
    old = digest(site.now, "telegram-bot")
    async with asyncio.timeout(_PATIENCE):
        while await asyncio.to_thread(site.answers) != old:
            await asyncio.sleep(0.02)
    site.back_within.append(monotonic() - began)
    codes = (await back.wait(), await tool.wait())
    await site.ended("rollback in bake", version, max(codes), ROLLED_BACK)


async def dies_in_bake(site: Site) -> None:
    """A version that dies once people use it, and does not come up again."""
    version = site.built()
    site.bakes(_BAKES_LONG)
    tool = await site.apply(version)
    await site.until(site.baking)
    with LOCK:
        site.yard.doomed.add(digest(version, "telegram-bot"))
        site.yard.kill(site.yard.other)
    await site.ended("dies in bake", version, await tool.wait(), ROLLED_BACK)


KINDS: tuple[Callable[[Site], Awaitable[None]], ...] = (
    good,
    fails_smoke,
    tool_killed,
    rolled_back,
    task_killed,
    dies_in_bake,
    dies_at_start,
)


@asynccontextmanager
async def site(
    folder: Path, *, start_minutes: float = 0.2, chats: int = 400
) -> AsyncIterator[Site]:
    """Lay everything out, with version 1.0.0 running."""
    troubles: list[BaseException] = []
    async with AsyncExitStack() as closing:
        telegram_app = create_telegram(flood=None, webhook_retry=0.05)
        telegram = await closing.enter_async_context(serve(telegram_app))
        market = await closing.enter_async_context(serve(create_market(MarketSettings())))
        front = closing.enter_context(balancer())
        server = closing.enter_context(running())
        ecs, database = FakeEcs(Fast().seconds), fresh("postgresql", folder)
        server.world = World(ecs)
        given = {
            **plain_environment(),
            "TELEGRAM_BOT_TOKEN": DEFAULT_TOKEN,
            "TELEGRAM_API_URL": telegram,
            "MARKET_DATA_URL": market,
            "DATABASE_URL": database,
            "UPDATES": "webhook",
            "WEBHOOK_SECRETS": SECRET,
            "SMOKE_TOKEN": SMOKE_TOKEN,
            "DEAD_AFTER_SECONDS": "4",
            "LOG_LEVEL": "INFO",
        }
        yard = Yard(front, given, folder / "tasks.log")
        yard.ecs, ecs.acts = ecs, yard
        keys = {name.upper(): value for name, value in _KEYS.items()}
        tool = {**os.environ, **keys, "AWS_ENDPOINT_URL_ECS": server.address}
        tool |= {name: given[name] for name in ("TELEGRAM_BOT_TOKEN", "WEBHOOK_SECRETS")}
        tool |= {"SMOKE_TOKEN": SMOKE_TOKEN, "PYTHONPATH": str(ROOT / "scripts")}
        told = {"folder": folder, "telegram": telegram, "service": BOT, "address": front.address}
        (folder / "place.toml").write_text(_PLACE.format(**told, start_minutes=start_minutes))
        client = aws.client("ecs", "eu-central-1", endpoint_url=server.address, **_KEYS)
        await asyncio.to_thread(create, client, "telegram-bot", "1.0.0", _PAUSES_FOR)
        closing.enter_context(kept(yard, LOCK, troubles.append))
        with LOCK:
            yard.begin(ecs.services[BOT]["taskDefinition"])
        people = People(telegram_app.state.world, chats)
        made = Site(folder, server.world, yard, front, people, database, tool)
        await made.until(lambda: front.healthy("blue"))
        yield made
        assert not troubles, troubles
        assert not server.world.notes, server.world.notes


async def judged(made: Site) -> Verdict:
    """Wait until nobody waits for an answer any more, and count."""
    await made.people.all_answered(within=_PATIENCE)
    verdict = Verdict(0)
    await asyncio.to_thread(judge, verdict, made.people, made.database)
    return verdict


def told(made: Site) -> dict[str, Any]:
    """What the ledger says of all that."""
    events = FileLedger(made.folder / "ledger.jsonl").read()
    return {
        "whole": broken_at(events) is None,
        "outcomes": Counter(it.outcome for it in stories(events, "staging")),
    }
