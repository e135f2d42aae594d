"""The workflows that deploy, run for real: who goes on, who stops, who goes back, who hears of it.

What `python -m deploy` would do stands in the word with which it ends; at the end of the page it is
the real tool that deploys, on the scripted ECS.

act ends a run when a workflow that was called has failed, so `Tell` is not reached there as it is
on GitHub: who hears of a failure is shown by a job that fails by itself.
"""

from typing import Any

import pytest

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

    assert run.code == 0, run.said
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
        "refused",  # a digest that is not there, a migration that failed, a state that moved
        "rolled back",  # its smoke tests failed unseen, or its health while it was watched
        "unfinished",
        "locked",
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

    assert run.code == 0, run.said
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

    assert run.code == 0, run.said
    assert deployment(run) == ["place", "deploy-verify", "deploy-apply", "deploy-report"]
    assert "DRY_RUN=true" in " ".join(run.asked("deploy"))


def test_signatures_of_our_own_are_asked_where_attestations_cannot_be_kept(bench: Bench) -> None:
    run = production(bench, variables={"SIGN_WITH": "cosign"})

    assert ("validated", "sigstore/cosign-installer") in run.used


def test_one_click_goes_back(bench: Bench) -> None:
    inputs = {"inputs": {"environment": "production", "version": ""}}
    run = bench.run("rollback", "workflow_dispatch", inputs)

    assert run.code == 0, run.said
    assert deployment(run) == ["place", "deploy-rollback", "deploy-report"]
    assert told(run) == "✅ production: deployed"


def test_what_was_on_staging_goes_there_again_by_hand(bench: Bench) -> None:
    inputs = {"inputs": {"environment": "staging", "version": "1.3.0.dev2+g0123456"}}
    run = bench.run("deploy", "workflow_dispatch", inputs)

    assert run.code == 0, run.said
    assert run.asked("again")[-1] == "release-again VERSION=1.3.0.dev2+g0123456"
    assert "TRIGGER=manual" in " ".join(run.asked("deploy"))
    assert "approve" not in run.jobs


def test_production_by_hand_passes_the_same_gates(bench: Bench) -> None:
    inputs = {"inputs": {"environment": "production", "version": "v1.2.3"}}
    run = bench.run("deploy", "workflow_dispatch", inputs)

    assert run.code == 0, run.said
    order = [call.split()[1] for call in run.calls]
    assert order.index("provenance") < order.index("approval") < order.index("deploy-apply")
    assert "again" not in run.jobs
