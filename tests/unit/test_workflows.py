"""Facts that hold for every workflow, whoever adds one."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.gates import GATES
from local.test import PARTS
from tests.support.workflow_files import load

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))
CLOSING = {"quality.yml": "quality-gate", "testing.yml": "tests-passed"}
PINS = tomllib.loads((GITHUB / "actions-pins.toml").read_text())
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
LONG = {"performance.yml": 180, "_deploy.yml": 60}  # minutes
_LONGEST_RUN = 3


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

    # What changes an environment waits for whatever else changes it, wherever that comes from.
    one = "inputs.environment" if path.name in ("_deploy.yml", "_rollback.yml") else "github.ref"
    assert one in concurrency["group"]
    assert concurrency["cancel-in-progress"] == ("true" if path.name in CLOSING else "false")
    assert concurrency["group"].startswith(path.stem)  # a caller's own group stays another one


@every_workflow
def test_every_job_has_a_name_a_limit_and_a_fixed_machine(path: Path) -> None:
    for job in jobs(path).values():
        assert job["name"]
        if "uses" in job:
            continue  # what is called says so itself
        assert int(job["timeout-minutes"]) <= LONG.get(path.name, 30)
        # What is built runs on ARM64; everything else is asked where it is cheapest.
        arm = "-arm" if path.name == "_build.yml" else ""
        assert job["runs-on"] == f"ubuntu-24.04{arm}"


@every_workflow
def test_nothing_starts_with_the_rights_of_the_default_branch(path: Path) -> None:
    assert not {"pull_request_target", "workflow_run"} & set(load(path)["on"])


@every_workflow
def test_no_path_filter_keeps_a_required_check_from_starting(path: Path) -> None:
    triggers = [rule for rule in load(path)["on"].values() if isinstance(rule, dict)]

    assert not any({"paths", "paths-ignore"} & set(rule) for rule in triggers)


@every_file
def test_every_action_is_the_commit_in_the_pins_file(path: Path) -> None:
    lines = re.findall(r"uses: (\S+)(?: # (\S+))?", path.read_text())
    for used, version in lines:
        if used.startswith("$/"):
            ours = ROOT / used.removeprefix("$/")
            assert (ours if ours.suffix == ".yml" else ours / "action.yml").is_file()
            continue
        path_in_action, _, commit = used.partition("@")
        action = "/".join(path_in_action.split("/")[:2])
        assert (commit, version) == (PINS[action]["commit"], PINS[action]["version"])


def test_every_pin_is_used() -> None:
    text = "".join(path.read_text() for path in [*WORKFLOWS, *ACTIONS])

    assert [action for action in PINS if not re.search(rf"uses: {action}[@/]", text)] == []


def test_whatever_a_run_leaves_behind_it_can_leave_behind_again() -> None:
    """Neither artifacts nor tags of the registry can be written twice under the same name."""
    every = [step for path in WORKFLOWS for step in steps(path)]
    kept = [it["with"] for it in every if "actions/upload-artifact@" in it.get("uses", "")]
    (pushed,) = (it["with"] for it in every if "build-push-action@" in it.get("uses", ""))

    assert len(kept) >= 10 and all(it.get("overwrite") == "true" for it in kept)
    assert "github.run_id" in pushed["tags"] and "github.run_attempt" in pushed["tags"]


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
            program, target = line.split()
            assert program == "make"
            assert target in TARGETS


@every_file
def test_no_run_holds_an_expression_that_somebody_else_writes(path: Path) -> None:
    assert not [step for step in steps(path) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("branch", ["main", "develop"])
def test_what_a_branch_asks_for_is_what_the_closing_jobs_are_called(branch: str) -> None:
    path = ROOT / "infrastructure" / "github" / "rulesets" / f"{branch}.json"
    rules = {rule["type"]: rule.get("parameters") for rule in json.loads(path.read_text())["rules"]}
    checks = rules["required_status_checks"]["required_status_checks"]

    called = [jobs(GITHUB / "workflows" / name)[job]["name"] for name, job in CLOSING.items()]
    if branch == "main":  # a release or a hotfix is tested by what brings it to staging
        by = jobs(GITHUB / "workflows" / "staging.yml")["tests"]
        assert by["uses"] == "$/.github/workflows/testing.yml"
        called[1] = f"{by['name']} / {called[1]}"
    assert [check["context"] for check in checks] == called


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


def called(name: str) -> set[str]:
    return {step["run"].split()[1] for step in steps(GITHUB / "workflows" / name) if "run" in step}


def test_the_pipeline_asks_for_every_gate_that_make_check_asks_for() -> None:
    makefile = (ROOT / "Makefile").read_text()
    pieces = [
        word
        for target in called("quality.yml")
        for recipe in re.findall(rf"^{target}:.*\n\t.*-m local check (.*)$", makefile, re.MULTILINE)
        for word in recipe.split()
    ]

    assert sorted(pieces) == sorted(GATES)


def test_the_pipeline_runs_every_test_that_a_person_can_run() -> None:
    assert {*PARTS, "coverage", "ahead"} <= called("quality.yml") | called("testing.yml")


def test_a_job_that_runs_tests_fails_where_one_is_left_out_without_a_reason() -> None:
    for job in jobs(GITHUB / "workflows" / "testing.yml").values():
        asked = [step["run"].split()[1] for step in job["steps"] if "run" in step]
        for part in PARTS.keys() & set(asked):
            assert asked[asked.index(part) + 1] == "reasons"


def test_everything_that_one_machine_runs_is_run_by_the_pipeline_as_well() -> None:
    alone = set(
        re.findall(
            r"^(?:[A-Z]+=1 )?make ([a-z]+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE
        )
    )

    # All gates, all tests, none left out without a reason, all tests two years ahead.
    assert alone == {"check", "test", "reasons", "ahead"}
    assert {"reasons", "ahead"} <= called("testing.yml")


@every_file
def test_no_key_of_a_cloud_is_an_input_and_no_secret_is_handed_on_unnamed(path: Path) -> None:
    text = path.read_text()

    assert "aws-access-key-id" not in text
    assert "secrets: inherit" not in text
    assert "-latest" not in text


@every_workflow
def test_a_secret_is_read_only_where_an_environment_guards_it(path: Path) -> None:
    for job in jobs(path).values():
        if "secrets." in str(job) and "uses" not in job:  # what is called reads it, or not
            assert job["environment"]


@every_workflow
def test_what_calls_hands_on_each_secret_by_its_own_name(path: Path) -> None:
    for job in jobs(path).values():
        for name, value in job.get("secrets", {}).items():
            assert value == f"${{{{ secrets.{name} }}}}"


def test_whatever_github_must_be_told_stands_in_the_documentation() -> None:
    text = "".join(path.read_text() for path in WORKFLOWS)
    pages = "".join(path.read_text() for path in (ROOT / "docs" / "deployment").glob("*.md"))
    told = set(re.findall(r"\b(?:vars|secrets)\.([A-Z_]+)", text))
    environments = {
        name
        for path in WORKFLOWS
        for job in jobs(path).values()
        if (name := job.get("environment", {}).get("name", "")) and "${{" not in name
    }

    assert told and environments
    assert [name for name in sorted(told | environments) if f"`{name}`" not in pages] == []


PROVES = ("aws-actions/configure-aws-credentials", "actions/attest", "actions/deploy-pages")


def proves_itself(job: Mapping[str, Any]) -> bool:
    """Whether a job, or one that it calls, takes a role or signs."""
    if "uses" in job:
        return any(proves_itself(it) for it in jobs(ROOT / job["uses"][2:]).values())
    return any(step.get("uses", "").startswith(PROVES) for step in job["steps"])


@every_workflow
def test_only_the_build_builds_and_only_what_proves_itself_gets_an_identity(path: Path) -> None:
    for job in jobs(path).values():
        used = [step.get("uses", "") for step in job.get("steps", [])]
        if path.name != "_build.yml":
            assert not [name for name in used if name.startswith("docker/build-push-action")]
        assert (job["permissions"].get("id-token") == "write") == proves_itself(job)


def test_a_release_begins_on_develop_and_its_tag_stands_on_what_was_merged() -> None:
    refs = {
        name: next(step for step in job["steps"] if "checkout" in step["uses"])["with"]["ref"]
        for name, job in jobs(GITHUB / "workflows" / "release.yml").items()
    }

    assert refs == {
        "start": "develop",
        "tag": "${{ github.event.pull_request.merge_commit_sha }}",
    }
