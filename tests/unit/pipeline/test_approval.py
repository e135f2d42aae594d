"""Who may bring a release to production where no environment asks, with a small `gh`."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gitflow.repository import Refused
from pipeline import approval
from pipeline.__main__ import main

GH = """#!/bin/sh
case "$2" in
  *broken*) echo "gh: Server Error (HTTP 502)" >&2; exit 1 ;;
esac
file="$ANSWERS/$(echo "$2" | tr '/' '_')"
[ -f "$file" ] || { echo "gh: Not Found (HTTP 404)" >&2; exit 1; }
cat "$file"
"""
ENVIRONMENT = "repos/owner/name/environments/production"


class Answers:
    """What GitHub's API says, by path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, path: str, content: Any) -> None:
        (self._folder / path.replace("/", "_")).write_text(json.dumps(content))


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """A merge by grace of what ada wrote, tagged v1.2.3."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    (tmp_path / "answers").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("ANSWERS", str(tmp_path / "answers"))
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    monkeypatch.setenv("VERSION", "v1.2.3")
    made = Answers(tmp_path / "answers")
    parents = [{"sha": "a" * 40}, {"sha": "b" * 40}]
    made.put("repos/owner/name/commits/v1.2.3", {"author": {"login": "grace"}, "parents": parents})
    made.put(
        f"repos/owner/name/commits/{'b' * 40}",
        {"author": {"login": "ada"}, "parents": [{"sha": "c" * 40}]},
    )
    return made


def asked(monkeypatch: pytest.MonkeyPatch, actor: str, approvers: str, tmp_path: Path) -> str:
    """Return what the job hands on; raise what it ends with."""
    monkeypatch.setenv("GITHUB_TRIGGERING_ACTOR", actor)
    monkeypatch.setenv("APPROVERS", approvers)
    if code := main(["approval"]):
        raise SystemExit(code)
    return (tmp_path / "GITHUB_OUTPUT").read_text()


def test_where_the_environment_asks_nobody_else_has_to(
    answers: Answers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rules = [{"type": "required_reviewers", "reviewers": [{"type": "User"}]}]
    answers.put(ENVIRONMENT, {"protection_rules": rules})

    assert asked(monkeypatch, "ada", "", tmp_path) == "approver=\n"


@pytest.mark.parametrize("rules", [[], [{"type": "wait_timer"}], [{"type": "required_reviewers"}]])
def test_where_it_does_not_ask_one_who_may_approves_by_starting_it(
    answers: Answers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rules: list[Any]
) -> None:
    answers.put(ENVIRONMENT, {"protection_rules": rules})

    assert asked(monkeypatch, "Linus", "grace, linus", tmp_path) == "approver=Linus\n"


@pytest.mark.parametrize(
    ("actor", "approvers", "said"),
    [
        ("ada", "ada grace linus", "ada cannot approve this release.*(linus)"),
        ("grace", "grace ada", "nobody is left"),
        ("eve", "linus", "eve cannot approve"),
        ("release-app[bot]", "linus", "Such a person runs this job again"),
        ("linus", "", "Nobody is asked: give the environment production required reviewers"),
    ],
)
def test_who_wrote_or_merged_it_or_is_not_named_is_refused(
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    actor: str,
    approvers: str,
    said: str,
) -> None:
    with pytest.raises(SystemExit, match="3"):
        asked(monkeypatch, actor, approvers, tmp_path)

    printed = capsys.readouterr().out
    assert printed.startswith("::error::")
    assert said.replace(".*(", "") in printed or all(it in printed for it in said.split(".*"))


def test_when_github_does_not_say_nothing_goes_on(answers: Answers) -> None:
    with pytest.raises(Refused, match="HTTP 502"):
        approval.asks("owner/broken")


def test_the_one_who_agreed_on_github_is_named(answers: Answers) -> None:
    answers.put(
        "repos/owner/name/actions/runs/7/approvals",
        [
            {
                "state": "approved",
                "user": {"login": "linus"},
                "environments": [{"name": "production"}],
            }
        ],
    )
    answers.put("repos/owner/name/actions/runs/8/approvals", [])

    assert approval.reviewer("owner/name", "7") == "linus"
    assert approval.reviewer("owner/name", "8") == ""
