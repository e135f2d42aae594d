"""The steps around the services: the database before traffic, Telegram and the stacks after."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from deploy.apply import Wish, apply
from deploy.ecs import Ecs
from deploy.endings import REFUSED, ROLLED_BACK, UNFINISHED
from deploy.notes_ssm import SsmNotes
from deploy.platform import Once, PlatformError
from deploy.tale import Teller
from tests.support.deploy_deaths import NearClient, near_desk
from tests.support.deployments import Desk, NearNotes, NearTelegram
from tests.support.fake_ecs_rollout import Fate
from tests.support.fake_ecs_world import Ticks
from tests.support.releases import WEBHOOK, digest, release

BOT = "/staging/telegram-bot"


@pytest.fixture
def desk(ticks: Ticks) -> Desk:
    return near_desk(ticks)


def notes(desk: Desk) -> dict[str, str]:
    assert isinstance(desk.tools.notes, NearNotes)
    return desk.tools.notes.values


def telegram(desk: Desk) -> NearTelegram:
    assert isinstance(desk.tools.telegram, NearTelegram)
    return desk.tools.telegram


def steps(desk: Desk) -> list[str]:
    events = [it.draft.data for it in desk.tools.ledger.read() if it.draft.kind == "step"]
    return [f"{it['step']} {it['outcome']}" for it in events]


def test_the_database_takes_its_steps_by_the_new_version_before_anything_moves(desk: Desk) -> None:
    assert desk.apply("1.1.0").code == 0

    (task,) = desk.server.world.ecs.errands.values()
    image = release("1.1.0").images["telegram-bot"].reference
    definition = desk.server.world.ecs.definitions[task.asked["taskDefinition"]]
    (override,) = task.asked["overrides"]["containerOverrides"]
    assert definition["containerDefinitions"][0]["image"] == image
    assert override["command"] == ["telegram_bot.migrate", "expand"]
    assert steps(desk).index("migrate done") < steps(desk).index("begin market-data intended")


def test_a_release_that_brings_no_step_runs_no_task(desk: Desk) -> None:
    desk.apply("1.1.0")
    desk.apply("1.2.0")

    assert len(desk.server.world.ecs.errands) == 1


@pytest.mark.parametrize(
    ("ends_with", "words"),
    [(2, "ended with 2 (Essential container"), (None, "ended without a code (CannotPull")],
)
def test_a_database_that_cannot_take_its_steps_stops_the_deployment_before_it_begins(
    desk: Desk, ends_with: int | None, words: str
) -> None:
    desk.server.world.ecs.ends_with = ends_with

    ending = desk.apply("1.1.0")

    assert (ending.code, words in ending.reason) == (ROLLED_BACK, True)
    assert len(desk.server.world.ecs.rollouts) == 2  # the first of each
    assert desk.stories()[0].reached_people is False


def test_a_task_that_ecs_has_forgotten_is_run_again(desk: Desk) -> None:
    desk.when("brings the database up to date", lambda: desk.tools.clock.sleep(7200))

    assert desk.apply("1.1.0", patience_minutes=600).code == 0
    assert len(desk.server.world.ecs.errands) == 2
    assert "migrate lost" in steps(desk)


class Forgetful(Ecs):
    """ECS that does not know a task yet when it is asked for the first time."""

    asked = 0

    def ran(self, task: str) -> Once:
        self.asked += 1
        return Once(task, over=True, known=False) if self.asked == 1 else super().ran(task)


def test_a_task_that_ecs_does_not_show_yet_is_not_run_twice(desk: Desk) -> None:
    forgetful = Forgetful(NearClient(desk.server.world.ecs), desk.tools.place.cluster)
    desk.tools = replace(desk.tools, platform=forgetful)

    assert desk.apply("1.1.0").code == 0
    assert len(desk.server.world.ecs.errands) == 1
    assert "migrate lost" not in steps(desk)


def test_telegram_is_told_once_where_to_bring_updates(desk: Desk) -> None:
    for version in ("1.1.0", "1.2.0"):
        desk.apply(version)

    assert (telegram(desk).now.address, telegram(desk).aims) == (WEBHOOK, 1)


def test_telegram_is_told_again_when_the_address_or_the_secret_is_another(desk: Desk) -> None:
    desk.apply("1.1.0")
    telegram(desk).now = replace(telegram(desk).now, address="https://elsewhere.example")
    desk.apply("1.2.0")
    telegram(desk).secret = "two"
    desk.apply("1.3.0")

    assert (telegram(desk).now.address, telegram(desk).aims) == (WEBHOOK, 3)


def test_telegram_that_does_not_answer_leaves_the_deployment_to_be_gone_on_with(
    desk: Desk,
) -> None:
    class Silent(NearTelegram):
        def target(self) -> Any:
            raise PlatformError("Telegram cannot be asked for getWebhookInfo (ReadTimeout).")

    silent = replace(desk.tools, telegram=Silent())
    ending = apply(silent, Wish(release("1.1.0"), Teller("ada")))

    assert (ending.code, "getWebhookInfo" in ending.reason) == (UNFINISHED, True)
    assert desk.apply("1.1.0").code == 0
    assert len(desk.stories()) == 1


def test_the_new_version_takes_the_lease_over_before_people_come(desk: Desk) -> None:
    desk.apply("1.1.0")

    assert desk.server.world.heirs == [digest("1.1.0", "telegram-bot")]
    assert steps(desk).index("lease of telegram-bot done") < steps(desk).index(
        "telegram-bot BAKE_TIME reached"
    )


def test_a_version_that_fails_its_smoke_tests_takes_no_lease(desk: Desk) -> None:
    desk.server.world.ill.add(digest("1.1.0", "telegram-bot"))

    assert desk.apply("1.1.0").code == ROLLED_BACK
    assert desk.server.world.heirs == []


def test_the_stacks_are_told_what_runs(desk: Desk) -> None:
    desk.apply("1.1.0")

    assert notes(desk) == {
        it.parameter: desk.tools.platform.live(it.service).definition
        for it in desk.tools.place.services
    }


def test_the_stacks_are_told_what_runs_after_a_way_back_too(desk: Desk) -> None:
    desk.apply("1.1.0")
    desk.server.world.ecs.fate = Fate(alarm="BAKE_TIME")

    assert desk.apply("1.2.0").code == ROLLED_BACK
    assert set(desk.runs().values()) == {"1.1.0"}
    for it in desk.tools.place.services:
        assert notes(desk)[it.parameter] == desk.tools.platform.live(it.service).definition


def test_a_service_that_somebody_deployed_past_the_tool_is_left_alone(desk: Desk) -> None:
    desk.apply("1.1.0")
    desk.foreign("1.0.5", "market-data")
    desk.tools.clock.sleep(600)

    ending = desk.apply("1.2.0")

    assert (ending.code, "its stack believes" in ending.reason) == (REFUSED, True)
    assert desk.runs()["telegram-bot"] == "1.1.0"
    notes(desk)["/staging/market-data"] = desk.tools.platform.live("staging-market-data").definition
    assert desk.apply("1.2.0").code == 0


def test_what_an_earlier_run_of_the_tool_left_unsaid_refuses_nothing(desk: Desk) -> None:
    desk.apply("1.1.0")
    desk.apply("1.2.0", hold=True)  # market-data is done, and its stack not told
    desk.tools.clock.sleep(7200)  # the bot's dead man has turned it back

    assert desk.apply("1.3.0").code == 0
    assert set(desk.runs().values()) == {"1.3.0"}


def test_a_version_that_cannot_start_is_turned_back_unseen(desk: Desk) -> None:
    desk.server.world.ecs.fate = Fate(stuck="SCALE_UP")

    ending = desk.apply("1.1.0", start_minutes=5)

    assert (ending.code, ending.reason) == (
        ROLLED_BACK,
        "market-data: 0 of 1 tasks run after 5 minutes",
    )
    assert set(desk.runs().values()) == {"1.0.0"}


def test_the_parameter_store_keeps_what_is_noted(moto: Callable[[str], Any]) -> None:
    notes = SsmNotes(lambda: moto("ssm"))

    assert notes.noted(BOT) == ""
    for definition in ("bot:1", "bot:2", "bot:2"):
        notes.note(BOT, definition)
    assert notes.noted(BOT) == "bot:2"
    assert moto("ssm").get_parameter(Name=BOT)["Parameter"]["Version"] == 2


def test_a_parameter_store_that_refuses_is_said(moto: Callable[[str], Any]) -> None:
    with pytest.raises(PlatformError, match="The parameter  cannot be asked"):
        SsmNotes(lambda: moto("ssm")).noted("")
