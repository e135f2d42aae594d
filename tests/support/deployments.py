"""A desk to deploy from: the real tool, the scripted ECS, a clock that moves when it waits."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from common.ledger.file import FileLedger
from dashboard.story import Story, stories
from deploy.apply import Tools, Wish, apply, planned
from deploy.ecs import Ecs
from deploy.endings import Ending
from deploy.place import Place
from deploy.plan import Plan
from deploy.probes import HttpProbes
from deploy.tale import Teller
from deploy.webhook import ALLOWED, CONNECTIONS, Target
from tests.support.fake_ecs_server import Server
from tests.support.fake_ecs_world import SERVICES, Ticks
from tests.support.releases import SMOKE_TOKEN, place, release, version_of


def place_on(address: str, **changed: Any) -> Place:
    """The environment whose bot answers on the scripted ECS."""
    bot = SERVICES["telegram-bot"]
    routes = {"production": f"{address}/production/{bot}", "test": f"{address}/test/{bot}"}
    paced = {"poll_seconds": 15.0, "minimum_sample": 5, **changed}
    return place(**routes, header="X-Deploy-Test: 77", **paced)


@dataclass
class NearNotes:
    """The parameter store, in memory."""

    values: dict[str, str] = field(default_factory=dict)

    def noted(self, name: str) -> str:
        return self.values.get(name, "")

    def note(self, name: str, definition: str) -> None:
        self.values[name] = definition


@dataclass
class NearTelegram:
    """Telegram, in memory. Attributes: aims: How often it was told where to bring updates."""

    now: Target = Target("")
    secret: str = "one"
    aims: int = 0

    def target(self) -> Target:
        return self.now

    def mark(self) -> str:
        return self.secret

    def aim(self, address: str) -> None:
        self.aims += 1
        self.now = Target(address, CONNECTIONS, tuple(ALLOWED))


@dataclass
class Desk:
    """Attributes: said: Lines for a person, in order."""

    tools: Tools
    server: Server
    said: list[str] = field(default_factory=list)
    hooks: list[tuple[str, Callable[[], Any]]] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.said.append(line)
        for words, act in list(self.hooks):
            if words in line:
                self.hooks.remove((words, act))
                act()

    def when(self, words: str, act: Callable[[], Any]) -> None:
        """Do something once when a line holds these words."""
        self.hooks.append((words, act))

    def apply(self, version: str, **asked: Any) -> Ending:
        wish = {name: asked.pop(name) for name in ("plan", "hold", "dry") if name in asked}
        tools = replace(self.tools, place=replace(self.tools.place, **asked))
        return apply(tools, Wish(release(version), Teller("ada"), **wish))

    def plan(self, version: str) -> Plan:
        return planned(self.tools, release(version))

    def runs(self) -> dict[str, str]:
        """The version of each program, as ECS has it once all is quiet."""
        found = {}
        for program, service in SERVICES.items():
            image = self.tools.platform.live(service).image
            found[program] = version_of(image.rpartition("@")[2])
        return found

    def stories(self) -> list[Story]:
        """What the dashboard makes of the ledger."""
        return stories(self.tools.ledger.read(), "staging")

    def foreign(self, version: str, program: str) -> None:
        """Somebody deploys by hand."""
        service, image = SERVICES[program], release(version).images[program].reference
        self.tools.platform.begin(service, self.tools.platform.define(service, image, ""))


def desk_at(server: Server, client: Any, ticks: Ticks, ledger: Path, **changed: Any) -> Desk:
    """A desk in a world where 1.0.0 runs."""
    where = place_on(server.address, **changed)
    made: Desk = Desk(
        Tools(
            where,
            Ecs(client, where.cluster),
            FileLedger(ledger),
            HttpProbes(where.headers, lambda: SMOKE_TOKEN),
            ticks,
            lambda line: made.say(line),
            NearNotes(),
            NearTelegram(),
        ),
        server,
    )
    return made
