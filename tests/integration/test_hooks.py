"""The hooks before a commit: the same targets as the pipeline, and they do stop a commit."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from gates.tools import tool
from local.environment import ROOT

CONFIG = ROOT / ".pre-commit-config.yaml"
# Stands in for make: fails on the target that a test names.
MAKE = '#!/bin/sh\necho "asked for $1"\n[ "$1" != "$FAILING" ]\n'


def committed(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Commit a Python file in a new repository with the project's hooks."""
    repository = folder / "repository"
    repository.mkdir()
    (folder / "make").write_text(MAKE)
    (folder / "make").chmod(0o755)
    shutil.copy(CONFIG, repository)
    (repository / "a.py").write_text("")
    somebody = {f"GIT_{who}_NAME": "somebody" for who in ("AUTHOR", "COMMITTER")}
    somebody |= {f"GIT_{who}_EMAIL": "somebody@example.org" for who in ("AUTHOR", "COMMITTER")}
    environment = {
        **somebody,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **variables,
    }
    for words in (["git", "init", "--quiet"], [tool("pre-commit"), "install"], ["git", "add", "."]):
        subprocess.run(words, cwd=repository, env=environment, check=True, capture_output=True)
    commit = ["git", "commit", "--message", "a"]
    return subprocess.run(commit, cwd=repository, env=environment, capture_output=True, text=True)


def test_every_hook_is_local_and_calls_a_target() -> None:
    repositories = yaml.safe_load(CONFIG.read_text())["repos"]
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert [it["repo"] for it in repositories] == ["local"]
    for hook in repositories[0]["hooks"]:
        assert hook["entry"] == f"make {hook['id']}"
        assert hook["id"] in targets
        assert (hook["language"], hook["pass_filenames"]) == ("system", False)


def test_a_good_commit_passes_the_hooks(tmp_path: Path) -> None:
    commit = committed(tmp_path)

    assert commit.returncode == 0, commit.stderr
    assert "make types" in commit.stderr


def test_a_gate_that_fails_stops_the_commit(tmp_path: Path) -> None:
    commit = committed(tmp_path, FAILING="secrets")

    assert commit.returncode == 1
    assert "asked for secrets" in commit.stderr
