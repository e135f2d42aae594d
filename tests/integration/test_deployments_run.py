"""The workflows that deploy, run for real: who goes on, who stops, who goes back, who hears of it.

What `python -m deploy` would do stands in the word with which it ends; at the end of the page it is
the real tool that deploys, on the scripted ECS.

act ends a run when a workflow that was called has failed, so `Tell` is not reached there as it is
on GitHub: who hears of a failure is shown by a job that fails by itself.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.ledger.events import encode
from common.ledger.file import FileLedger
from deploy import aws
from deploy.apply import Wish, apply
from deploy.tale import Teller
from pipeline.records import record
from tests.support.deploy_deaths import near_desk
from tests.support.fake_ecs_server import Server, World, running
from tests.support.fake_ecs_world import Ticks, world_at
from tests.support.hurried_ecs import Fast, place
from tests.support.releases import PROGRAMS, SMOKE_TOKEN, content, digest, release
from tests.support.threaded import served
from tests.support.workflow_runs import Bench, Run

CHECKS = """name: Checks
on: workflow_call
jobs:
  closing:
    runs-on: ubuntu-24.04
    steps:
      - run: make {target}
"""
TELLING = """name: Telling
on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    outputs:
      ending: ${{ steps.apply.outputs.ending }}
    steps:
      - id: apply
        run: make deploy-apply
  notify:
    needs: [deploy]
    if: always()
    uses: $/.github/workflows/_notify.yml
    with:
      environment: staging
      results: ${{ toJSON(needs) }}
    secrets:
      SLACK_WEBHOOK: ${{ secrets.SLACK_WEBHOOK }}
"""
DEVELOP = {"ref": "refs/heads/develop", "before": "1" * 40}
TAG = {"ref": "refs/tags/v1.2.3"}
DIGEST = "sha256:" + "d" * 64


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The workflows, with quality and testing cut down to one job each: they run elsewhere."""
    made = Bench(tmp_path_factory.mktemp("deployments"))
    for name in ("quality", "testing"):
        made.add(name, CHECKS.format(target=f"all-of-{name}"))
    made.add("telling", TELLING)
    return made


def told(run: Run) -> str:
    """The line that goes to the team."""
    return next(line for line in run.printed if line.startswith(("✅", "❌")))


def staging(bench: Bench, **asked: Any) -> Run:
    return bench.run("staging", "push", DEVELOP, **asked)


def production(bench: Bench, **asked: Any) -> Run:
    return bench.run("production", "push", TAG, **asked)


def deployment(run: Run) -> list[str]:
    """What the jobs that touch an environment asked for, in order."""
    return [call.split()[1] for call in run.calls if call.split()[0] in ("deploy", "rollback")]


def test_what_comes_to_develop_is_checked_built_once_deployed_asked_and_told(bench: Bench) -> None:
    run = staging(bench)

    assert run.code == 0, "\n".join(run.printed)
    order = [call.split()[1] for call in run.calls]
    for earlier, later in (
        ("all-of-quality", "built"),
        ("all-of-testing", "built"),
        ("built", "release"),
        ("release", "place"),
    ):
        assert order.index(earlier) < order.index(later)
    assert deployment(run) == [
        *("place", "deploy-verify", "deploy-apply", "smoke", "deploy-record", "deploy-report")
    ]
    built = [action for _, action in run.used if action == "docker/build-push-action"]
    assert len(built) == 2  # one of each program
    assert "staging: deployed" in told(run)


def test_the_release_is_made_of_the_digests_that_were_built(bench: Bench) -> None:
    run = staging(bench)

    assert run.asked("release") == [f"release DIGESTS=market-data={DIGEST} telegram-bot={DIGEST}"]


def test_a_hotfix_is_told_apart_in_the_ledger(bench: Bench) -> None:
    runs = staging(bench), bench.run("staging", "push", {"ref": "refs/heads/hotfix/v1.2.1-a"})

    for run, trigger in zip(runs, ("push", "hotfix"), strict=True):
        assert f"ENVIRONMENT=staging TRIGGER={trigger}" in " ".join(run.asked("deploy"))


