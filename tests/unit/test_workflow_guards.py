"""What each job may do, waits for, is guarded by and starts under, written down a second time.

So whoever takes a guard away does it in two places, and somebody reads both. Every line of a
workflow that is such a guard is taken away here once, to see that it is noticed.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.workflow_files import parse

WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.yml"))
CLOSING = {"quality.yml": "quality-gate", "testing.yml": "tests-passed"}

READ = {"contents": "read"}
ROLE = READ | {"id-token": "write"}
BUILD = ROLE | {"attestations": "write"}
DEPLOY = ROLE | {"actions": "read"}
PERMISSIONS = {
    ("_build.yml", "build"): BUILD,
    ("_deploy.yml", "deploy"): DEPLOY,
    ("_deploy.yml", "rollback"): ROLE,
    ("_rollback.yml", "rollback"): ROLE,
    ("deploy.yml", "again"): ROLE,
    ("deploy.yml", "staging"): DEPLOY,
    ("deploy.yml", "production"): DEPLOY | {"attestations": "read"},
    ("dashboard.yml", "look"): ROLE | {"deployments": "write"},
    ("dashboard.yml", "publish"): ROLE | {"pages": "write"},
    ("docs.yml", "deploy"): {"pages": "write", "id-token": "write"},
    ("production.yml", "validated"): ROLE | {"attestations": "read"},
    ("production.yml", "approve"): READ | {"actions": "read"},
    ("production.yml", "deploy"): DEPLOY,
    ("release.yml", "tag"): ROLE,
    ("rollback.yml", "rollback"): ROLE,
    ("security.yml", "code"): READ | {"actions": "read", "security-events": "write"},
    ("security.yml", "images"): READ | {"actions": "read", "security-events": "write"},
    ("security.yml", "scorecard"): READ | {"actions": "read", "security-events": "write"},
    ("staging.yml", "market-data"): BUILD,
    ("staging.yml", "telegram-bot"): BUILD,
    ("staging.yml", "release"): READ | {"actions": "read"},
    ("staging.yml", "deploy"): DEPLOY,
    ("weekly-report.yml", "report"): ROLE | {"actions": "read"},
}
NEEDS = {
    ("_deploy.yml", "rollback"): {"deploy"},
    ("dashboard.yml", "publish"): {"look"},
    ("deploy.yml", "staging"): {"again"},
    ("deploy.yml", "notify"): {"again", "staging"},
    ("docs.yml", "deploy"): {"build"},
    ("production.yml", "approve"): {"validated"},
    ("production.yml", "deploy"): {"validated", "approve"},
    ("production.yml", "notify"): {"validated", "approve", "deploy"},
    ("rollback.yml", "notify"): {"rollback"},
    ("staging.yml", "market-data"): {"quality", "tests"},
    ("staging.yml", "telegram-bot"): {"quality", "tests"},
    ("staging.yml", "release"): {"market-data", "telegram-bot"},
    ("staging.yml", "deploy"): {"release"},
    ("staging.yml", "notify"): {
        *("quality", "tests", "market-data", "telegram-bot", "release", "deploy")
    },
    ("testing.yml", "coverage"): {"unit", "integration", "e2e"},
    ("weekly-report.yml", "tell"): {"report"},
}


def only_its_secrets(name: str) -> dict[str, str]:
    return {"name": name, "deployment": "false"}


ENVIRONMENTS = {
    ("_build.yml", "build"): only_its_secrets("${{ inputs.environment }}"),
    ("_deploy.yml", "deploy"): {"name": "${{ inputs.environment }}", "url": "${{ vars.ADDRESS }}"},
    ("_notify.yml", "notify"): only_its_secrets("notifications"),
    ("_rollback.yml", "rollback"): {
        "name": "${{ inputs.environment == 'production' && 'production-rollback' "
        "|| inputs.environment }}"
    },
    ("dashboard.yml", "look"): only_its_secrets("monitoring"),
    ("dashboard.yml", "publish"): {
        "name": "github-pages",
        "url": "${{ steps.deployment.outputs.page_url }}",
    },
    ("deploy.yml", "again"): only_its_secrets("staging"),
    ("docs.yml", "deploy"): {
        "name": "github-pages",
        "url": "${{ steps.deployment.outputs.page_url }}",
    },
    ("production.yml", "validated"): only_its_secrets("staging"),
    ("release.yml", "start"): only_its_secrets("release"),
    ("release.yml", "tag"): only_its_secrets("release"),
    ("security.yml", "safety"): only_its_secrets("security"),
    ("testing.yml", "coverage"): only_its_secrets("coverage"),
    ("weekly-report.yml", "report"): only_its_secrets("monitoring"),
    ("weekly-report.yml", "tell"): only_its_secrets("notifications"),
}
CONDITIONS = {
    ("_deploy.yml", "rollback"): "failure() && needs.deploy.outputs.ending == 'unhealthy'",
    ("dashboard.yml", "look"): "vars.DASHBOARD == 'on'",
    ("deploy.yml", "again"): "inputs.environment == 'staging'",
    ("deploy.yml", "notify"): "always() && inputs.environment == 'staging'",
    ("deploy.yml", "production"): "inputs.environment == 'production'",
    ("docs.yml", "deploy"): "vars.DASHBOARD != 'on'",
    ("production.yml", "notify"): "always()",
    ("quality.yml", "quality-gate"): "always()",
    ("release.yml", "start"): "github.event_name == 'workflow_dispatch'",
    ("release.yml", "tag"): (
        "github.event_name == 'pull_request' && github.event.pull_request.merged && "
        "(startsWith(github.head_ref, 'release/') || startsWith(github.head_ref, 'hotfix/'))"
    ),
    ("rollback.yml", "notify"): "always()",
    ("staging.yml", "notify"): "always()",
    ("testing.yml", "tests-passed"): "always()",
}
# What is called, and about which environment.
CALLS = {
    ("_deploy.yml", "rollback"): ("_rollback.yml", "${{ inputs.environment }}"),
    ("deploy.yml", "notify"): ("_notify.yml", "staging"),
    ("deploy.yml", "production"): ("production.yml", ""),
    ("deploy.yml", "staging"): ("_deploy.yml", "staging"),
    ("production.yml", "deploy"): ("_deploy.yml", "production"),
    ("production.yml", "notify"): ("_notify.yml", "production"),
    ("rollback.yml", "notify"): ("_notify.yml", "${{ inputs.environment }}"),
    ("rollback.yml", "rollback"): ("_rollback.yml", "${{ inputs.environment }}"),
    ("staging.yml", "deploy"): ("_deploy.yml", "staging"),
    ("staging.yml", "market-data"): ("_build.yml", "staging"),
    ("staging.yml", "notify"): ("_notify.yml", "staging"),
    ("staging.yml", "quality"): ("quality.yml", ""),
    ("staging.yml", "telegram-bot"): ("_build.yml", "staging"),
    ("staging.yml", "tests"): ("testing.yml", ""),
}
# The steps of a deployment that others stand on, in their order, and when each is left out.
STEPS = {
    ("_deploy.yml", "deploy"): [
        ("place", ""),
        ("deploy-verify", ""),
        ("deploy-apply", ""),
        ("smoke", "steps.apply.outputs.ending == 'deployed'"),
        ("deploy-record", "steps.apply.outputs.ending == 'deployed'"),
        ("deploy-report", "always()"),
    ],
    ("_rollback.yml", "rollback"): [
        ("place", ""),
        ("deploy-rollback", ""),
        ("deploy-report", "always()"),
    ],
    ("production.yml", "validated"): [("place", ""), ("promotion", ""), ("provenance", "")],
    ("production.yml", "approve"): [("approval", "")],
}


def found(name: str, job: str, described: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says of a job."""
    called = described.get("uses", "").removeprefix("$/.github/workflows/")
    return {
        "permits": described.get("permissions"),
        "is guarded by": described.get("environment"),
        "starts under": described.get("if"),
        "calls": (called, described.get("with", {}).get("environment", "")) if called else None,
        "does": [
            (step["run"].removeprefix("make "), step.get("if", ""))
            for step in described.get("steps", [])
            if "run" in step and (name, job) in STEPS
        ],
    }


