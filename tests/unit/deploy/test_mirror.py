"""GitHub's Deployments: a mirror of the ledger, never read for anything."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.ledger import add
from common.ledger.events import Draft, Kind
from common.ledger.file import FileLedger
from deploy import mirror
from deploy.anchors import anchors
from deploy.mirror import mirrored

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


class GitHub:
    """Keeps deployments, and their states."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.states: list[tuple[int, str]] = []

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        if method == "GET":
            return [it for it in reversed(self.kept) if it["ref"] in path]
        assert body is not None
        if path == "deployments":
            self.kept.append({**body, "id": len(self.kept) + 1})
            return self.kept[-1]
        self.states.append((int(path.split("/")[1]), body["state"]))
        return {}


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "ledger.jsonl")


def tell(ledger: FileLedger, kind: Kind, name: str, minute: int, **data: object) -> None:
    at = NOW + timedelta(minutes=minute)
    add(ledger, Draft(at, "production", kind, "ada", name, "https://ci.example/1", data))


def test_what_runs_and_how_it_ended_is_shown_once(ledger: FileLedger) -> None:
    github = GitHub()
    tell(ledger, "started", "d1", 0, version="1.0.0", revision="a" * 40)
    mirrored(github.ask, ledger.read(), "production")
    tell(ledger, "finished", "d1", 9, outcome="deployed")
    assert mirrored(github.ask, ledger.read(), "production") == ["d1: success"]

    assert mirrored(github.ask, ledger.read(), "production") == []
    assert github.states == [(1, "in_progress"), (2, "success")]
    assert github.kept[-1]["payload"]["hash"] == ledger.read()[-1].hash
    assert len(github.kept[-1]["description"]) <= 140


def test_a_mirror_out_of_reach_says_so_and_stops_nobody(
    ledger: FileLedger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho no such token >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("DEPLOY_LEDGER", str(tmp_path / "ledger.jsonl"))
    tell(ledger, "started", "d1", 0, version="1.0.0", revision="a" * 40)

    assert mirror.main() == 1
    assert "The mirror is not up to date: gh: no such token" in capsys.readouterr().err


def test_an_anchor_names_the_ledger_without_its_account(ledger: FileLedger, tmp_path: Path) -> None:
    tell(ledger, "note", "", 0)

    assert list(anchors([str(tmp_path / "ledger.jsonl")])) == [
        f"Ledger ledger.jsonl: 1 events, head {ledger.read()[-1].hash}"
    ]


def test_the_head_is_printed_and_kept_in_the_summary_and_found_missing(
    ledger: FileLedger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from deploy.__main__ import main

    path = tmp_path / "ledger.jsonl"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    for minute in range(3):
        tell(ledger, "note", "", minute)
    where = ("history", "--ledger", str(path))
    assert main([*where, "--head"]) == 0
    head = capsys.readouterr().out.strip()

    assert f"3 events, head `{head}`" in (tmp_path / "summary.md").read_text()
    assert main([*where, "--verify", "--head", head]) == 0
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert main([*where, "--verify"]) == 0
    assert main([*where, "--verify", "--head", head]) == 3
    assert "the end was cut off" in capsys.readouterr().err
