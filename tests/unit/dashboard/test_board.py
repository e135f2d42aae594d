"""The state that the dashboard shows, and its metrics, from ledgers made for this."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.ledger.events import Draft, Event, Kind, sealed
from dashboard.board import FRESH, Board, Place, board
from dashboard.measures import Share, measures
from dashboard.page import page as written
from dashboard.report import report
from dashboard.week import week

NOW = datetime(2030, 3, 1, 12, tzinfo=UTC)
FLAGS = {"charts": {"staging": "on", "production": "25 %"}}


class Story:
    """Writes a ledger, minutes before now."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, kind: Kind, minutes: float, name: str = "", /, **data: Any) -> None:
        at = NOW - timedelta(minutes=minutes)
        draft = Draft(at, "production", kind, "ada", name, "", data)
        self.events.append(sealed(draft, self.events[-1] if self.events else None))

    def deployed(self, name: str, minutes: float, outcome: str = "deployed", **data: Any) -> None:
        self.add("started", minutes, name, version=name, **data)
        self.add("traffic", minutes - 5, name, production=100, test=100)
        self.add("finished", minutes - 10, name, outcome=outcome)

    def board(self) -> Board:
        return board([self.events], ("production",), FLAGS, NOW)

    @property
    def place(self) -> Place:
        return self.board().places[0]


def test_an_empty_ledger_is_a_board_without_news() -> None:
    place = Story().place

    assert (place.current, place.running, place.health) == (None, None, "unknown")
    assert place.back_to is None and place.not_back == "nothing was deployed yet"
    assert place.flags == {"charts": "25 %"}


def test_what_serves_people_is_the_newest_that_came_through() -> None:
    story = Story()
    story.deployed("1.0.0", 300)
    story.deployed("1.1.0", 200)
    story.deployed("1.2.0", 100, "rolled back")

    assert story.place.current is not None and story.place.current.version == "1.1.0"
    assert story.place.back_to == "1.0.0"


def test_a_deployment_under_way_shows_its_stage_and_weights() -> None:
    story = Story()
    story.add("started", 5, "d1", version="1.0.0")
    story.add("step", 4, "d1", step="smoke", outcome="done")
    story.add("traffic", 3, "d1", production=0, test=100)
    running = story.place.running

    assert running is not None
    assert (running.stage, running.production_weight, running.test_weight) == ("smoke", 0, 100)
    assert not running.reached_people
    assert story.place.back_to == ""  # a rollback turns back what is under way


def test_what_was_rolled_back_is_no_way_back() -> None:
    story = Story()
    story.deployed("1.0.0", 500)
    story.deployed("1.1.0", 400)
    story.add("started", 300, "back", version="1.0.0", trigger="rollback")
    begun = story.place
    story.add("finished", 290, "back", outcome="deployed")

    assert (begun.back_to, begun.not_back) == (None, "1.0.0 is coming back already")
    assert story.place.back_to is None and "came back already" in story.place.not_back


@pytest.mark.parametrize(
    ("minutes", "told", "health"),
    [
        (29, "healthy", "healthy"),
        (29, "down", "down"),
        (29, "impaired", "impaired"),
        (31, "healthy", "unknown"),
        (29, "", "unknown"),
        (-9, "healthy", "unknown"),
    ],
)
def test_only_a_fresh_observation_says_that_all_is_well(
    minutes: float, told: str, health: str
) -> None:
    story = Story()
    story.add("observation", minutes, version="1.0.0", health=told)

    assert story.place.health == health
    assert FRESH == timedelta(minutes=30)


def test_another_version_than_deployed_is_drift() -> None:
    story = Story()
    story.deployed("1.0.0", 100)
    story.add("observation", 2, version="0.9.0", health="healthy")

    assert story.place.drift == "0.9.0 answers where 1.0.0 was deployed"


def test_a_version_made_for_another_schema_is_no_way_back() -> None:
    story = Story()
    story.deployed("1.0.0", 300, schema="0003")
    story.deployed("1.1.0", 200, schema="0004")

    assert story.place.back_to is None
    assert "1.0.0 was made for schema 0003" in story.place.not_back


def test_what_happened_later_is_not_known_yet() -> None:
    story = Story()
    story.deployed("1.0.0", -60)

    assert story.place.current is None and story.board().broken is None


