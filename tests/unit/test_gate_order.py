"""The owner's order of gates, proved on what needs what.

pull request, review, tests, security, staging, approval, production: nothing reaches people without
the ones before it, whichever workflow begins it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.triggers import Event, starts
from tests.support.workflow_files import load

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github" / "workflows"
RULESETS = ROOT / "infrastructure" / "github" / "rulesets"
Files = dict[str, dict[str, Any]]
OURS = "$/.github/workflows/"


@pytest.fixture
def files() -> Files:
    return {path.name: load(path) for path in FOLDER.glob("*.yml")}


def before(jobs: Mapping[str, Any], job: str) -> set[str]:
    """The jobs of a file that have succeeded when this one begins."""
    found: set[str] = set()
    new = set(jobs[job].get("needs", []))
    while new:
        found |= new
        new = {it for name in new for it in jobs[name].get("needs", [])} - found
    return found


def calls(files: Files, called: str, environment: str = "") -> Iterator[tuple[str, str]]:
    """File and name of each job that calls a workflow, for an environment if one is given."""
    for name, workflow in files.items():
        for job, described in workflow["jobs"].items():
            about = described.get("with", {}).get("environment", "")
            if described.get("uses") == OURS + called and about.startswith(environment):
                yield name, job


def asked(job: Mapping[str, Any]) -> list[str]:
    """What a job asks of make, in its order."""
    return [step["run"].split()[1] for step in job.get("steps", []) if "run" in step]


def used(jobs: Mapping[str, Any], names: set[str]) -> set[str]:
    """The workflows that these jobs call, each with its program if it has one."""
    found = [(jobs[name].get("uses", ""), jobs[name].get("with", {})) for name in names]
    return {f"{it.removeprefix(OURS)} {told.get('program', '')}".strip() for it, told in found}


CHECKED = {"quality.yml", "testing.yml"}
BUILT = {"_build.yml market-data", "_build.yml telegram-bot"}


def complaints(files: Files) -> Iterator[str]:
    """Say where somebody may go past a gate."""
    for name, job in calls(files, "_build.yml"):
        jobs = files[name]["jobs"]
        if not CHECKED <= used(jobs, before(jobs, job)):
            yield f"{name} {job} builds what was not tested or not checked"
    for name, job in calls(files, "_deploy.yml", "staging"):
        jobs = files[name]["jobs"]
        behind = before(jobs, job)
        again = any("release-again" in asked(jobs[it]) for it in behind)
        written = any("release" in asked(jobs[it]) for it in behind)
        fresh = written and CHECKED | BUILT <= used(jobs, behind)
        if again == fresh:
            yield f"{name} {job} deploys what was neither just built nor on staging before"
    for name, job in calls(files, "_deploy.yml", "production"):
        jobs = files[name]["jobs"]
        behind = before(jobs, job)
        shown = {it for it in behind if {"promotion", "provenance"} <= set(asked(jobs[it]))}
        agreed = {it for it in behind if "approval" in asked(jobs[it])}
        if not shown:
            yield f"{name} {job} deploys what staging has not shown"
        if not agreed or not all(shown & before(jobs, it) for it in agreed):
            yield f"{name} {job} deploys what nobody agreed to after staging"


def test_nothing_goes_past_a_gate(files: Files) -> None:
    assert list(complaints(files)) == []


@pytest.mark.parametrize("branch", ["develop", "main"])
def test_first_comes_a_pull_request_then_the_review_of_two_then_tests_and_security(
    branch: str,
) -> None:
    rules = {
        rule["type"]: rule.get("parameters", {})
        for rule in json.loads((RULESETS / f"{branch}.json").read_text())["rules"]
    }

    assert rules["pull_request"]["required_approving_review_count"] >= 2
    assert rules["pull_request"]["dismiss_stale_reviews_on_push"]
    checks = rules["required_status_checks"]["required_status_checks"]
    assert [re.sub(r".* / ", "", it["context"]) for it in checks] == [
        "Quality gate",
        "Tests passed",
    ]


def test_security_is_looked_at_after_the_tests_and_before_staging(files: Files) -> None:
    gate = before(files["quality.yml"]["jobs"], "quality-gate")
    build = files["_build.yml"]["jobs"]["build"]["steps"]
    order = [step.get("uses", "").partition("@")[0] for step in build]

    assert {"security", "secrets", "vulnerabilities"} <= gate
    assert order.index("docker/build-push-action") < order.index("anchore/scan-action")
    assert order.index("anchore/scan-action") < order.index("actions/attest")
    assert not any("continue-on-error" in step for step in build)


def test_staging_shows_only_what_passed_its_smoke_tests(files: Files) -> None:
    steps = asked(files["_deploy.yml"]["jobs"]["deploy"])

    assert steps.index("deploy-apply") < steps.index("smoke") < steps.index("deploy-record")
    writers = [
        name
        for name, workflow in files.items()
        for job in workflow["jobs"].values()
        if "deploy-record" in asked(job)
    ]
    assert writers == ["_deploy.yml"]


def test_production_waits_for_its_environment(files: Files) -> None:
    deploy = files["_deploy.yml"]["jobs"]["deploy"]

    assert deploy["environment"]["name"] == "${{ inputs.environment }}"
    assert [
        name
        for name, workflow in files.items()
        for job, described in workflow["jobs"].items()
        if "deploy-apply" in asked(described) and (name, job) != ("_deploy.yml", "deploy")
    ] == []


def test_only_tags_that_the_release_app_sets_start_production_by_themselves(files: Files) -> None:
    moved, new = (
        {it["type"] for it in json.loads((RULESETS / f"{name}.json").read_text())["rules"]}
        for name in ("tags", "new-tags")
    )

    assert set(files["production.yml"]["on"]) == {"push", "workflow_dispatch", "workflow_call"}
    assert starts(files["production.yml"]["on"], Event("push", tag="v1.2.3"))
    assert not starts(files["production.yml"]["on"], Event("push", branch="main"))
    assert {"update", "deletion"} <= moved
    assert new == {"creation"}


def test_a_deployment_under_way_is_never_cancelled_and_a_way_back_never_waits_for_it(
    files: Files,
) -> None:
    deploy, back = (files[name]["concurrency"] for name in ("_deploy.yml", "_rollback.yml"))

    assert deploy["group"] != back["group"]
    assert deploy["queue"] == "max"
    for name in ("staging.yml", "production.yml", "deploy.yml", "_deploy.yml", "_rollback.yml"):
        assert files[name]["concurrency"]["cancel-in-progress"] == "false"


EDGES = [
    (name, job, need)
    for name in ("staging.yml", "production.yml", "deploy.yml")
    for job, described in load(FOLDER / name)["jobs"].items()
    if job != "notify"
    for need in described.get("needs", [])
    if (job, need) != ("deploy", "validated")  # it also waits for `approve`, which waits for that
]


@pytest.mark.parametrize(("name", "job", "need"), EDGES)
def test_without_any_one_need_something_would_go_past_a_gate(
    files: Files, name: str, job: str, need: str
) -> None:
    files[name]["jobs"][job]["needs"].remove(need)

    assert list(complaints(files))
