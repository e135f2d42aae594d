"""Kill `apply` at each of its steps, and run it again.

A step is whatever changes something: an event written, or one of the calls that change ECS. It can
die before the effect, die after it, or live on without the reply.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from botocore.exceptions import ClientError
from botocore.model import OperationModel

from common.ledger import Ledger, Moved
from common.ledger.events import Draft, Event, sealed
from deploy.apply import Tools
from deploy.ecs import Ecs
from deploy.notes import Notes
from deploy.platform import Live, Once, Platform, PlatformError, Rollout
from deploy.probes import Probes
from deploy.smoke import Check, Expected
from deploy.webhook import Target, Telegram
from tests.support.deployments import Desk, NearNotes, NearTelegram, place_on
from tests.support.fake_ecs import EcsError, FakeEcs
from tests.support.fake_ecs_model import check, model
from tests.support.fake_ecs_server import World
from tests.support.fake_ecs_world import Ticks, create
from tests.support.releases import PROGRAMS

How = Literal["before", "after", "lost"]
T = TypeVar("T")


class Killed(BaseException):
    """As SIGKILL: nothing catches it."""


@dataclass
class Reaper:
    """Counts steps, and strikes at one of them.

    Attributes:
        strike: What else it does before it raises Killed; a real process kills itself.
    """

    at: int = 0
    how: How = "before"
    steps: int = 0
    strike: Callable[[], object] = lambda: None

    def around(self, step: Callable[[], T], lost: Exception) -> T:
        """Do a step, if it lives to."""
        self.steps += 1
        mine = self.steps == self.at
        if mine and self.how == "before":
            self._kill()
        result = step()
        if mine and self.how == "after":
            self._kill()
        if mine and self.how == "lost":
            raise lost
        return result

    def _kill(self) -> None:
        self.strike()
        raise Killed


@dataclass
class MortalPlatform:
    """A platform whose caller may die at a step."""

    inside: Platform
    reaper: Reaper

    def live(self, service: str) -> Live:
        return self.inside.live(service)

    def newest(self, service: str) -> Rollout | None:
        return self.inside.newest(service)

    def define(self, service: str, image: str, label: str) -> str:
        return self._step(lambda: self.inside.define(service, image, label))

    def begin(self, service: str, definition: str) -> None:
        self._step(lambda: self.inside.begin(service, definition))

    def proceed(self, rollout: str, hook: str) -> None:
        self._step(lambda: self.inside.proceed(rollout, hook))

    def turn_back(self, rollout: str) -> None:
        self._step(lambda: self.inside.turn_back(rollout))

    def run(self, service: str, definition: str, command: Sequence[str], key: str) -> str:
        return self._step(lambda: self.inside.run(service, definition, command, key))

    def ran(self, task: str) -> Once:
        return self.inside.ran(task)

    def _step(self, step: Callable[[], T]) -> T:
        return self.reaper.around(step, PlatformError("The reply was lost."))


@dataclass
class MortalNotes:
    """A parameter store whose writer may die at a step."""

    inside: Notes
    reaper: Reaper

    def noted(self, name: str) -> str:
        return self.inside.noted(name)

    def note(self, name: str, definition: str) -> None:
        lost = PlatformError("The reply was lost.")
        self.reaper.around(lambda: self.inside.note(name, definition), lost)


@dataclass
class MortalTelegram:
    """A Telegram whose caller may die at a step."""

    inside: Telegram
    reaper: Reaper

    def target(self) -> Target:
        return self.inside.target()

    def mark(self) -> str:
        return self.inside.mark()

    def aim(self, address: str) -> None:
        lost = PlatformError("The reply was lost.")
        self.reaper.around(lambda: self.inside.aim(address), lost)


@dataclass
class MortalLedger:
    """A ledger whose writer may die at a step."""

    inside: Ledger
    reaper: Reaper

    def read(self) -> Sequence[Event]:
        return self.inside.read()

    def append(self, draft: Draft, after: Event | None) -> Event:
        lost = OSError("The reply was lost.")
        return self.reaper.around(lambda: self.inside.append(draft, after), lost)


@dataclass
class MemoryLedger:
    """A ledger for as long as the test lives."""

    events: list[Event] = field(default_factory=list)

    def read(self) -> Sequence[Event]:
        return list(self.events)

    def append(self, draft: Draft, after: Event | None) -> Event:
        if (self.events[-1] if self.events else None) != after:
            raise Moved
        self.events.append(sealed(draft, after))
        return self.events[-1]


class NearClient:
    """boto3's client without the way: the same words to the scripted ECS, checked the same."""

    def __init__(self, ecs: FakeEcs) -> None:
        self._ecs = ecs

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = "".join(word.capitalize() for word in name.split("_"))
        described: OperationModel = model().operation_model(operation)

        def call(**asked: Any) -> Any:
            check(described.input_shape, asked)
            try:
                answer = self._ecs.answer(operation, asked)
            except EcsError as error:
                told = {"Error": {"Code": error.code, "Message": str(error)}}
                raise ClientError(told, operation) from None
            check(described.output_shape, answer)
            return answer

        return call


@dataclass
class NearProbes:
    """Asks the world itself."""

    world: World

    def digest(self, address: str) -> str:
        _, route, service = address.rsplit("/", 2)
        return "" if service in self.world.silent else self.world.digest(service, route)

    def smoke(self, address: str, program: str, expected: Expected) -> list[Check]:
        found = self.digest(address)
        ready = found not in self.world.ill
        return [Check("/readyz", ready, ""), Check("/version", found == expected.digest, found)]

    def take_lease(self, address: str) -> None:
        self.world.heirs.append(self.digest(address))


@dataclass
class MortalProbes:
    """Questions of somebody who may die when one of them changes something."""

    inside: Probes
    reaper: Reaper

    def digest(self, address: str) -> str:
        return self.inside.digest(address)

    def smoke(self, address: str, program: str, expected: Expected) -> list[Check]:
        return self.inside.smoke(address, program, expected)

    def take_lease(self, address: str) -> None:
        lost = PlatformError("The reply was lost.")
        self.reaper.around(lambda: self.inside.take_lease(address), lost)


@dataclass
class _NoServer:
    world: World


def near_desk(ticks: Ticks) -> Desk:
    """A desk without sockets or files: a whole deployment in milliseconds."""
    world = World(FakeEcs(ticks.seconds))
    client = NearClient(world.ecs)
    for program in PROGRAMS:
        create(client, program, "1.0.0")
    ticks.sleep(3600)
    place = place_on("http://near")
    ecs = Ecs(client, place.cluster)
    server: Any = _NoServer(world)
    made: Desk = Desk(
        Tools(
            place,
            ecs,
            MemoryLedger(),
            NearProbes(world),
            ticks,
            lambda it: made.say(it),
            NearNotes(),
            NearTelegram(),
        ),
        server,
    )
    return made


def mortal(desk: Desk, reaper: Reaper) -> Desk:
    """The same desk with somebody at it who may die."""
    return Desk(mortal_tools(desk.tools, reaper), desk.server, desk.said, desk.hooks)


def mortal_tools(tools: Tools, reaper: Reaper) -> Tools:
    """Tools in the hands of somebody who may die."""
    return replace(
        tools,
        platform=MortalPlatform(tools.platform, reaper),
        ledger=MortalLedger(tools.ledger, reaper),
        probes=MortalProbes(tools.probes, reaper),
        notes=MortalNotes(tools.notes, reaper),
        telegram=MortalTelegram(tools.telegram, reaper),
    )