def test_a_ledger_that_was_tampered_with_is_named() -> None:
    story = Story()
    story.deployed("1.0.0", 300)
    del story.events[1]

    assert story.board().broken is not None


def found(story: Story) -> Any:
    return measures(story.place.told, NOW - timedelta(days=7), NOW)


def test_rollbacks_and_repeats_are_no_deployments() -> None:
    story = Story()
    story.deployed("1.0.0", 500)
    story.deployed("1.1.0", 400)
    story.add("started", 300, "back", version="1.0.0", trigger="rollback")
    story.add("finished", 290, "back", outcome="deployed")
    story.deployed("1.1.0", 200)

    assert found(story).per_week == 2.0


def test_lead_time_counts_each_commit_once_from_its_birth() -> None:
    commit: Mapping[str, Any] = {
        "sha": "a" * 40,
        "at": (NOW - timedelta(minutes=350)).isoformat(),
        "subject": "bot: one",
    }
    story = Story()
    story.deployed("1.0.0", 300, commits=[commit])
    story.deployed("1.1.0", 200, commits=[commit])

    assert found(story).lead_time.half == timedelta(minutes=60)
    assert found(story).lead_time.count == 1


def test_failures_that_people_saw_are_apart_from_those_that_gates_caught() -> None:
    story = Story()
    story.deployed("1.0.0", 500)
    story.deployed("1.1.0", 400, "rolled back")
    story.add("started", 300, "caught", version="1.2.0")
    story.add("finished", 290, "caught", outcome="failed")
    seen = found(story)

    assert (seen.failed, seen.caught) == (Share(1, 2), 1)
    assert seen.recovery.half == timedelta(minutes=5)


def test_an_interval_says_how_little_a_few_deployments_prove() -> None:
    low, high = Share(1, 10).interval or (0, 0)

    # Wilson's score interval of 1 in 10, as statistics books print it.
    assert (round(low, 1), round(high, 1)) == (1.8, 40.4)
    assert Share(0, 0).interval is None and Share(0, 0).percent is None


def test_what_somebody_rolled_back_later_has_failed_and_recovery_ends_there() -> None:
    story = Story()
    story.deployed("1.0.0", 500)
    story.deployed("1.1.0", 400)
    story.add("started", 300, "back", version="1.0.0", trigger="rollback")
    story.add("finished", 290, "back", outcome="deployed")
    seen = found(story)

    assert seen.failed == Share(1, 2)
    assert seen.recovery.half == timedelta(minutes=105)
    assert seen.rework == Share(1, 3)  # the way back was a deployment that nobody had planned


def test_a_hotfix_counts_against_what_it_mends_and_recovery_ends_with_it() -> None:
    story = Story()
    story.deployed("1.0.0", 500)
    story.deployed("1.1.0", 400)
    story.deployed("1.1.1", 300, trigger="hotfix")
    story.deployed("1.1.2", 200, trigger="hotfix")
    story.deployed("1.2.0", 100)
    seen = found(story)

    assert (seen.failed, seen.rework) == (Share(2, 5), Share(2, 5))
    assert seen.recovery.half == timedelta(minutes=105)


def test_a_hotfix_of_what_went_back_by_itself_is_no_second_failure() -> None:
    story = Story()
    story.deployed("1.0.0", 500)
    story.deployed("1.1.0", 400, "rolled back")
    story.deployed("1.1.1", 300, trigger="hotfix")

    assert found(story).failed == Share(1, 3)


def test_what_was_there_before_the_period_is_no_change_in_it() -> None:
    month = 30 * 24 * 60
    commit = {"sha": "a", "at": (NOW - timedelta(minutes=month)).isoformat(), "subject": "one"}
    story = Story()
    story.deployed("1.0.0", month - 60, commits=[commit])
    story.add("started", 100, "again", version="1.0.0", commits=[commit])
    story.add("finished", 90, "again", outcome="deployed")

    assert (found(story).count, found(story).lead_time.count) == (0, 0)


def test_a_young_ledger_is_not_blamed_for_the_time_before_it() -> None:
    story = Story()
    for day in range(14, 0, -1):
        story.deployed(f"1.{14 - day}.0", day * 24 * 60)
    seen = measures(story.place.told, NOW - timedelta(days=90), NOW)

    assert (seen.per_week, seen.since) == (7.0, NOW - timedelta(days=14))


