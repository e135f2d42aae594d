"""`python -m gitflow` on real git repositories, from a first branch to a hotfix and a release."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from gitflow import flow, rulesets
from gitflow.__main__ import main
from gitflow.repository import Refused, Repository

TODAY = "2030-01-02"
PYPROJECT = '[project]\nname = "thing"\nversion = "0.1.0.dev0"\n'
CHANGELOG = "# Changelog\n\n## Unreleased\n\n### Added\n\n- A start.\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with one commit on main."""
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "somebody")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "somebody@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "CHANGELOG.md").write_text(CHANGELOG)
    found = Repository(folder)
    found.git("init", "--quiet", "--initial-branch", "main")
    found.git("add", ".")
    found.git("commit", "--quiet", "--message", "begin")
    monkeypatch.chdir(folder)
    return found


def change(here: Repository, name: str, text: str = "x\n") -> str:
    (here.folder / name).write_text(text)
    here.git("add", name)
    here.git("commit", "--quiet", "--message", f"change {name}")
    return here.git("rev-parse", "HEAD")


def released(here: Repository, rest: str = "") -> None:
    flow.start(here, "release", rest, TODAY)
    flow.finish(here)


def test_init_creates_develop_once(here: Repository) -> None:
    assert flow.init(here)
    assert not flow.init(here)
    assert here.branches() == ["develop", "main"]


def test_init_without_main_says_what_is_missing(here: Repository) -> None:
    here.git("branch", "--move", "main", "trunk")

    with pytest.raises(Refused, match="no branch main"):
        flow.init(here)


def test_a_feature_begins_on_develop_and_returns_to_it(here: Repository) -> None:
    flow.init(here)
    flow.start(here, "feature", "CA-1-alerts", TODAY)
    commit = change(here, "alerts.py")

    flow.finish(here)

    assert here.contains("develop", commit)
    assert not here.contains("main", commit)
    assert here.branches() == ["develop", "main"]


def test_a_release_gives_main_its_tag_and_comes_back(here: Repository) -> None:
    flow.init(here)
    assert flow.start(here, "release", "", TODAY) == "release/v0.1.0"
    commit = change(here, "last-words.md")

    flow.finish(here)

    assert here.tags() == ["v0.1.0"]
    assert here.git("rev-parse", "v0.1.0^{commit}") == here.git("rev-parse", "main")
    assert here.contains("main", commit)
    assert here.contains("develop", commit)
    assert here.declared("main") == here.declared("develop") == "0.1.0"
    assert "## 0.1.0 - 2030-01-02" in here.git("show", "main:CHANGELOG.md")


def test_a_release_has_the_tree_that_its_branch_was_tested_with(here: Repository) -> None:
    flow.init(here)
    flow.start(here, "release", "", TODAY)
    tested = here.git("rev-parse", "HEAD^{tree}")

    flow.finish(here)

    assert here.git("rev-parse", "v0.1.0^{tree}") == tested


def test_a_hotfix_reaches_main_develop_and_every_open_release(here: Repository) -> None:
    flow.init(here)
    released(here)
    here.git("switch", "--quiet", "develop")
    flow.start(here, "release", "v0.2.0", TODAY)
    here.git("switch", "--quiet", "main")
    assert flow.start(here, "hotfix", "stale-prices", TODAY) == "hotfix/v0.1.1-stale-prices"
    commit = change(here, "fix.py")
    # The open release has another version and another section: a person settles both.
    done = flow.finish(here)

    assert here.tags() == ["v0.1.0", "v0.1.1"]
    assert here.contains("main", commit)
    assert here.contains("develop", commit)
    assert done.merged == ["develop"]
    assert set(done.conflicts["release/v0.2.0"]) == {"pyproject.toml", "CHANGELOG.md"}
    assert here.git("status", "--porcelain") == ""


def test_finishing_again_goes_on_where_a_conflict_stopped_it(here: Repository) -> None:
    flow.init(here)
    released(here)
    here.git("switch", "--quiet", "develop")
    flow.start(here, "release", "v0.2.0", TODAY)
    flow.start(here, "hotfix", "prices", TODAY)
    commit = change(here, "fix.py")
    assert flow.finish(here, "hotfix/v0.1.1-prices").conflicts
    here.git("switch", "--quiet", "release/v0.2.0")
    here.git("merge", "--quiet", "--strategy-option", "ours", "main")

    done = flow.finish(here, "hotfix/v0.1.1-prices")

    assert not done.conflicts
    assert here.contains("release/v0.2.0", commit)
    assert here.branches() == ["develop", "main", "release/v0.2.0"]
    assert here.tags() == ["v0.1.0", "v0.1.1"]


