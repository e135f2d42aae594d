"""Facts that hold for every workflow, whoever adds one."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))
CLOSING = {"quality.yml": "quality-gate", "testing.yml": "tests-passed"}
PINS = tomllib.loads((GITHUB / "actions-pins.toml").read_text())
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
_LONGEST_RUN = 3


class _Loader(yaml.SafeLoader):
    """YAML in which `on` is a word and not a boolean."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: Path) -> dict[str, Any]:
    loaded = yaml.load(path.read_text(), Loader=_Loader)
    assert isinstance(loaded, dict)
    return loaded


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found = load(path)["jobs"]
    assert isinstance(found, dict)
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    if path in ACTIONS:
        return list(load(path)["runs"]["steps"])
    return [step for job in jobs(path).values() for step in job.get("steps", [])]


def named(path: Path) -> str:
    return path.name if path in WORKFLOWS else path.parent.name


every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=named)
every_file = pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=named)


def test_there_are_workflows_to_hold_to_the_rules() -> None:
    assert set(CLOSING) <= {path.name for path in WORKFLOWS}


@every_workflow
def test_nothing_is_permitted_unless_a_job_says_so(path: Path) -> None:
    assert load(path)["permissions"] == {}
    assert all("permissions" in job for job in jobs(path).values())


@every_workflow
def test_an_older_run_of_the_same_change_gives_way(path: Path) -> None:
    concurrency = load(path)["concurrency"]

    assert "github.ref" in concurrency["group"]
    assert concurrency["group"].startswith(path.stem)  # a caller's own group stays another one


@every_workflow
def test_every_job_has_a_name_a_limit_and_a_fixed_machine(path: Path) -> None:
    for job in jobs(path).values():
        assert job["name"]
        assert int(job["timeout-minutes"]) <= 30
        assert job["runs-on"] == "ubuntu-24.04"


@every_workflow
def test_nothing_starts_with_the_rights_of_the_default_branch(path: Path) -> None:
    assert not {"pull_request_target", "workflow_run"} & set(load(path)["on"])


@every_workflow
def test_no_path_filter_keeps_a_required_check_from_starting(path: Path) -> None:
    triggers = [rule for rule in load(path)["on"].values() if rule]

    assert not any({"paths", "paths-ignore"} & set(rule) for rule in triggers)


@every_file
def test_every_action_is_the_commit_in_the_pins_file(path: Path) -> None:
    lines = re.findall(r"uses: (\S+)(?: # (\S+))?", path.read_text())
    for used, version in lines:
        if used.startswith("$/"):
            assert (ROOT / used.removeprefix("$/") / "action.yml").is_file()
            continue
        action, _, commit = used.partition("@")
        assert (commit, version) == (PINS[action]["commit"], PINS[action]["version"])


def test_every_pin_is_used() -> None:
    text = "".join(path.read_text() for path in [*WORKFLOWS, *ACTIONS])

    assert [action for action in PINS if f"uses: {action}@" not in text] == []


@every_file
def test_no_checkout_leaves_credentials_behind(path: Path) -> None:
    checkouts = [
        step for step in steps(path) if step.get("uses", "").startswith("actions/checkout")
    ]

    assert all(step["with"]["persist-credentials"] == "false" for step in checkouts)


@every_file
def test_a_run_is_short_and_calls_what_a_person_can_call(path: Path) -> None:
    for step in steps(path):
        lines = step.get("run", "").strip().splitlines()
        assert len(lines) <= _LONGEST_RUN
        for line in lines:
            program, target = line.split()[:2]
            assert program == "make"
            assert target in TARGETS


@every_file
def test_no_run_holds_an_expression_that_somebody_else_writes(path: Path) -> None:
    assert not [step for step in steps(path) if "${{" in step.get("run", "")]


@pytest.mark.parametrize(("name", "closing"), CLOSING.items())
def test_the_closing_job_needs_every_other_job_whatever_its_result(name: str, closing: str) -> None:
    found = jobs(GITHUB / "workflows" / name)

    assert set(found[closing]["needs"]) == set(found) - {closing}
    assert found[closing]["if"] == "always()"
    assert found[closing]["steps"][-1]["run"] == "make gate"


def test_the_tests_run_on_every_python_that_the_project_promises() -> None:
    unit = jobs(GITHUB / "workflows" / "testing.yml")["unit"]

    assert unit["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert {"EXPECT_PYTHON": "${{ matrix.python }}"} in [step.get("env") for step in unit["steps"]]


def test_the_pipeline_asks_for_every_gate_that_make_check_asks_for() -> None:
    makefile = (ROOT / "Makefile").read_text()
    called = {
        step["run"].split()[1]
        for step in steps(GITHUB / "workflows" / "quality.yml")
        if "run" in step
    }
    pieces = [
        word
        for target in called
        for recipe in re.findall(rf"^{target}:.*\n\t.*-m local check (.*)$", makefile, re.MULTILINE)
        for word in recipe.split()
    ]

    from local.check import GATES

    assert sorted(pieces) == sorted(GATES)
