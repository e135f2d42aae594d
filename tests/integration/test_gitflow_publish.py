"""What the pipeline does with a release: real repositories, and a small `gh` that takes notes."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.ledger import add
from common.ledger.events import Draft
from common.ledger.file import FileLedger
from gitflow import flow
from gitflow.__main__ import main
from gitflow.repository import Repository

GH = """#!/bin/sh
echo "$@" | tr '\\n' ' ' >> "$GH_CALLS"; echo >> "$GH_CALLS"
case "$*" in
  "release list"*) echo "[$RELEASED]" ;;
  "pr list"*"--base $ASKED "*) echo '[{"url": "https://example.org/1"}]' ;;
  "pr list"*) echo '[]' ;;
esac
"""
TODAY = "2030-01-02"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A clone of a repository with main, develop and a first release."""
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "somebody")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "somebody@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GH_CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("ASKED", "nothing")
    monkeypatch.setenv("RELEASED", "")
    (tmp_path / "calls").touch()
    origin = tmp_path / "origin.git"
    clone = tmp_path / "clone"
    clone.mkdir()
    found = Repository(clone)
    found.git("init", "--quiet", "--bare", "--initial-branch", "main", str(origin))
    found.git("init", "--quiet", "--initial-branch", "main")
    (clone / "pyproject.toml").write_text('[project]\nversion = "0.1.0.dev0"\n')
    (clone / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n### Added\n\n- All.\n")
    found.git("add", ".")
    found.git("commit", "--quiet", "--message", "begin")
    found.git("remote", "add", "origin", str(origin))
    flow.init(found)
    found.git("push", "--quiet", "origin", "main", "develop")
    monkeypatch.chdir(clone)
    return found


def calls(here: Repository) -> list[str]:
    return (here.folder.parent / "calls").read_text().splitlines()


def merge_release(here: Repository) -> None:
    """Do what a person does on GitHub: merge the release's pull request."""
    flow.start(here, "release", "v0.1.0", TODAY)
    here.git("push", "--quiet", "origin", "release/v0.1.0")
    here.git("switch", "--quiet", "main")
    here.merge("release/v0.1.0", "Merge pull request #1 from somebody/release/v0.1.0")
    here.git("push", "--quiet", "origin", "main")


def test_a_release_begun_by_the_pipeline_is_pushed_and_asked_for(here: Repository) -> None:
    assert main(["publish-start"]) == 0

    assert here.git("ls-remote", "--heads", "origin", "release/v0.1.0")
    assert "pr create --head release/v0.1.0 --base main --title Release v0.1.0" in calls(here)[-1]


def test_a_release_whose_pull_request_github_refused_is_asked_for_again(
    here: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """On another runner, which knows the branch from its fetch alone."""
    assert main(["publish-start"]) == 0
    pushed = here.git("rev-parse", "release/v0.1.0")
    here.git("switch", "--quiet", "develop")
    here.git("branch", "--quiet", "--delete", "--force", "release/v0.1.0")
    capsys.readouterr()

    assert main(["publish-start"]) == 0

    assert capsys.readouterr().out.startswith("release/v0.1.0 was there\n")
    assert here.git("ls-remote", "--heads", "origin", "release/v0.1.0").split()[0] == pushed
    assert calls(here)[-1].startswith("pr create --head release/v0.1.0 --base main")


def test_on_a_runner_a_release_is_by_who_started_it(
    here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge_release(here)
    for name in ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"):
        monkeypatch.delenv(f"GIT_{name}")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    monkeypatch.setenv("GITHUB_ACTOR_ID", "12")

    assert main(["publish", "release/v0.1.0"]) == 0
    here.git("switch", "--quiet", "develop")
    assert main(["publish-start", "v0.2.0"]) == 0

    ada = "ada <12+ada@users.noreply.github.com>"
    named = "--format=%(taggername) %(taggeremail)"
    assert here.git("for-each-ref", "refs/tags/v0.1.0", named) == ada
    assert here.git("log", "-1", "--format=%an <%ae>", "release/v0.2.0") == ada


def test_the_tag_of_a_release_anchors_the_ledgers(
    here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = here.folder.parent / "production"
    draft = Draft(datetime(2030, 1, 1, tzinfo=UTC), "production", "note", "ada")
    head = add(FileLedger(place), draft).hash
    broken = here.folder.parent / "staging"
    broken.write_text("?\n")
    monkeypatch.setenv("DEPLOY_LEDGERS", f"{broken} {place}")
    merge_release(here)

    assert main(["publish", "release/v0.1.0"]) == 0

    assert here.git("tag", "--list", "--format=%(contents)", "v0.1.0").splitlines() == [
        *("Release 0.1.0", "", "Ledger staging: not anchored (BadEvent)"),
        f"Ledger production: 1 events, head {head}",
    ]


def test_a_merged_release_gets_its_tag_its_notes_and_its_way_back(
    here: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge_release(here)
    monkeypatch.setenv("HEAD_REF", "release/v0.1.0")

    assert main(["publish"]) == 0

    assert here.git("ls-remote", "--tags", "origin", "v0.1.0")
    assert here.git("rev-parse", "v0.1.0^{commit}") == here.git("rev-parse", "main")
    said = calls(here)
    assert "release create v0.1.0 --verify-tag --title v0.1.0 " in said
    assert "release edit v0.1.0 --notes ### Added  - All. " in said
    assert [line for line in said if line.startswith("pr create --head main --base develop")]


def test_a_tag_is_signed_where_there_is_a_key(
    here: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(made, check=True)
    trusted = tmp_path / "trusted"
    trusted.write_text(f"release {key.with_suffix('.pub').read_text()}")
    merge_release(here)
    monkeypatch.setenv("RELEASE_SIGNING_KEY", key.read_text())

    assert main(["publish", "release/v0.1.0"]) == 0

    here.git("-c", f"gpg.ssh.allowedSignersFile={trusted}", "verify-tag", "v0.1.0")


def test_a_hotfix_comes_back_to_the_open_release_too(here: Repository) -> None:
    merge_release(here)
    assert main(["publish", "release/v0.1.0"]) == 0
    here.git("push", "--quiet", "origin", "main:refs/heads/release/v0.2.0")
    here.git("fetch", "--quiet", "origin")
    flow.start(here, "hotfix", "prices", TODAY)
    here.git("switch", "--quiet", "main")
    here.merge("hotfix/v0.1.1-prices", "Merge hotfix/v0.1.1-prices into main")

    assert main(["publish", "hotfix/v0.1.1-prices"]) == 0

    asked = [line.split(" --title")[0] for line in calls(here) if "Bring v0.1.1 back" in line]
    # The first release's branch was never deleted, and its tag says that it is out.
    assert asked == [
        "pr create --head main --base develop",
        "pr create --head main --base release/v0.2.0",
    ]


def test_publishing_again_does_only_what_is_left(
    here: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    merge_release(here)
    assert main(["publish", "release/v0.1.0"]) == 0
    monkeypatch.setenv("ASKED", "develop")
    monkeypatch.setenv("RELEASED", '{"tagName": "v0.1.0"}')
    before = len(calls(here))
    capsys.readouterr()

    assert main(["publish", "release/v0.1.0"]) == 0

    assert capsys.readouterr().out == "v0.1.0 was there\nmain to develop was asked for\n"
    assert [line for line in calls(here)[before:] if "create" in line] == []


def test_a_tag_that_was_pushed_before_github_failed_still_gets_its_notes(here: Repository) -> None:
    merge_release(here)
    here.git("tag", "--annotate", "v0.1.0", "--message", "v0.1.0")

    assert main(["publish", "release/v0.1.0"]) == 0

    assert "release create v0.1.0 --verify-tag --title v0.1.0 " in calls(here)


def test_what_has_come_back_already_is_not_asked_for_again(here: Repository) -> None:
    """GitHub refuses a pull request without a commit, and the job would never end well again."""
    merge_release(here)
    here.git("push", "--quiet", "origin", "main:develop")

    assert main(["publish", "release/v0.1.0"]) == 0

    assert [line for line in calls(here) if line.startswith("pr create")] == []


@pytest.mark.parametrize(
    ("branch", "said"),
    [
        ("feature/CA-1-a", "is no release and no hotfix"),
        ("release/v0.3.0", "is about 0.3.0, but pyproject.toml says 0.1.0"),
    ],
)
def test_what_is_no_release_of_this_version_is_refused(
    here: Repository, branch: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    merge_release(here)

    assert main(["publish", branch]) == 1
    assert said in capsys.readouterr().err
    assert here.tags() == []