def test_a_back_merge_names_the_files_in_conflict_and_leaves_the_branch(here: Repository) -> None:
    change(here, "both.txt", "begin\n")
    flow.init(here)
    change(here, "both.txt", "main\n")
    here.git("switch", "--quiet", "develop")
    before = change(here, "both.txt", "develop\n")

    assert main(["back-merge"]) == 1

    assert here.git("rev-parse", "develop") == before
    assert here.git("status", "--porcelain") == ""


def test_a_back_merge_twice_changes_nothing(here: Repository) -> None:
    flow.init(here)
    change(here, "fix.py")

    assert flow.back_merge(here).merged == ["develop"]
    head = here.git("rev-parse", "develop")
    assert flow.back_merge(here).already == ["develop"]
    assert here.git("rev-parse", "develop") == head


@pytest.mark.parametrize(
    ("kind", "rest", "said"),
    [
        ("feature", "alerts", "no name of a branch here"),
        ("release", "v1.2", "no name of a branch here"),
        ("release", "v0.1.0", "0.1.0 does not come after 0.1.0"),
        ("hotfix", "v0.0.9-late", "0.0.9 does not come after 0.1.0"),
    ],
)
def test_a_bad_start_says_what_would_work(
    here: Repository, kind: str, rest: str, said: str
) -> None:
    flow.init(here)
    released(here)

    with pytest.raises(Refused, match=said):
        flow.start(here, kind, rest, TODAY)


def test_nothing_begins_over_uncommitted_changes(here: Repository) -> None:
    flow.init(here)
    (here.folder / "pyproject.toml").write_text("")

    with pytest.raises(Refused, match="commit them first"):
        flow.start(here, "feature", "CA-1-a", TODAY)


def test_a_branch_of_no_kind_is_not_finished(here: Repository) -> None:
    with pytest.raises(Refused, match="'main' is not a branch to finish"):
        flow.finish(here)


def test_a_release_that_says_another_version_is_not_finished(here: Repository) -> None:
    flow.init(here)
    flow.start(here, "release", "v0.3.0", TODAY)
    here.declare("0.2.0")
    here.git("commit", "--quiet", "--all", "--message", "wrong")

    with pytest.raises(Refused, match=r"is about 0\.3\.0, but pyproject\.toml says 0\.2\.0"):
        flow.finish(here)


def test_every_commit_of_every_branch_has_a_name(here: Repository) -> None:
    flow.init(here)
    released(here)
    here.git("switch", "--quiet", "develop")
    change(here, "a.py")
    sha = here.git("rev-parse", "--short=7", "HEAD")
    behind = here.git("rev-list", "--count", "v0.1.0..develop")
    assert flow.called(here, "develop") == f"0.2.0.dev{behind}+g{sha}"

    flow.start(here, "feature", "CA-1-a", TODAY)
    assert flow.called(here, "feature/CA-1-a") == f"0.2.0.dev0+g{sha}"
    flow.start(here, "release", "v0.2.0", TODAY)
    assert flow.called(here, "release/v0.2.0") == "0.2.0rc1"
    change(here, "b.py")
    assert flow.called(here, "release/v0.2.0") == "0.2.0rc2"
    here.git("branch", "release/v0.9.0")  # nothing says yet that it is
    assert flow.called(here, "release/v0.9.0") == "0.9.0rc1"
    assert flow.called(here, "main") == "0.1.0"
    here.git("switch", "--quiet", "--detach", "v0.1.0")  # as who deploys a tag by hand has it
    assert flow.called(here, "") == "0.1.0"
    here.git("switch", "--quiet", "--detach", "develop")
    assert flow.called(here, "") == f"0.2.0.dev0+g{here.git('rev-parse', '--short=7', 'HEAD')}"


def test_before_the_first_tag_everything_may_come_to_main(here: Repository) -> None:
    change(here, "a.py")

    assert main(["check-main"]) == 0