@pytest.mark.parametrize("failing", ["all-of-quality", "all-of-testing"])
def test_what_fails_its_checks_is_not_even_built(bench: Bench, failing: str) -> None:
    run = staging(bench, failing=[failing])

    assert run.code == 1
    assert {call.split()[0] for call in run.calls} == {"closing"}


def test_what_fails_its_smoke_tests_goes_back_and_is_not_recorded_as_shown(bench: Bench) -> None:
    run = staging(bench, failing=["smoke"])

    assert run.code == 1
    assert deployment(run) == [
        *("place", "deploy-verify", "deploy-apply", "smoke", "deploy-report"),
        *("place", "deploy-rollback", "deploy-report"),
    ]


# In each of these the tool has settled it, or the same command has to go on with it: another
# rollback would take away the version before.
@pytest.mark.parametrize(
    "ending",
    [
        "refused",  # a digest that is not there, a state that moved
        "rolled back",  # the migration failed, its smoke tests unseen, or its health while watched
        "unfinished",
    ],
)
def test_what_the_tool_has_settled_is_not_rolled_back_again(bench: Bench, ending: str) -> None:
    run = staging(bench, ending=ending)

    assert run.code == 1
    assert deployment(run) == ["place", "deploy-verify", "deploy-apply", "deploy-report"]


def test_a_runner_that_dies_turns_nothing_back(bench: Bench) -> None:
    run = staging(bench, ending="killed")

    assert run.code == 1
    assert "deploy-rollback" not in deployment(run)


@pytest.mark.parametrize("ending", ["rolled back", "unfinished"])
def test_the_team_hears_how_it_ended_and_a_deaf_channel_changes_nothing(
    bench: Bench, ending: str
) -> None:
    secrets = {"SLACK_WEBHOOK": "http://127.0.0.1:9/a-secret-word"}
    run = bench.run("telling", "push", DEVELOP, ending=ending, secrets=secrets)

    assert told(run) == f"❌ staging: {ending}, deploy failed"
    assert run.jobs == {"deploy": "failure", "notify": "success"}
    assert "Slack was not told: no answer" in run.said
    assert "a-secret-word" not in run.said


def test_an_image_that_the_registry_has_not_is_refused_before_anything_moves(bench: Bench) -> None:
    run = staging(bench, failing=["deploy-verify"])

    assert deployment(run) == ["place", "deploy-verify", "deploy-report"]


def test_a_tag_goes_to_production_once_staging_has_shown_it_and_somebody_agrees(
    bench: Bench,
) -> None:
    run = production(bench, variables={"APPROVERS": "ada"})

    assert run.code == 0, "\n".join(run.printed)
    assert [call.split()[0] for call in run.asked("validated")] == [
        *("place", "promotion", "provenance")
    ]
    order = [call.split()[1] for call in run.calls]
    assert order.index("provenance") < order.index("approval") < order.index("deploy-apply")
    apply = next(call for call in run.asked("deploy") if call.startswith("deploy-apply"))
    assert "ENVIRONMENT=production TRIGGER=push APPROVER=ada DRY_RUN=false" in apply
    assert order[-1] == "notify"
    assert told(run) == "✅ production: deployed"


@pytest.mark.parametrize("failing", ["promotion", "provenance", "approval"])
def test_without_a_record_a_maker_or_an_approval_nothing_moves(bench: Bench, failing: str) -> None:
    run = production(bench, failing=[failing])

    assert run.code == 1
    assert deployment(run) == []


def test_production_whose_health_fails_after_the_shift_goes_back_by_itself(bench: Bench) -> None:
    run = production(bench, failing=["smoke"])

    assert run.code == 1
    assert deployment(run)[-3:] == ["place", "deploy-rollback", "deploy-report"]
    assert "deploy-record" not in deployment(run)


def test_a_dry_run_shows_the_plan_and_asks_nobody_how_it_is(bench: Bench) -> None:
    inputs = {"inputs": {"version": "v1.2.3", "dry-run": "true"}}
    run = bench.run("production", "workflow_dispatch", inputs, ending="nothing done")

    assert run.code == 0, "\n".join(run.printed)
    assert deployment(run) == ["place", "deploy-verify", "deploy-apply", "deploy-report"]
    assert "DRY_RUN=true" in " ".join(run.asked("deploy"))


