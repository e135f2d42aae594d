"""`rollback`: out of the time under watch, and to an earlier release afterwards."""

from dataclasses import replace

import pytest

from deploy.endings import REFUSED, UNFINISHED, Ending
from deploy.platform import PlatformError
from deploy.release import Release
from deploy.rollback import rollback
from deploy.tale import Teller
from tests.support.deploy_deaths import near_desk
from tests.support.deployments import Desk
from tests.support.fake_ecs_world import Ticks

ADA = Teller("ada")


@pytest.fixture
def desk(ticks: Ticks) -> Desk:
    return near_desk(ticks)


def back(desk: Desk, to: str = "", *, dry: bool = False) -> Ending:
    return rollback(desk.tools, ADA, to=to, dry=dry)


def test_a_deployment_that_waits_is_turned_back_whole(desk: Desk) -> None:
    desk.apply("1.1.0", hold=True)

    assert back(desk).code == 0
    assert desk.runs() == {"market-data": "1.0.0", "telegram-bot": "1.0.0"}
    assert desk.stories()[0].outcome == "rolled back"


def test_in_the_time_under_watch_people_are_back_within_ten_seconds(
    desk: Desk, ticks: Ticks
) -> None:
    desk.apply("1.1.0", hold=True)
    bot = desk.tools.platform.newest("staging-telegram-bot")
    assert bot is not None
    desk.tools.platform.proceed(bot.name, bot.hook)
    ticks.sleep(30)
    began = ticks.now()
    seen: list[float] = []
    desk.when(
        "telegram-bot: the new version gets 0 % of production",
        lambda: seen.append((ticks.now() - began).total_seconds()),
    )

    assert back(desk).code == 0
    assert seen and seen[0] <= 10


def test_afterwards_the_release_before_is_deployed(desk: Desk) -> None:
    desk.apply("1.1.0")
    desk.apply("1.2.0")

    assert back(desk).code == 0
    assert set(desk.runs().values()) == {"1.1.0"}
    assert desk.stories()[-1].trigger == "rollback"


def test_a_second_rollback_wants_to_know_where_to(desk: Desk) -> None:
    for version in ("1.1.0", "1.2.0", "1.3.0"):
        desk.apply(version)
    back(desk)

    ending = back(desk)
    assert (ending.code, "name the version" in ending.reason) == (REFUSED, True)
    assert back(desk, "1.1.0").code == 0
    assert set(desk.runs().values()) == {"1.1.0"}


def test_a_way_back_waits_for_no_registry(desk: Desk) -> None:
    def refuses(_: Release) -> None:
        raise PlatformError("The registry is away.")

    desk.apply("1.1.0")
    desk.apply("1.2.0")
    desk.tools = replace(desk.tools, keep=refuses)

    assert back(desk).code == 0
    assert set(desk.runs().values()) == {"1.1.0"}


def test_the_first_deployment_has_nothing_to_go_back_to(desk: Desk) -> None:
    desk.apply("1.1.0")

    assert back(desk).reason == (
        "Nothing was deployed here before: there is nothing to go back to."
    )
    assert "was never deployed here" in back(desk, "0.9.0").reason


def test_a_dry_run_turns_nothing(desk: Desk) -> None:
    desk.apply("1.1.0", hold=True)

    assert back(desk, dry=True).outcome == "nothing done"
    assert not any(it.back_at for it in desk.server.world.ecs.rollouts.values())


def test_a_dry_run_leaves_a_rollback_that_was_left(desk: Desk) -> None:
    desk.apply("1.1.0")
    desk.apply("1.2.0")
    hasty = replace(desk.tools, place=replace(desk.tools.place, patience_minutes=0.5))
    assert rollback(hasty, ADA, dry=False).code == UNFINISHED
    before = desk.tools.ledger.read()

    assert back(desk, dry=True).outcome == "nothing done"
    assert desk.tools.ledger.read() == before


def test_the_way_back_leads_to_what_was_begun_by_hand(desk: Desk) -> None:
    desk.apply("1.0.0")
    desk.apply("1.1.0")

    assert back(desk).code == 0
    assert set(desk.runs().values()) == {"1.0.0"}


def test_whoever_follows_a_deployment_learns_that_it_was_turned_back(desk: Desk) -> None:
    desk.when("telegram-bot: bake time", lambda: back(desk))

    ending = desk.apply("1.1.0")

    assert (ending.code, ending.outcome) == (4, "rolled back")
    assert set(desk.runs().values()) == {"1.0.0"}


def test_a_rollback_that_was_left_is_gone_on_with(desk: Desk) -> None:
    desk.apply("1.1.0")
    desk.apply("1.2.0")
    hasty = replace(desk.tools, place=replace(desk.tools.place, patience_minutes=0.5))
    assert rollback(hasty, ADA, dry=False).code == UNFINISHED

    assert back(desk).code == 0
    assert set(desk.runs().values()) == {"1.1.0"}
    assert len(desk.stories()) == 3
