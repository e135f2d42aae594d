"""ECS by real boto3 on the scripted ECS: our words for its states, and faults on the way."""

import socket
from typing import Any

import pytest

from deploy.ecs import Ecs
from deploy.platform import NotNow, PlatformError
from tests.support.fake_ecs_model import NotAsDescribed, check, check_error, model
from tests.support.fake_ecs_rollout import Fate
from tests.support.fake_ecs_server import Server, Trouble, World
from tests.support.fake_ecs_world import Ticks, configuration, create, definition
from tests.support.releases import release

BOT = "staging-telegram-bot"
NEW = release("1.1.0").images["telegram-bot"].reference
OLD = release("1.0.0").images["telegram-bot"].reference


@pytest.fixture
def ecs(client: Any) -> Ecs:
    return Ecs(client, "staging")


def begun(ecs: Ecs, label: str = "d1") -> None:
    ecs.begin(BOT, ecs.define(BOT, NEW, label))


def test_what_runs_is_told(ecs: Ecs) -> None:
    live = ecs.live(BOT)

    assert (live.image, live.label, live.tasks) == (OLD, "", 1)


def test_a_deployment_goes_all_the_way(ecs: Ecs, ticks: Ticks) -> None:
    begun(ecs)
    assert ecs.live(BOT).image == OLD

    ticks.sleep(60)
    waiting = ecs.newest(BOT)
    assert waiting is not None
    assert (waiting.label, waiting.state, waiting.stage) == (
        "d1",
        "running",
        "POST_TEST_TRAFFIC_SHIFT",
    )
    assert (waiting.test, waiting.production, waiting.running) == (100, 0, 1)

    ecs.proceed(waiting.name, waiting.hook)
    ticks.sleep(30)
    baking = ecs.newest(BOT)
    assert baking is not None
    assert (baking.stage, baking.production, baking.hook) == ("BAKE_TIME", 100, "")

    ticks.sleep(400)
    ended = ecs.newest(BOT)
    assert ended is not None and ended.state == "succeeded"
    assert ecs.live(BOT).image == NEW


def test_traffic_is_back_ten_seconds_after_a_deployment_is_turned_back(
    ecs: Ecs, ticks: Ticks
) -> None:
    begun(ecs)
    ticks.sleep(60)
    waiting = ecs.newest(BOT)
    assert waiting is not None
    ecs.proceed(waiting.name, waiting.hook)
    ticks.sleep(60)

    ecs.turn_back(waiting.name)
    ticks.sleep(10)

    ended = ecs.newest(BOT)
    assert ended is not None and (ended.state, ended.production) == ("turned back", 0)
    assert ecs.live(BOT).image == OLD


def test_the_same_is_defined_and_begun_once(ecs: Ecs, world: World, ticks: Ticks) -> None:
    begun(ecs)
    begun(ecs)

    assert world.calls.count("RegisterTaskDefinition") == 1
    assert len([it for it in world.ecs.rollouts.values() if it.service == BOT]) == 2


def test_a_definition_names_its_digest_and_keeps_everything_else(ecs: Ecs, world: World) -> None:
    before = world.ecs.definitions[ecs.live(BOT).definition]
    made = world.ecs.definitions[ecs.define(BOT, NEW, "d1")]

    (container,) = made["containerDefinitions"]
    assert container["environment"][-1] == {
        "name": "IMAGE_DIGEST",
        "value": NEW.rpartition("@")[2],
    }
    assert container["environment"][0] == before["containerDefinitions"][0]["environment"][0]
    assert all(made[name] == before[name] for name in ("cpu", "memory", "runtimePlatform"))


@pytest.mark.parametrize("trouble", ["throttled", "broken", "lost", "unheard"])
@pytest.mark.parametrize("operation", ["UpdateService", "RegisterTaskDefinition"])
def test_trouble_on_the_way_begins_it_once(
    ecs: Ecs, world: World, operation: str, trouble: Trouble
) -> None:
    world.troubles.append((operation, trouble))

    begun(ecs)

    assert world.calls.count(operation) == 2
    assert len([it for it in world.ecs.rollouts.values() if it.service == BOT]) == 2


def test_a_hook_is_answered_once(ecs: Ecs, ticks: Ticks) -> None:
    begun(ecs)
    ticks.sleep(60)
    waiting = ecs.newest(BOT)
    assert waiting is not None
    ecs.proceed(waiting.name, waiting.hook)

    with pytest.raises(NotNow):
        ecs.proceed(waiting.name, waiting.hook)