def test_signatures_of_our_own_are_asked_where_attestations_cannot_be_kept(bench: Bench) -> None:
    run = production(bench, variables={"SIGN_WITH": "cosign"})

    assert ("validated", "sigstore/cosign-installer") in run.used


def test_one_click_goes_back(bench: Bench) -> None:
    inputs = {"inputs": {"environment": "production", "version": ""}}
    run = bench.run("rollback", "workflow_dispatch", inputs)

    assert run.code == 0, "\n".join(run.printed)
    assert deployment(run) == ["place", "deploy-rollback", "deploy-report"]
    assert told(run) == "✅ production: deployed"


def test_what_was_on_staging_goes_there_again_by_hand(bench: Bench) -> None:
    inputs = {"inputs": {"environment": "staging", "version": "1.3.0.dev2+g0123456"}}
    run = bench.run("deploy", "workflow_dispatch", inputs)

    assert run.code == 0, "\n".join(run.printed)
    assert run.asked("again")[-1] == "release-again VERSION=1.3.0.dev2+g0123456"
    assert "TRIGGER=manual" in " ".join(run.asked("deploy"))
    assert "approve" not in run.jobs


def test_production_by_hand_passes_the_same_gates(bench: Bench) -> None:
    inputs = {"inputs": {"environment": "production", "version": "v1.2.3"}}
    run = bench.run("deploy", "workflow_dispatch", inputs)

    assert run.code == 0, "\n".join(run.printed)
    order = [call.split()[1] for call in run.calls]
    assert order.index("provenance") < order.index("approval") < order.index("deploy-apply")
    assert "again" not in run.jobs


