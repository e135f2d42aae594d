"""The cheap profile: two programs in one task of one service, deployed one after the other."""

from dataclasses import replace
from typing import Any

import pytest

from deploy.apply import Tools, Wish, apply
from deploy.ecs import Ecs
from deploy.endings import ROLLED_BACK, Ending
from deploy.place import Service
from deploy.tale import Teller
from tests.support.deploy_deaths import MemoryLedger, NearClient, NearProbes
from tests.support.deployments import NearNotes, NearTelegram, place_on
from tests.support.fake_ecs import FakeEcs
from tests.support.fake_ecs_rollout import Fate
from tests.support.fake_ecs_server import World
from tests.support.fake_ecs_world import Ticks, configuration, definition
from tests.support.releases import PROGRAMS, release

ASSISTANT = "staging-assistant"
PARAMETER = "/crypto-assistant/staging/assistant/task-definition"


@pytest.fixture
def tools(ticks: Ticks) -> Any:
    """A place whose two programs share a task, where 1.0.0 runs."""
    world = World(FakeEcs(ticks.seconds))
    client = NearClient(world.ecs)
    both = [definition(it, "1.0.0") for it in PROGRAMS]
    containers = [it["containerDefinitions"][0] for it in both]
    client.register_task_definition(
        **{**both[0], "family": ASSISTANT, "containerDefinitions": containers}
    )
    client.create_service(
        cluster="staging",
        serviceName=ASSISTANT,
        taskDefinition=ASSISTANT,
        desiredCount=1,
        deploymentConfiguration=configuration(pauses=False),
    )
    ticks.sleep(3600)
    services = tuple(Service(it, ASSISTANT, parameter=PARAMETER) for it in PROGRAMS)
    where = replace(place_on("http://near"), services=services)
    asks, told = NearProbes(world), (NearNotes(), NearTelegram())
    ledger, ecs = MemoryLedger(), Ecs(client, where.cluster)
    return world, Tools(where, ecs, ledger, asks, ticks, lambda line: None, *told)


def runs(world: World, tools: Any) -> list[str]:
    live = world.ecs.definitions[tools.platform.live(ASSISTANT).definition]
    return [it["image"] for it in live["containerDefinitions"]]


def images(version: str) -> list[str]:
    return [release(version).images[it].reference for it in PROGRAMS]


def deployed(tools: Any, version: str) -> Ending:
    return apply(tools, Wish(release(version), Teller("ada")))


def test_both_programs_of_the_task_are_brought_along(tools: Any) -> None:
    world, desk = tools

    assert deployed(desk, "1.1.0").code == 0
    assert runs(world, desk) == images("1.1.0")
    assert desk.notes.noted(PARAMETER) == desk.platform.live(ASSISTANT).definition


def test_when_one_cannot_go_on_neither_does(tools: Any, ticks: Ticks) -> None:
    world, desk = tools
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if line.startswith("market-data: succeeded"):
            world.ecs.fate = Fate(alarm="SCALE_UP")
        if line.startswith("market-data: goes back"):
            world.ecs.fate = Fate()

    ending = deployed(replace(desk, say=say), "1.1.0")

    assert (ending.code, ending.reason) == (ROLLED_BACK, "ECS turned telegram-bot back")
    assert runs(world, desk) == images("1.0.0")