def test_nobody_answers_and_the_dead_man_turns_it_back(ecs: Ecs, ticks: Ticks) -> None:
    begun(ecs)
    ticks.sleep(3600)

    ended = ecs.newest(BOT)
    assert ended is not None and ended.state == "turned back"


def test_what_has_ended_cannot_be_turned_back(ecs: Ecs) -> None:
    newest = ecs.newest(BOT)
    assert newest is not None

    with pytest.raises(NotNow):
        ecs.turn_back(newest.name)


@pytest.mark.parametrize(
    ("fate", "state"),
    [
        (Fate(stuck="SCALE_UP"), "running"),
        (Fate(alarm="SCALE_UP"), "turned back"),
        (Fate(alarm="SCALE_UP", no_way_back=True), "stuck"),
    ],
)
def test_what_goes_wrong_is_told(
    ecs: Ecs, world: World, ticks: Ticks, fate: Fate, state: str
) -> None:
    world.ecs.fate = fate
    begun(ecs)
    ticks.sleep(900)

    found = ecs.newest(BOT)
    assert found is not None and found.state == state


def test_a_stage_that_nobody_described_is_passed_on(ecs: Ecs, world: World, ticks: Ticks) -> None:
    world.new_words = frozenset({"PRE_PRODUCTION_TRAFFIC_SHIFT"})
    world.ecs.fate = Fate(new_word="PRE_PRODUCTION_TRAFFIC_SHIFT")
    begun(ecs)
    ticks.sleep(5)

    found = ecs.newest(BOT)
    assert found is not None
    assert (found.state, found.stage) == ("running", "PRE_PRODUCTION_TRAFFIC_SHIFT")


def test_pages_of_deployments_are_read_to_the_last(ecs: Ecs, world: World, ticks: Ticks) -> None:
    world.ecs.page = 2
    for number in range(4):
        begun(ecs, f"d{number}")
        ticks.sleep(1)

    newest = ecs.newest(BOT)
    assert newest is not None and newest.label == "d3"


def test_an_unknown_service_is_said(ecs: Ecs) -> None:
    with pytest.raises(PlatformError, match="There is no service nowhere"):
        ecs.live("nowhere")


def test_requests_are_held_to_the_enums_that_botocore_does_not_check(
    client: Any, world: World
) -> None:
    wrong = configuration(pauses=True) | {"strategy": "BLUEGREEN"}

    with pytest.raises(client.exceptions.InvalidParameterException, match="BLUEGREEN"):
        client.update_service(service=BOT, deploymentConfiguration=wrong)
    assert world.notes.pop().endswith("not one of ROLLING, BLUE_GREEN, LINEAR, CANARY")


def test_answers_are_held_to_the_model_too() -> None:
    shape = model().operation_model("DescribeServiceDeployments").output_shape
    wrong = {"serviceDeployments": [{"status": "NOT_A_STATUS", "colour": 1, "createdAt": "now"}]}

    with pytest.raises(NotAsDescribed) as found:
        check(shape, wrong)
    assert "NOT_A_STATUS" in str(found.value) and "has no colour" in str(found.value)
    assert "createdAt is no timestamp" in str(found.value)

    with pytest.raises(NotAsDescribed, match="does not end with ServiceNotActiveException"):
        check_error("StopServiceDeployment", "ServiceNotActiveException")


def test_a_pause_is_refused_where_ecs_refuses_it(client: Any) -> None:
    wrong = configuration(pauses=True)
    wrong["lifecycleHooks"][0]["lifecycleStages"] = ["PRODUCTION_TRAFFIC_SHIFT"]

    with pytest.raises(client.exceptions.InvalidParameterException, match="PAUSE"):
        client.update_service(service=BOT, deploymentConfiguration=wrong)


def test_fargate_sizes_are_checked(client: Any) -> None:
    wrong = definition("telegram-bot", "1.0.0") | {"memory": "8192"}

    with pytest.raises(client.exceptions.ClientException, match="No Fargate configuration"):
        client.register_task_definition(**wrong)


def test_a_name_is_given_once(client: Any) -> None:
    with pytest.raises(client.exceptions.InvalidParameterException):
        create(client, "telegram-bot", "1.0.0")


def test_a_request_that_a_killed_tool_left_half_written_is_no_request(server: Server) -> None:
    head = "POST / HTTP/1.1\r\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.ListServices\r\n"
    with socket.create_connection(("127.0.0.1", server.server_port)) as tool:
        tool.sendall(f"{head}Content-Length: 9\r\n\r\n{{".encode())
        tool.shutdown(socket.SHUT_WR)

        assert tool.recv(100) == b""
    assert "ListServices" not in server.world.calls and server.world.notes == []