def test_a_committer_whose_clock_is_ahead_makes_no_time_negative() -> None:
    commit = {"sha": "a", "at": (NOW + timedelta(days=1)).isoformat(), "subject": "one"}
    story = Story()
    story.deployed("1.0.0", 100, commits=[commit])

    assert found(story).lead_time.half == timedelta()


def test_an_incident_counts_against_the_deployment_that_it_names() -> None:
    story = Story()
    story.deployed("1.0.0", 500)
    story.add("incident", 450, "1.0.0", reason="prices stood still")

    assert found(story).failed == Share(1, 1) and found(story).recovery.count == 0


def test_the_words_of_the_deploy_tool_are_understood() -> None:
    story = Story()
    release = {"images": {"bot": {"digest": "sha256:aa"}}, "schema": {"oldest_program": 3}}
    story.add("started", 60, "d", version="1.0.0", schema="0004", release=release)
    for minutes, name, kind in ((50, "market-data", "PASS"), (40, "telegram-bot", "INCONCLUSIVE")):
        story.add("smoke", minutes, "d", service=name, passed=3, failed=0)
        story.add("step", minutes - 1, "d", step=f"{name} BAKE_TIME", outcome="reached")
        story.add("step", minutes - 6, "d", step=f"{name} CLEAN_UP", outcome="reached")
        story.add("verdict", minutes - 7, "d", service=name, verdict=kind, reason=f"{name}: {kind}")
    story.add("traffic", 30, "d", service="telegram-bot", back=True, production=100, test=0)
    story.add("finished", 20, "d", outcome="deployed", reason="")
    told = story.place.told[0]

    assert told.smoke == (6, 0) and told.verdict == "INCONCLUSIVE"
    assert told.reason == "telegram-bot: INCONCLUSIVE"
    assert told.shifted == NOW - timedelta(minutes=49) and told.production_weight == 0
    assert [end - at for at, end in told.watched() if end] == [timedelta(minutes=5)] * 2
    assert told.images == {"bot": "sha256:aa"}


def test_another_digest_than_deployed_is_drift_whatever_it_calls_itself() -> None:
    story = Story()
    release = {"images": {"bot": {"digest": "sha256:aa"}}}
    story.deployed("1.0.0", 100, release=release)
    seen = {"version": "1.0.0", "health": "healthy"}
    story.add("observation", 3, digest="sha256:aa", **seen)
    assert story.place.drift == ""
    story.add("observation", 2, digest="sha256:bb", **seen)

    assert story.place.drift == "1.0.0 answers where 1.0.0 was deployed"


def test_a_schema_that_the_programs_before_can_live_with_is_a_way_back() -> None:
    story = Story()
    release = {"images": {}, "schema": {"oldest_program": 3}}
    story.deployed("1.0.0", 300, schema="0003", release=release)
    story.deployed("1.1.0", 200, schema="0004", release=release)
    before = story.place
    story.deployed("1.2.0", 100, schema="0005", release={"schema": {"oldest_program": 5}})

    assert before.back_to == "1.0.0"
    assert story.place.back_to is None and "it never goes back" in story.place.not_back


def test_a_writer_whose_clock_is_a_little_ahead_is_heard() -> None:
    story = Story()
    story.deployed("1.0.0", 6)  # its end is four minutes ahead of us

    assert story.place.current is not None


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("started", {"version": 1, "commits": [{"sha": "x"}, 7]}),
        ("started", {"commits": None, "pipeline": None}),
        ("started", {"release": {"images": {"bot": "latest"}}, "pipeline": {"build_seconds": "?"}}),
        ("traffic", {"production": "all", "test": None}),
        ("smoke", {"passed": None, "failed": "many"}),
        ("finished", {"outcome": None}),
        ("finished", {"outcome": "odd"}),
        ("observation", {"health": ["well"]}),
    ],
)
def test_an_event_that_says_odd_things_stops_no_page_and_no_report(
    kind: Kind, data: Mapping[str, Any]
) -> None:
    story = Story()
    story.add("started", 100, "d1", version="1.0.0")
    story.add(kind, 95, "d1", **data)

    assert written(story.board()).endswith("</html>\n")
    assert report(story.place.told[-1]).startswith("## ")
    assert week([story.events], ("production",), NOW)