def different(files: Mapping[str, str]) -> Iterator[str]:
    """Say where workflows say something else than is written here."""
    for name, text in files.items():
        workflow = parse(text)
        if workflow.get("permissions") != {}:
            yield f"{name} permits something to every job"
        every = workflow["jobs"]
        for job, described in every.items():
            key = (name, job)
            wanted = {
                "permits": PERMISSIONS.get(key, READ),
                "is guarded by": ENVIRONMENTS.get(key),
                "starts under": CONDITIONS.get(key),
                "calls": CALLS.get(key),
                "does": STEPS.get(key, []),
            }
            for what, value in found(name, job, described).items():
                if value != wanted[what]:
                    yield f"{name} {job} {what} something else: {value}"
            closing = CLOSING.get(name) == job
            needs = every.keys() - {job} if closing else NEEDS.get(key, set())
            if set(described.get("needs", [])) != needs:
                yield f"{name} {job} needs something else"


def test_every_job_is_permitted_guarded_and_preceded_by_exactly_what_is_written_here() -> None:
    assert list(different({path.name: path.read_text() for path in WORKFLOWS})) == []


def test_nothing_is_written_here_of_a_job_that_is_gone() -> None:
    known = {(path.name, job) for path in WORKFLOWS for job in parse(path.read_text())["jobs"]}

    for table in (PERMISSIONS, NEEDS, ENVIRONMENTS, CONDITIONS, CALLS, STEPS):
        assert table.keys() <= known


