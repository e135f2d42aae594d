"""The project's workflows, run for real: what follows what, what a failure stops and what not."""

import re
from pathlib import Path
from typing import Any

import pytest

from local.environment import ROOT
from tests.support.workflow_files import load
from tests.support.workflow_runs import Bench

WORKFLOWS = ROOT / ".github" / "workflows"
QUALITY = set(load(WORKFLOWS / "quality.yml")["jobs"])
PULL_REQUEST = {"pull_request": {"head": {"ref": "feature/CA-1-a"}, "base": {"ref": "develop"}}}
PUSH = {"ref": "refs/heads/feature/CA-1-a"}

BUILDING = """name: Caller
on: push
permissions: {}
jobs:
  image:
    uses: $/.github/workflows/_build.yml
    permissions:
      contents: read
      id-token: write
      attestations: write
    with:
      program: market-data
      environment: staging
  told:
    needs: [image]
    runs-on: ubuntu-24.04
    steps:
      - run: echo "DIGEST $DIGEST"
        env:
          DIGEST: ${{ needs.image.outputs.digest }}
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench(tmp_path_factory.mktemp("workflows"))
    made.add("caller", BUILDING)
    return made


def merged(head: str, *, base: str = "main", really: bool = True) -> dict[str, Any]:
    """Say what GitHub says when a pull request is closed."""
    request = {
        "head": {"ref": head},
        "base": {"ref": base},
        "merged": really,
        "merge_commit_sha": "0" * 40,
    }
    return {"action": "closed", "pull_request": request}


def test_a_pull_request_passes_every_gate_and_then_the_closing_one(bench: Bench) -> None:
    run = bench.run("quality", "pull_request", PULL_REQUEST)

    assert run.code == 0
    assert run.jobs == dict.fromkeys(QUALITY, "success")
    assert run.calls[-1] == "quality-gate gate"


def test_a_pull_requests_branches_reach_their_check(bench: Bench) -> None:
    run = bench.run("quality", "pull_request", PULL_REQUEST)

    assert run.asked("branch") == ["branch HEAD_REF=feature/CA-1-a BASE_REF=develop"]
    assert run.asked("vulnerabilities") == ["vulnerabilities AUDIT_SOURCE=online"]


@pytest.mark.parametrize("targets", [["types"], ["secrets", "canaries"]], ids=len)
def test_a_failing_gate_fails_the_closing_one_and_stops_no_other(
    bench: Bench, targets: list[str]
) -> None:
    run = bench.run("quality", "pull_request", PULL_REQUEST, failing=targets)

    assert run.code == 1
    failed = {job for job, result in run.jobs.items() if result == "failure"}
    assert failed == {*targets, "quality-gate"}
    assert run.jobs.keys() == QUALITY
    assert all(f"{target}: failure" in run.said for target in targets)


def test_the_merge_queue_passes_the_same_gates(bench: Bench) -> None:
    run = bench.run("quality", "merge_group", {"action": "checks_requested"})

    assert run.code == 0
    assert run.asked("branch") == ["branch"]


def test_a_push_is_tested_on_every_python_and_its_images_run(bench: Bench) -> None:
    run = bench.run("testing", "push", PUSH)

    assert run.code == 0
    legs = [f"unit EXPECT_PYTHON={it}" for it in ("3.11", "3.12", "3.13", "3.14")]
    assert sorted(run.asked("unit")) == ["reasons"] * len(legs) + legs
    assert run.asked("integration") == ["haproxy", "integration", "reasons"]
    assert run.asked("images") == ["images", "others", "containers", "reasons"]
    order = [call.split()[0] for call in run.calls]
    assert order.index("coverage") > max(order.index(it) for it in ("unit", "integration", "e2e"))
    assert order[-1] == "tests-passed"


def test_what_was_covered_is_handed_on_once_by_each_part(bench: Bench) -> None:
    run = bench.run("testing", "push", PUSH)

    handed = sorted(job for job, action in run.used if action == "actions/upload-artifact")
    assert handed == ["e2e", "integration", "unit"]


def test_one_python_that_fails_leaves_coverage_out_and_fails_the_closing_job(bench: Bench) -> None:
    run = bench.run("testing", "push", PUSH, failing=["unit/3.12"])

    assert run.code == 1
    asked = run.asked("unit")
    assert len([it for it in asked if it.startswith("unit")]) == 4  # the other Pythons go on
    assert asked.count("reasons") == 3
    assert run.asked("coverage") == []
    assert "unit: failure" in run.said
    assert "coverage: skipped" in run.said


def test_an_image_that_does_not_answer_fails_the_closing_job_alone(bench: Bench) -> None:
    run = bench.run("testing", "push", PUSH, failing=["containers"])

    assert run.code == 1
    assert run.asked("coverage") == ["coverage"]
    assert {job for job, result in run.jobs.items() if result == "failure"} == {
        "images",
        "tests-passed",
    }


@pytest.mark.parametrize(("token", "sent"), [("", False), ("a-token", True)])
def test_coverage_goes_to_codecov_where_there_is_a_token(
    bench: Bench, token: str, sent: bool
) -> None:
    run = bench.run("testing", "push", PUSH, secrets={"CODECOV_TOKEN": token})

    assert run.code == 0
    assert (("coverage", "codecov/codecov-action") in run.used) == sent
    assert "a-token" not in run.said


def test_too_little_coverage_is_not_sent_anywhere(bench: Bench) -> None:
    run = bench.run(
        "testing", "push", PUSH, failing=["coverage"], secrets={"CODECOV_TOKEN": "a-token"}
    )

    assert run.jobs["tests-passed"] == "failure"
    assert ("coverage", "codecov/codecov-action") not in run.used


@pytest.mark.parametrize(("failing", "code"), [([], 0), (["prove"], 1)])
def test_the_performance_report_is_written_whether_goals_are_met_or_missed(
    bench: Bench, failing: list[str], code: int
) -> None:
    run = bench.run("performance", "schedule", failing=failing)

    assert run.code == code
    assert run.asked("performance") == ["haproxy", "prove", "performance-report"]
    assert ("performance", "actions/upload-artifact") in run.used


def test_each_part_of_the_weekly_look_at_security_stands_alone(bench: Bench) -> None:
    run = bench.run("security", "schedule", failing=["secrets-history"])

    assert run.code == 1
    assert run.jobs == {
        "history": "failure",
        "vulnerabilities": "success",
        "safety": "success",
        "code": "success",
        "images": "success",
        "scorecard": "success",
    }
    assert ("code", "github/codeql-action/analyze") in run.used


def test_what_a_scan_finds_in_one_image_is_handed_in_and_the_other_is_still_scanned(
    bench: Bench,
) -> None:
    run = bench.run("security", "schedule", failing=["anchore/scan-action"])

    assert run.jobs["images"] == "failure"
    handed = [action for job, action in run.used if job == "images"]
    assert handed.count("github/codeql-action/upload-sarif") == 2


def test_pages_that_build_are_published(bench: Bench) -> None:
    run = bench.run("docs", "push", {"ref": "refs/heads/main"})

    assert run.jobs == {"build": "success", "deploy": "success"}


def test_pages_that_do_not_build_are_not_published(bench: Bench) -> None:
    run = bench.run("docs", "push", {"ref": "refs/heads/main"}, failing=["documentation"])

    assert run.code == 1
    assert ("deploy", "actions/deploy-pages") not in run.used


def test_where_there_is_a_dashboard_it_alone_publishes_and_both(bench: Bench) -> None:
    pushed, variables = {"ref": "refs/heads/main"}, {"DASHBOARD": "on"}
    docs = bench.run("docs", "push", pushed, variables=variables)
    dashboard = bench.run("dashboard", "push", pushed, variables=variables)

    assert docs.code == 0 and ("deploy", "actions/deploy-pages") not in docs.used
    assert dashboard.asked("publish") == ["documentation"]
    assert ("publish", "actions/deploy-pages") in dashboard.used


def test_the_dashboard_looks_tells_the_ledgers_and_is_published(bench: Bench) -> None:
    variables = {"DASHBOARD": "on", "PRODUCTION_ADDRESS": "https://it.example.org"}
    run = bench.run("dashboard", "schedule", variables=variables, failing=["mirror", "probe"])

    assert run.jobs == {"look": "success", "publish": "success"}
    assert run.asked("look") == ["probe ENVIRONMENT=production", "mirror", "deployment-page"]
    assert ("publish", "actions/deploy-pages") in run.used


def test_without_a_word_there_is_no_dashboard_and_no_bill(bench: Bench) -> None:
    run = bench.run("dashboard", "schedule")

    assert run.calls == []


def test_a_release_is_started_by_hand_with_the_apps_token(bench: Bench) -> None:
    run = bench.run("release", "workflow_dispatch", {"inputs": {"version": "v1.2.3"}})

    assert run.code == 0
    assert run.calls == ["start release-start RELEASE=v1.2.3 GH_TOKEN=app-token"]


@pytest.mark.parametrize("head", ["release/v1.2.3", "hotfix/v1.2.4-prices"])
def test_a_merged_release_or_hotfix_is_tagged_and_brought_back(bench: Bench, head: str) -> None:
    run = bench.run("release", "pull_request", merged(head))

    assert run.code == 0
    assert run.calls == [f"tag release-publish HEAD_REF={head} GH_TOKEN=app-token"]


@pytest.mark.parametrize(
    "closed",
    [merged("feature/CA-1-a"), merged("release/v1.2.3", really=False)],
    ids=["other", "no"],
)
def test_any_other_closed_pull_request_tags_nothing(bench: Bench, closed: dict[str, Any]) -> None:
    run = bench.run("release", "pull_request", closed)

    assert run.calls == []


def test_the_report_of_the_week_can_count_the_runs(bench: Bench) -> None:
    run = bench.run("weekly-report", "schedule", secrets={"GITHUB_TOKEN": "own-token"})

    assert run.code == 0
    assert [call.split("=")[0] for call in run.calls] == [
        "report weekly-report GH_TOKEN",
        "tell tell",
    ]


def test_a_build_hands_on_the_digest_of_what_it_pushed(bench: Bench) -> None:
    run = bench.run("caller", "push", PUSH)

    assert run.code == 0, run.said
    assert "DIGEST sha256:" + "d" * 64 in run.said
    image = "registry.example.org/crypto-assistant/market-data@sha256:" + "d" * 64
    assert run.asked("build") == [
        "facts",
        "sbom PROGRAM=market-data",
        f"built PROGRAM=market-data IMAGE={image}",
    ]
    built = [action for _, action in run.used if not action.startswith("actions/setup")]
    assert built[-5:] == [
        "docker/build-push-action",
        "anchore/scan-action",
        "actions/attest",
        "actions/attest",
        "actions/upload-artifact",
    ]


def test_a_build_signs_by_itself_where_attestations_cannot_be_kept(bench: Bench) -> None:
    run = bench.run("caller", "push", PUSH, variables={"SIGN_WITH": "cosign"})

    assert run.code == 0, run.said
    image = "registry.example.org/crypto-assistant/market-data@sha256:" + "d" * 64
    assert f"sign IMAGE={image}" in run.asked("build")
    used = [action for _, action in run.used]
    assert "sigstore/cosign-installer" in used
    assert "actions/attest" not in used


def test_an_image_with_a_known_vulnerability_is_neither_attested_nor_handed_on(
    bench: Bench,
) -> None:
    run = bench.run("caller", "push", PUSH, failing=["anchore/scan-action"])

    assert run.code == 1
    assert "actions/attest" not in [action for _, action in run.used]
    assert "DIGEST sha256" not in run.said


def test_a_build_without_a_known_base_pushes_nothing(bench: Bench) -> None:
    run = bench.run("caller", "push", PUSH, failing=["facts"])

    assert run.code == 1
    assert not [action for _, action in run.used if action.startswith(("docker/", "aws-"))]
    assert "DIGEST sha256" not in run.said


def test_no_workflow_is_left_out_here() -> None:
    pages = (Path(__file__), Path(__file__).with_name("test_deployments_run.py"))
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    run = set(re.findall(r'bench\.run\(\s*"([a-z-]+)"', text)) - {"caller", "telling"}
    paths = [WORKFLOWS / f"{name}.yml" for name in (*run, "_build")]
    called = re.findall(r"workflows/(_[a-z]+)\.yml", "".join(it.read_text() for it in paths))

    assert run | {"_build", *called} == {path.stem for path in WORKFLOWS.glob("*.yml")}