# --- with the real tool -------------------------------------------------------------------------
KEYS = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
STEPS = ("place", "deploy-apply", "smoke", "deploy-record", "deploy-report")
GH = """#!/bin/sh
case "$2" in
  */environments/production) echo '{"protection_rules": []}' ;;
  */commits/*) echo '{"author": {"login": "ada"}, "parents": []}' ;;
  *) echo "gh: Not Found (HTTP 404)" >&2; exit 1 ;;
esac
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as made:
        yield made


@pytest.fixture
def world(server: Server) -> World:
    """An environment in which 1.0.0 runs."""
    client = aws.client("ecs", "eu-central-1", endpoint_url=server.address, **KEYS)
    return world_at(Fast(2000.0), client, server, pause_minutes=60_000)


@pytest.fixture
def told_to_all(server: Server, world: World, tmp_path: Path) -> dict[str, str]:
    """Variables with which the steps find ECS, the places and the release file."""
    for environment in ("staging", "production"):
        (tmp_path / environment).mkdir()
        file = place(server, tmp_path / environment, environment, poll=0.01)
        file.rename(tmp_path / f"{environment}.toml")
    (tmp_path / "release.json").write_text(json.dumps(content("1.1.0")))
    told = {name.upper(): value for name, value in KEYS.items()}
    told |= {"AWS_ENDPOINT_URL_ECS": server.address, "SMOKE_TOKEN": SMOKE_TOKEN}
    return told | {"PLACES": str(tmp_path), "RELEASE_FILE": str(tmp_path / "release.json")}


@pytest.fixture
def named(told_to_all: dict[str, str]) -> Iterator[list[str]]:
    """A registry that has every image, and the names that it is given."""
    names: list[str] = []

    async def answer(request: Request) -> Response:
        asked = json.loads(await request.body())
        if "imageTag" in asked:
            names.append(f"{asked['repositoryName']}:{asked['imageTag']}")
        images = [{"imageManifest": "{}", "imageId": it} for it in asked.get("imageIds", [])]
        return JSONResponse({"images": images}, media_type="application/x-amz-json-1.1")

    with served(lambda: Starlette(routes=[Route("/", answer, methods=["POST"])])) as address:
        told_to_all["AWS_ENDPOINT_URL_ECR"] = address
        yield names


def git(bench: Bench, *words: str) -> str:
    somebody = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    command = ["git", *somebody, *words]
    done = subprocess.run(command, cwd=bench.root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def show_on_staging(ledger: Path, tree: str) -> None:
    """Deploy 1.1.0 as a candidate of this content to staging, and record it."""
    desk = near_desk(Ticks())
    built = replace(release("1.1.0"), version="1.2.3rc1", tree=tree)
    assert apply(desk.tools, Wish(built, Teller("ada"))).code == 0
    now = datetime(2030, 1, 2, tzinfo=UTC)
    record(desk.tools.ledger, "staging", built, Teller("ada"), now)
    ledger.write_text("".join(encode(it) + "\n" for it in desk.tools.ledger.read()))


def test_the_images_that_staging_has_shown_are_brought_to_production(
    bench: Bench, world: World, told_to_all: dict[str, str], named: list[str], tmp_path: Path
) -> None:
    (bench.root / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    git(bench, "add", ".")
    git(bench, "commit", "--quiet", "--message", "release: call it 1.2.3")
    git(bench, "tag", "v1.2.3")
    git(bench, "update-ref", "refs/remotes/origin/main", "main")
    show_on_staging(tmp_path / "staging" / "ledger.jsonl", git(bench, "rev-parse", "main^{tree}"))
    bench.program("gh", GH)
    run = production(
        bench,
        real=("promotion", "approval", *STEPS),
        variables={"APPROVERS": "nektos/act"},
        environment=told_to_all,
    )

    assert run.code == 0, "\n".join(run.printed)
    events = FileLedger(tmp_path / "production" / "ledger.jsonl").read()
    begun = next(it for it in events if it.draft.kind == "started").draft.data
    assert (begun["version"], begun["trigger"]) == ("1.2.3", "push")
    images = begun["release"]["images"]
    assert images["telegram-bot"]["digest"] == digest("1.1.0", "telegram-bot")
    approval = next(it for it in events if it.draft.kind == "approval")
    assert approval.draft.actor == "nektos/act"
    assert events[-1].draft.kind == "validated"
    assert named == [
        f"crypto-assistant/{it}:production-{digest('1.1.0', it)[7:19]}" for it in PROGRAMS
    ]
    assert events[-1].hash in run.said  # the head, on the page of the run
    assert world.notes == []


def test_a_deployment_whose_runner_was_killed_goes_on_when_it_is_asked_for_again(
    bench: Bench, world: World, told_to_all: dict[str, str], tmp_path: Path
) -> None:
    inputs = {"inputs": {"environment": "staging", "version": "1.1.0"}}
    steps = ("place", "deploy-apply", "deploy-record")

    def by_hand(real: Sequence[str], told: dict[str, str]) -> Run:
        return bench.run("deploy", "workflow_dispatch", inputs, real=real, environment=told)

    killed = by_hand(steps, {**told_to_all, "DIES": "deploy-apply"})
    ledger = FileLedger(tmp_path / "staging" / "ledger.jsonl")
    left = [it.draft.kind for it in ledger.read()]

    assert killed.code == 1
    assert "started" in left and "finished" not in left
    assert "deploy-rollback" not in deployment(killed)

    again = by_hand((*steps, "deploy-verify"), told_to_all)

    assert again.code == 0, "\n".join(again.printed)
    kinds = [it.draft.kind for it in ledger.read()]
    assert kinds.count("started") == 1
    assert kinds[-2:] == ["finished", "validated"]
    assert world.notes == []


def test_a_database_that_cannot_take_its_steps_ends_the_run_before_anything_moves(
    bench: Bench, world: World, told_to_all: dict[str, str], tmp_path: Path
) -> None:
    world.ecs.ends_with = 2
    inputs = {"inputs": {"environment": "staging", "version": "1.1.0"}}
    real = ("place", "deploy-apply", "deploy-report")

    run = bench.run("deploy", "workflow_dispatch", inputs, real=real, environment=told_to_all)

    assert run.code == 1
    assert "ended with 4, rolled back" in run.said
    assert not {"smoke", "deploy-record", "deploy-rollback"} & set(deployment(run))
    assert len(world.ecs.rollouts) == 2  # the first of each
    assert FileLedger(tmp_path / "staging" / "ledger.jsonl").read()[-1].draft.kind == "finished"
    assert world.notes == []