PERMISSION = re.compile(r"^ {6}[a-z-]+: (?:read|write)\b.*$", re.MULTILINE)


def test_every_permission_says_what_it_is_for() -> None:
    for path in WORKFLOWS:
        for line in PERMISSION.findall(path.read_text()):
            assert re.search(r" # to \w+", line), f"{path.name}: {line}"


_GUARD = re.compile(
    r"permissions: \{\}"
    r"|    (?:needs: |if: |permissions:|environment:|uses: )"
    r"|      - [a-z0-9-]+$"
    r"|      [a-z-]+: (?:read|write)\b"
    r"|      (?:name: (?!release$|.*-report)|deployment: |environment: )"
)
_NO_GUARDS = re.compile(r"^          name: |^          - |^      name: [A-Z]")


def guards(text: str) -> list[int]:
    """The numbers of the lines that let, keep or lead somebody somewhere."""
    return [
        number
        for number, line in enumerate(text.splitlines())
        if _GUARD.match(line) and not _NO_GUARDS.match(line)
    ]


LINES = [(path.name, number) for path in WORKFLOWS for number in guards(path.read_text())]


@pytest.mark.parametrize(("name", "number"), LINES)
def test_taking_away_any_need_permission_or_environment_is_noticed(name: str, number: int) -> None:
    lines = (WORKFLOWS[0].parent / name).read_text().splitlines()
    del lines[number]
    try:
        noticed = list(different({name: "\n".join(lines)}))
    except (yaml.YAMLError, AttributeError, TypeError, KeyError):
        return  # it is no workflow any more, which schemas and actionlint tell

    assert noticed


@pytest.mark.parametrize("name", ["staging.yml", "production.yml", "_deploy.yml", "_rollback.yml"])
def test_no_guard_of_the_way_to_people_is_overlooked(name: str) -> None:
    text = (WORKFLOWS[0].parent / name).read_text()
    words = ("needs:", "permissions:", "environment:", ": read", ": write")
    lines = text.splitlines()
    named = [
        number
        for number, line in enumerate(lines)
        if any(word in line for word in words)
        and not line.lstrip().startswith(("#", "description:"))
        and line.startswith(("permissions", "    needs", "    permissions", "    environment"))
    ]
    inside = [number for number, line in enumerate(lines) if PERMISSION.match(line)]

    assert set(named) | set(inside) <= set(guards(text))
