"""What staging has shown: written once its smoke tests passed, and believed only if it is whole."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from common.ledger import add
from common.ledger.events import Draft, Event
from deploy.plan import Refused
from deploy.rollback import rollback
from deploy.tale import Teller
from pipeline.records import digests, record, shown
from tests.support.deploy_deaths import near_desk
from tests.support.deployments import Desk
from tests.support.fake_ecs_world import Ticks
from tests.support.releases import release

ADA, NOW = Teller("ada", "https://example.org/run/1"), datetime(2030, 1, 2, tzinfo=UTC)
TREE = release("1.1.0").tree


@pytest.fixture
def desk() -> Desk:
    return near_desk(Ticks())


def recorded(desk: Desk, version: str = "1.1.0") -> Event:
    return record(desk.tools.ledger, "staging", release(version), ADA, NOW)


def test_what_was_deployed_and_recorded_is_shown(desk: Desk) -> None:
    desk.apply("1.1.0")
    event = recorded(desk)

    assert shown(desk.tools.ledger.read(), TREE).draft.deployment == event.draft.deployment
    assert dict(event.draft.data["images"]) == digests(release("1.1.0"))


def test_it_is_recorded_once_however_often_the_job_runs(desk: Desk) -> None:
    desk.apply("1.1.0")

    assert recorded(desk) == recorded(desk)


def test_what_is_deployed_but_not_recorded_is_not_shown(desk: Desk) -> None:
    desk.apply("1.1.0")

    with pytest.raises(Refused, match="has not shown the content .* What it has shown: nothing"):
        shown(desk.tools.ledger.read(), TREE)


def test_nothing_else_than_what_was_deployed_last_is_recorded(desk: Desk) -> None:
    desk.apply("1.1.0")
    desk.apply("1.2.0")

    with pytest.raises(Refused, match="1.1.0 is not what was deployed to staging last"):
        recorded(desk)


def test_another_content_is_refused_and_what_was_shown_is_named(desk: Desk) -> None:
    desk.apply("1.1.0")
    recorded(desk)

    with pytest.raises(Refused, match="What it has shown: 1.1.0"):
        shown(desk.tools.ledger.read(), release("1.2.0").tree)


def test_a_record_of_other_digests_is_refused(desk: Desk) -> None:
    name = desk.apply("1.1.0").deployment
    data = {"version": "1.1.0", "tree": TREE, "images": digests(release("1.2.0"))}
    add(desk.tools.ledger, Draft(NOW, "staging", "validated", "eve", name, "", data))

    with pytest.raises(Refused, match="is about other images"):
        shown(desk.tools.ledger.read(), TREE)


def test_what_was_taken_back_from_staging_is_shown_no_more(desk: Desk) -> None:
    desk.apply("1.1.0")
    recorded(desk)
    desk.apply("1.2.0")
    recorded(desk, "1.2.0")
    rollback(desk.tools, Teller("grace"), dry=False)

    with pytest.raises(Refused, match="1.2.0 was taken back from staging by grace"):
        shown(desk.tools.ledger.read(), release("1.2.0").tree)
    assert shown(desk.tools.ledger.read(), TREE).draft.data["version"] == "1.1.0"


def test_a_ledger_that_was_tampered_with_is_not_believed(desk: Desk) -> None:
    desk.apply("1.1.0")
    recorded(desk)
    events = list(desk.tools.ledger.read())
    events[1] = replace(events[1], draft=replace(events[1].draft, actor="eve"))

    with pytest.raises(Refused, match="broken at event 2"):
        shown(events, TREE)
