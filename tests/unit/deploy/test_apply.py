"""`apply` against the scripted ECS: what a release brings, and what each failure ends in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.ledger.events import broken_at
from deploy.apply import Wish, apply
from deploy.ecs import Ecs
from deploy.endings import LOCKED, REFUSED, ROLLED_BACK, SUPERSEDED, UNFINISHED
from deploy.platform import PlatformError, Rollout
from deploy.release import Release
from deploy.tale import Teller
from tests.support.deploy_deaths import NearClient, near_desk
from tests.support.deployments import Desk, desk_at
from tests.support.fake_ecs_rollout import Fate
from tests.support.fake_ecs_server import Server
from tests.support.fake_ecs_world import Ticks
from tests.support.releases import WEBHOOK, digest, release


@pytest.fixture
def desk(ticks: Ticks) -> Desk:
    return near_desk(ticks)


@pytest.fixture
def real_desk(server: Server, client: Any, ticks: Ticks, tmp_path: Path) -> Desk:
    """With boto3, sockets and a file."""
    return desk_at(server, client, ticks, tmp_path / "ledger.jsonl")


def test_a_release_is_deployed_and_its_story_told(real_desk: Desk) -> None:
    desk = real_desk
    ending = desk.apply("1.1.0")

    assert (ending.code, ending.outcome) == (0, "deployed")
    assert desk.runs() == {"market-data": "1.1.0", "telegram-bot": "1.1.0"}
    (story,) = desk.stories()
    assert (story.outcome, story.version, story.verdict) == ("deployed", "1.1.0", "PASS")
    assert (story.smoke, story.reached_people) == ((6, 0), True)
    assert broken_at(desk.tools.ledger.read()) is None
    assert any("telegram-bot: the new version gets 100 % of production" in it for it in desk.said)


def test_market_data_is_done_before_the_bot_begins(desk: Desk) -> None:
    desk.apply("1.1.0")

    steps = [step for step, *_ in desk.stories()[0].steps]
    assert steps.index("market-data succeeded") < steps.index("begin telegram-bot")


def test_the_same_release_again_moves_nothing(desk: Desk) -> None:
    desk.apply("1.1.0")

    assert desk.apply("1.1.0").code == 0
    assert len(desk.server.world.ecs.rollouts) == 4  # the first of each, and one more
    assert len(desk.stories()) == 1


def test_a_dry_run_shows_the_plan_and_moves_nothing(desk: Desk) -> None:
    ending = desk.apply("1.1.0", dry=True)

    assert (ending.outcome, ending.reason) == ("nothing done", "it was a dry run")
    assert desk.runs()["telegram-bot"] == "1.0.0"
    assert desk.tools.ledger.read() == []


def test_a_dry_run_leaves_alone_what_waits_for_an_answer(desk: Desk) -> None:
    desk.apply("1.1.0", hold=True)
    before = desk.tools.ledger.read()

    ending = desk.apply("1.1.0", dry=True)

    assert (ending.code, ending.outcome) == (0, "nothing done")
    assert ending.reason == "staging-1.1.0-1 is under way: it would be gone on with"
    assert desk.tools.ledger.read() == before
    assert desk.runs()["telegram-bot"] == "1.0.0"


def test_what_is_under_way_by_another_plan_is_not_gone_on_with(desk: Desk) -> None:
    agreed = desk.plan("1.1.0").hash
    desk.apply("1.1.0", hold=True)

    ending = desk.apply("1.1.0", plan="0000")
    assert (ending.code, "by another plan" in ending.reason) == (3, True)
    assert desk.apply("1.1.0", plan=agreed[:12]).outcome == "deployed"


def test_what_was_begun_by_hand_is_written_down_and_telegram_told(desk: Desk) -> None:
    assert desk.apply("1.0.0").outcome == "deployed"

    assert len(desk.server.world.ecs.rollouts) == 2  # nothing moved
    (story,) = desk.stories()
    assert (story.outcome, story.version) == ("deployed", "1.0.0")
    assert desk.tools.telegram.target().address == WEBHOOK
    assert desk.apply("1.0.0").reason == "nothing had to move"


def test_a_version_that_is_not_ready_is_never_seen_by_people(real_desk: Desk) -> None:
    desk = real_desk
    desk.server.world.ill.add(digest("1.1.0", "telegram-bot"))

    ending = desk.apply("1.1.0")

    assert (ending.code, ending.reason) == (ROLLED_BACK, "telegram-bot failed its smoke tests")
    assert desk.runs() == {"market-data": "1.0.0", "telegram-bot": "1.0.0"}
    (story,) = desk.stories()
    assert (story.outcome, story.smoke, story.reached_people) == ("rolled back", (5, 1), False)


def test_a_version_that_stops_answering_people_is_turned_back(desk: Desk) -> None:
    desk.when("100 % of production", lambda: desk.server.world.silent.add("staging-telegram-bot"))

    ending = desk.apply("1.1.0")

    assert ending.code == ROLLED_BACK
    assert ending.reason == "telegram-bot: 3 of 3 probes failed"
    assert desk.stories()[0].verdict == "FAIL"
    assert desk.runs() == {"market-data": "1.0.0", "telegram-bot": "1.0.0"}


def test_too_few_answers_are_inconclusive_and_the_digest_still_has_to_answer(desk: Desk) -> None:
    assert desk.apply("1.1.0", minimum_sample=1000).code == 0
    assert desk.stories()[0].verdict == "INCONCLUSIVE"


def test_ecs_says_successful_and_the_old_version_answers(desk: Desk) -> None:
    desk.when("telegram-bot: succeeded", lambda: setattr(desk.server.world, "lag", 10_000))

    ending = desk.apply("1.1.0")

    assert ending.code == UNFINISHED
    assert "ECS calls telegram-bot done, but what answers there is sha256:" in ending.reason
    desk.server.world.lag = 0
    assert desk.apply("1.1.0").code == 0
    assert len(desk.stories()) == 1


@pytest.mark.parametrize("stage", ["SCALE_UP", "BAKE_TIME"])
def test_ecs_turns_it_back_and_the_end_is_not_called_success(desk: Desk, stage: str) -> None:
    desk.server.world.ecs.fate = Fate(alarm=stage)

    assert desk.apply("1.1.0").code == ROLLED_BACK
    assert set(desk.runs().values()) == {"1.0.0"}


def test_no_way_back_is_for_a_person(desk: Desk) -> None:
    desk.server.world.ecs.fate = Fate(alarm="SCALE_UP", no_way_back=True)

    ending = desk.apply("1.1.0")

    assert (ending.code, ending.reason) == (UNFINISHED, "market-data is stuck")


def test_taking_long_turns_nothing_back(desk: Desk) -> None:
    desk.server.world.ecs.fate = Fate(stuck="SCALE_UP")

    ending = desk.apply("1.1.0", patience_minutes=5)

    assert (ending.code, "Nothing was turned back" in ending.reason) == (UNFINISHED, True)
    assert not any(it.back_at for it in desk.server.world.ecs.rollouts.values())


def test_hold_leaves_the_question_and_the_next_run_answers_it(desk: Desk) -> None:
    ending = desk.apply("1.1.0", hold=True)
    assert (ending.code, "--hold" in ending.reason) == (UNFINISHED, True)

    assert desk.apply("1.1.0").code == 0
    assert len(desk.stories()) == 1


def test_another_release_waits_for_the_one_under_way(desk: Desk) -> None:
    desk.apply("1.1.0", hold=True)

    ending = desk.apply("1.2.0")

    assert ending.code == LOCKED
    assert "staging-1.1.0-1 is under way in staging, started by ada" in ending.reason


def test_what_has_ended_on_ecs_locks_nobody_out(desk: Desk, ticks: Ticks) -> None:
    desk.apply("1.1.0", hold=True)
    ticks.sleep(7200)  # the hook's dead man has turned it back

    assert desk.apply("1.2.0").code == 0
    assert set(desk.runs().values()) == {"1.2.0"}
    assert [it.outcome for it in desk.stories()] == ["failed", "deployed"]


class Late(Ecs):
    """ECS that shows what it has begun when it is asked for the fourth time."""

    def __init__(self, client: Any, cluster: str) -> None:
        super().__init__(client, cluster)
        self.shown: dict[str, Rollout | None] = {}
        self.hidden: dict[str, int] = {}

    def begin(self, service: str, definition: str) -> None:
        self.shown[service], self.hidden[service] = self.newest(service), 3
        super().begin(service, definition)

    def newest(self, service: str) -> Rollout | None:
        if self.hidden.get(service, 0):
            self.hidden[service] -= 1
            return self.shown[service]
        return super().newest(service)


def test_what_ecs_shows_a_little_later_is_still_ours(desk: Desk) -> None:
    late = Late(NearClient(desk.server.world.ecs), desk.tools.place.cluster)
    desk.tools = replace(desk.tools, platform=late)

    assert desk.apply("1.1.0").code == 0
    assert set(desk.runs().values()) == {"1.1.0"}


def test_nothing_moves_before_the_registry_keeps_the_images(desk: Desk) -> None:
    def refuses(_: Release) -> None:
        raise PlatformError("The registry is away.")

    whole = desk.tools
    desk.tools = replace(whole, keep=refuses)
    ending = desk.apply("1.1.0")

    assert (ending.code, "The registry is away" in ending.reason) == (UNFINISHED, True)
    assert set(desk.runs().values()) == {"1.0.0"}

    kept: list[str] = []
    desk.tools = replace(whole, keep=lambda it: kept.append(it.version))
    assert desk.apply("1.1.0").code == 0
    assert (kept, set(desk.runs().values())) == (["1.1.0"], {"1.1.0"})


def test_a_foreign_deployment_is_told_from_ours(desk: Desk) -> None:
    desk.when("telegram-bot: scale up", lambda: desk.foreign("1.3.0", "telegram-bot"))

    ending = desk.apply("1.1.0")

    assert (ending.code, ending.outcome) == (SUPERSEDED, "superseded")


def test_a_plan_that_was_agreed_to_is_done_or_none(desk: Desk) -> None:
    plan = desk.plan("1.1.0").hash
    desk.foreign("1.0.5", "market-data")
    desk.tools.clock.sleep(600)

    ending = desk.apply("1.1.0", plan=plan)

    assert (ending.code, "has moved" in ending.reason) == (REFUSED, True)
    assert desk.apply("1.1.0", plan=desk.plan("1.1.0").hash[:12]).code == 0


def test_throttling_and_lost_replies_change_nothing_in_the_end(real_desk: Desk) -> None:
    desk = real_desk
    for operation in ("UpdateService", "ContinueServiceDeployment", "RegisterTaskDefinition"):
        desk.server.world.troubles += [(operation, "lost"), (operation, "broken")]

    assert desk.apply("1.1.0").code == 0
    assert set(desk.runs().values()) == {"1.1.0"}


def test_an_older_program_is_refused_once_the_database_has_left_it_behind(desk: Desk) -> None:
    wish = Wish(release("2.0.0", newest=9, oldest_program=8), Teller("ada"))
    assert apply(desk.tools, wish).code == 0

    ending = desk.apply("1.1.0")

    assert (ending.code, "The database never goes back" in ending.reason) == (REFUSED, True)
