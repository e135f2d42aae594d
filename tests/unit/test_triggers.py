"""What every event starts: the whole table, so that a new trigger is a change of this page."""

from pathlib import Path

import pytest

from tests.support.triggers import Event, chosen, matches, starts
from tests.support.workflow_files import load

WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.yml"))


def push(branch: str) -> Event:
    return Event("push", branch=branch)


def request(base: str, kind: str = "opened") -> Event:
    return Event("pull_request", branch=base, type=kind)


TABLE = {
    push("feature/CA-1-a"): {"testing"},
    push("bugfix/CA-1-a"): {"testing"},
    push("dependabot/pip/a"): {"testing"},
    push("develop"): {"staging"},
    push("release/v1.2.3"): {"staging"},
    push("hotfix/v1.2.3-a"): {"staging"},
    push("main"): {"testing", "docs", "dashboard"},
    Event("push", tag="v1.2.3"): {"production"},
    Event("push", tag="v1.2.3-rc.1"): set(),
    Event("push", tag="1.2.3"): set(),
    request("develop"): {"quality"},
    request("develop", "synchronize"): {"quality"},
    request("develop", "closed"): set(),
    request("main"): {"quality"},
    request("main", "reopened"): {"quality"},
    request("main", "closed"): {"release"},
    request("feature/CA-1-a"): set(),
    request("release/v1.2.3"): set(),
    Event("merge_group", type="checks_requested"): {"quality"},
    Event("schedule"): {"dashboard", "performance", "security", "weekly-report"},
    Event("workflow_dispatch"): {
        *("dashboard", "deploy", "performance", "production", "release", "rollback", "security"),
        "weekly-report",
    },
    Event("workflow_call"): {
        *("quality", "testing", "docs", "production", "dashboard"),
        *("_build", "_deploy", "_notify", "_rollback"),
    },
    Event("pull_request_target", branch="main", type="opened"): set(),
    Event("workflow_run", type="completed"): set(),
    Event("issue_comment", type="created"): set(),
    Event("release", type="published"): set(),
}


@pytest.mark.parametrize("event", TABLE, ids=str)
def test_an_event_starts_exactly_these_workflows(event: Event) -> None:
    started = {path.stem for path in WORKFLOWS if starts(load(path)["on"], event)}

    assert started == TABLE[event]


def test_every_workflow_is_started_by_something() -> None:
    assert set().union(*TABLE.values()) == {path.stem for path in WORKFLOWS}


BRANCHES = sorted(event.branch for event in TABLE if event.name == "push" and event.branch)


@pytest.mark.parametrize("branch", BRANCHES)
def test_a_push_to_any_branch_is_tested_once(branch: str) -> None:
    started = [load(path) for path in WORKFLOWS if path.stem in TABLE[push(branch)]]
    tested = [path for path in WORKFLOWS if path.stem == "testing" and load(path) in started]
    called = [job.get("uses", "") for it in started for job in it["jobs"].values()]

    assert len(tested) + called.count("$/.github/workflows/testing.yml") == 1


def test_the_proofs_run_as_the_week_begins() -> None:
    performance = load(next(path for path in WORKFLOWS if path.stem == "performance"))

    assert performance["on"]["schedule"] == [{"cron": "0 0 * * 0"}]


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("**", "feature/a/b", True),
        ("*", "feature/a", False),
        ("release/**", "release/v1/x", True),
        ("release/*", "release/v1/x", False),
        ("v[0-9]+.[0-9]+.[0-9]+", "v1.20.3", True),
        ("v[0-9]+.[0-9]+.[0-9]+", "v1.2.3-rc.1", False),
        ("v[0-9]+.[0-9]+.[0-9]+", "v1x2x3", False),
        ("main", "mainline", False),
        ("v1?", "v", True),
    ],
)
def test_a_pattern_is_read_as_github_reads_it(pattern: str, name: str, fits: bool) -> None:
    assert matches(pattern, name) == fits


def test_the_last_pattern_that_fits_decides() -> None:
    assert chosen(["release/**", "!release/old/**"], "release/v1")
    assert not chosen(["release/**", "!release/old/**"], "release/old/v1")
    assert chosen(["!release/**", "release/old/**"], "release/old/v1")
    assert not chosen(["!release/**"], "main")


@pytest.mark.parametrize(
    ("on", "event", "started"),
    [
        ({"push": None}, Event("push", branch="a"), True),
        ({"push": None}, Event("push", tag="v1"), True),
        ({"push": {"tags": ["v*"]}}, Event("push", tag="v1"), True),
        ({"push": {"tags": ["v*"]}}, Event("push", branch="v1"), False),
        ({"push": {"branches": ["a"]}}, Event("push", tag="a"), False),
        ({"pull_request": None}, request("a"), True),
        ({"pull_request": None}, request("a", "labeled"), False),
    ],
)
def test_branches_and_tags_are_kept_apart(
    on: dict[str, object], event: Event, started: bool
) -> None:
    assert starts(on, event) == started