def test_after_the_first_tag_only_releases_and_hotfixes_may(
    here: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    flow.init(here)
    released(here)
    flow.start(here, "hotfix", "a", TODAY)
    flow.finish(here)
    assert main(["check-main"]) == 0
    here.git("switch", "--quiet", "main")
    change(here, "pushed.py")

    assert main(["check-main"]) == 1
    assert "change pushed.py" in capsys.readouterr().out


def test_main_is_looked_at_where_only_develop_is_checked_out(
    here: Repository, tmp_path: Path
) -> None:
    flow.init(here)
    released(here)
    here.git("switch", "--quiet", "main")
    change(here, "pushed.py")
    here.git("clone", "--quiet", "--branch", "develop", str(here.folder), str(tmp_path / "clone"))

    (said,) = flow.history_complaints(Repository(tmp_path / "clone"))
    assert "change pushed.py" in said


@pytest.mark.parametrize(
    ("head", "base", "code"),
    [("feature/CA-1-a", "develop", 0), ("feature/CA-1-a", "main", 1), ("", "", 0)],
)
def test_the_pipeline_asks_about_its_pull_request(
    here: Repository, head: str, base: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEAD_REF", head)
    monkeypatch.setenv("BASE_REF", base)

    assert main(["check-pr"]) == code


def test_words_of_the_command_line_do_what_they_say(
    here: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    assert main(["next-version"]) == 0
    assert main(["notes"]) == 0
    assert main(["start", "release"]) == 0
    assert main(["version"]) == 0
    assert main(["check-pr", "release/v0.1.0", "main"]) == 0
    assert main(["finish"]) == 0
    assert main(["next-version", "patch"]) == 0
    assert main(["back-merge", "--list"]) == 0
    assert main(["notes", "v0.1.0"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["created develop", "0.1.0"]
    assert said[-5:] == ["0.1.1", "develop", "### Added", "", "- A start."]


@pytest.mark.parametrize(
    "words", [[], ["stop"], ["start"], ["start", "feature"], ["next-version", "tiny"]]
)
def test_other_words_are_answered_with_the_usage(here: Repository, words: list[str]) -> None:
    assert main(words) == 2


def test_a_refusal_is_a_sentence_and_no_traceback(
    here: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["notes", "9.9.9"]) == 1
    assert capsys.readouterr().err == "CHANGELOG.md says nothing of 9.9.9\n"


GH = """#!/bin/sh
echo "$@" >> "$GH_CALLS"
case "$*" in
  "api repos/owner/name/rulesets") echo '[{"name": "versions are not moved", "id": 7}]' ;;
  *broken*) echo "HTTP 404: Not Found" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What GitHub's command was called with; a small one stands in for it."""
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GH_CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def test_init_brings_every_ruleset_to_github(here: Repository, calls: Path) -> None:
    assert main(["init", "--github", "owner/name"]) == 0

    said = calls.read_text().splitlines()
    assert len([line for line in said if "--method POST" in line]) == 3
    assert [line for line in said if "repos/owner/name/rulesets/7 --method PUT" in line]


def test_only_the_app_that_releases_may_set_a_version(
    here: Repository, calls: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--github", "owner/name", "--app", "12"]) == 0
    assert "created only the release App sets versions" in capsys.readouterr().out
    assert len([it for it in calls.read_text().splitlines() if "--method POST" in it]) == 4

    assert main(["init", "--github", "owner/name"]) == 0
    assert "left out: only the release App sets versions" in capsys.readouterr().out


def test_what_github_refuses_is_told(
    here: Repository, calls: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--github", "owner/broken"]) == 1
    assert "HTTP 404" in capsys.readouterr().err


def test_without_githubs_command_that_is_told(
    here: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git = subprocess.run(["which", "git"], capture_output=True, text=True).stdout.strip()
    (tmp_path / "only-git").mkdir()
    (tmp_path / "only-git" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "only-git"))

    with pytest.raises(Refused, match="gh is not here"):
        rulesets.apply("owner/name")


@pytest.mark.parametrize("name", ["main", "develop"])
def test_two_reviewers_and_both_closing_jobs_stand_before_every_merge(name: str) -> None:
    rules = {
        rule["type"]: rule.get("parameters")
        for rule in json.loads((rulesets.FOLDER / f"{name}.json").read_text())["rules"]
    }

    assert rules["pull_request"]["required_approving_review_count"] >= 2
    assert rules["pull_request"]["require_code_owner_review"]
    checks = rules["required_status_checks"]["required_status_checks"]
    tested = "Tests / Tests passed" if name == "main" else "Tests passed"
    assert [check["context"] for check in checks] == ["Quality gate", tested]
    assert {"deletion", "non_fast_forward"} <= rules.keys()
    # main comes back to develop without holding what is newer there; a release holds all of main.
    strict = rules["required_status_checks"]["strict_required_status_checks_policy"]
    assert strict == (name == "main")
