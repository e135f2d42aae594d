"""The performance report and the report of the week."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import weekly_report
from generate_performance_report import page

from common.ledger import add
from common.ledger.events import Draft
from common.ledger.file import FileLedger
from gitflow.repository import Repository
from monitoring.looks import Look
from monitoring.newest import beside, keep

PROOF = {"name": "bench_atr", "code": 0, "seconds": 12.3, "said": "p99 < 5 ms & more\n"}


def test_the_performance_report_shows_what_each_proof_said() -> None:
    written = page([PROOF, {**PROOF, "name": "soak", "code": 1}], "Commit abc")

    assert 'bench_atr: <span class="met">goal met' in written
    assert 'soak: <span class="missed">goal missed' in written
    assert "p99 &lt; 5 ms &amp; more" in written
    assert "http" not in written.replace("<!doctype html>", "")


def test_a_performance_report_of_nothing_says_so() -> None:
    assert "Nothing was measured." in page([], "Commit abc")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "somebody")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "somebody@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    found = Repository(tmp_path)
    found.git("init", "--quiet", "--initial-branch", "main")
    for subject in ("begin", "Merge feature/CA-1-a into develop", "Merge release/v0.1.0 into main"):
        found.git("commit", "--quiet", "--allow-empty", "--message", subject)
    return found


def test_the_week_counts_what_git_knows(here: Repository) -> None:
    assert weekly_report.changes(here, "2000-01-01") == [
        "- 3 commits by 1 people",
        "- 1 feature merged",
        "- 1 release merged",
        "- newest tag: none",
    ]


def test_the_week_names_what_went_past_the_rules(here: Repository) -> None:
    here.git("tag", "v0.1.0")
    here.git("commit", "--quiet", "--allow-empty", "--message", "pushed")

    said = weekly_report.changes(here, "2000-01-01")

    assert said[-2] == "- newest tag: v0.1.0 " + here.git("log", "-1", "--format=%cs", "v0.1.0")
    assert said[-1].startswith("- against the rules: ")


def test_the_runs_of_the_pipeline_are_counted_by_workflow() -> None:
    done = [
        {"workflowName": "Testing", "conclusion": "success"},
        {"workflowName": "Testing", "conclusion": "failure"},
        {"workflowName": "Quality", "conclusion": "success"},
    ]

    assert weekly_report.runs(done)[2:] == ["| Quality | 1 | 100 % |", "| Testing | 2 | 50 % |"]


def test_no_runs_read_is_said_and_not_counted_as_none() -> None:
    assert weekly_report.runs([]) == ["No run of the pipeline was read."]


def test_the_week_has_what_the_ledgers_say_or_why_it_has_not(tmp_path: Path) -> None:
    until = datetime(2030, 1, 8, tzinfo=UTC)
    place = tmp_path / "ledger.jsonl"
    add(FileLedger(place), Draft(until - timedelta(days=1), "staging", "note", "ada"))

    assert weekly_report.delivery([str(place)], until)[0] == (
        "## Delivery in the week until 2030-01-08"
    )
    place.write_text("?\n")
    assert "cannot be read: " in weekly_report.delivery([str(place)], until)[0]
    assert "No ledger of deployments is named" in weekly_report.delivery([], until)[0]


def test_a_week_without_commits_is_this_week_and_no_older_one(
    here: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = datetime.fromisoformat(here.git("log", "-1", "--format=%cI")) + timedelta(days=30)
    place = tmp_path / "ledger.jsonl"
    turned = {"flag": "charts", "old": "off", "new": "on", "reason": "a try"}
    at = until - timedelta(hours=1)
    add(FileLedger(place), Draft(at, "staging", "flag", "ada", data=turned))
    keep(beside(str(place)), "staging", Look(until, "impaired", well=3, count=4))
    monkeypatch.setenv("DEPLOY_LEDGERS", str(place))
    said = weekly_report.written(here, [], until)

    assert said.startswith(f"# The week until {until:%Y-%m-%d}\n\n## Changes\n\n- 0 commits")
    assert "by ada: a try" in said
    assert "Health: impaired now, healthy in 75.0 % of 4 looks." in said
