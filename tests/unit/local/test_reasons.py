"""A test that was not run has a reason that somebody wrote down, or fails the pipeline."""

import json
from pathlib import Path

import pytest

from local import reasons
from local.needs import NEEDS

LACKING = {"engine": {"tests": ["a", "b"], "what": "a container engine"}}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the last run left; nothing yet."""
    monkeypatch.setattr(reasons, "NOT_RUN", tmp_path / "not-run.json")
    monkeypatch.setattr(reasons, "EXCUSES", tmp_path / "not-run-here.txt")
    (tmp_path / "not-run-here.txt").write_text("# why\n")
    return tmp_path


@pytest.mark.parametrize(
    ("excuse", "code", "said"),
    [
        ("engine: none may run here", 0, "2 tests need a container engine: none may run here"),
        ("browser: no screen", 1, "2 tests need a container engine: no reason given"),
        ("engine:", 1, "no reason given"),
        ("# engine: none may run here", 1, "no reason given"),
    ],
)
def test_what_did_not_run_needs_a_reason(
    here: Path, excuse: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "not-run.json").write_text(json.dumps(LACKING))
    (here / "not-run-here.txt").write_text(f"{excuse}\n")

    assert reasons.main([]) == code
    assert said in capsys.readouterr().out


def test_a_run_that_left_nothing_out_passes(here: Path) -> None:
    (here / "not-run.json").write_text("{}")

    assert reasons.main([]) == 0


def test_without_a_run_there_is_nothing_to_pass(here: Path) -> None:
    assert reasons.main([]) == 1


def test_every_reason_is_about_something_that_a_test_can_need() -> None:
    excused = reasons.excuses(reasons.EXCUSES.read_text(encoding="utf-8"))

    assert excused and excused.keys() <= NEEDS.keys()
    assert all(excused.values())
