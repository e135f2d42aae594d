"""`python -m deploy`: words in, lines or JSON out, and an exit code that says what came of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.__main__ import main, run
from deploy.release import BadRelease, read
from deploy.words import parser
from tests.support.deployments import Desk, desk_at
from tests.support.fake_ecs_server import Server
from tests.support.fake_ecs_world import SERVICES, Ticks
from tests.support.releases import content


@pytest.fixture
def desk(server: Server, client: Any, ticks: Ticks, tmp_path: Path) -> Desk:
    return desk_at(server, client, ticks, tmp_path / "ledger.jsonl")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "release.json"
    path.write_text(json.dumps(content("1.1.0")))
    return str(path)


def said(desk: Desk, *words: str) -> int:
    return run(parser("").parse_args(words), desk.tools)


def test_apply_status_and_history_tell_the_same(
    desk: Desk, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(desk, "apply", "--release", file, "--actor", "ada", "--approved-by", "owner") == 0
    assert capsys.readouterr().out == "deployed\n"

    assert said(desk, "status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == "1.1.0"
    assert {it["name"]: it["version"] for it in told["services"]} == dict.fromkeys(
        SERVICES, "1.1.0"
    )
    assert desk.stories()[0].approver == "owner"

    ledger = str(tmp_path / "ledger.jsonl")
    assert main(["history", "--ledger", ledger, "--environment", "staging"]) == 0
    assert "1.1.0" in capsys.readouterr().out
    assert main(["history", "--ledger", ledger, "--verify"]) == 0


def test_status_shows_what_moves(desk: Desk, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(desk, "apply", "--release", file, "--hold", "--json") == 5
    assert json.loads(capsys.readouterr().out)["outcome"] == "unfinished"

    assert said(desk, "status") == 0
    out = capsys.readouterr().out
    assert "running at post test traffic shift, waits for an answer" in out
    assert "Under way: staging-1.1.0-1" in out

    assert said(desk, "rollback", "--actor", "ada") == 0
    assert capsys.readouterr().out.startswith("rolled back: it was asked to be turned back")


def test_a_plan_is_shown_and_named(
    desk: Desk, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(desk, "plan", "--release", file, "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert said(desk, "apply", "--release", file, "--plan", "0000") == 3
    assert said(desk, "apply", "--release", file, "--plan", made["hash"], "--dry-run") == 0
    assert desk.tools.ledger.read() == []


def test_the_program_finds_its_place_and_ecs_by_itself(
    server: Server,
    desk: Desk,
    file: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [f'[[services]]\nname = "{it}"\nservice = "{SERVICES[it]}"\n' for it in SERVICES]
    top = 'environment = "staging"\nregion = "eu-central-1"\ncluster = "staging"\n'
    path = tmp_path / "place.toml"
    path.write_text(top + f'ledger = "{tmp_path}/other.jsonl"\n' + "".join(rows))
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", server.address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")

    assert main(["plan", "--place", str(path), "--release", file]) == 0
    assert capsys.readouterr().out.startswith("1.1.0 to staging:")


def test_what_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "place.toml"
    path.write_text("environment = 'moon'")

    assert main(["plan", "--place", str(path)]) == 2
    assert "[[services]] must name at least one service" in capsys.readouterr().err
    assert main(["plan", "--place", str(tmp_path / "none.toml")]) == 2
    assert "There is no place file" in capsys.readouterr().err
    with pytest.raises(BadRelease, match="There is no release file"):
        read(tmp_path / "none.json")
    with pytest.raises(SystemExit) as left:
        main(["fly"])
    assert left.value.code == 2
