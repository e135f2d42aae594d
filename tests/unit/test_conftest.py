"""The rules for every test, on tests written for this."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
INI = """
[pytest]
asyncio_mode = auto
markers =
    reference: needs data
    browser: needs a browser
    engine: needs an engine
    compose: needs compose
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    (tmp_path / "pytest.ini").write_text(INI)
    return tmp_path


def outcome(suite: Path, test: str, *options: str) -> tuple[int, str, dict[str, object]]:
    """Run one test file; return the exit code, the output and the NOT RUN report."""
    (suite / "test_it.py").write_text("import pytest, socket\n" + test)
    report = suite / "not-run.json"
    plugins = ["-p", "pytest_asyncio.plugin", "-p", "xdist.plugin"]  # the others take a second
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, *options, str(suite)],
        cwd=suite,
        env={
            **os.environ,
            "NOT_RUN_REPORT": str(report),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "REFERENCE_DATA": "",
        },
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr, json.loads(report.read_text())


MARKED = "@pytest.mark.reference\ndef test_it(): pass\n"


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_what_the_machine_lacks_is_reported_with_what_brings_it(
    suite: Path, workers: list[str]
) -> None:
    code, output, report = outcome(suite, MARKED, *workers)

    assert code == 0, output
    assert "NOT RUN: 1 tests need the recorded reference data" in output
    assert report == {
        "reference": {
            "tests": ["test_it.py::test_it"],
            "what": "the recorded reference data",
            "install": "export REFERENCE_DATA=<its folder>",
        }
    }


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
@pytest.mark.parametrize(
    "test",
    [
        "def test_it(): pytest.skip('not today')",
        "pytest.skip('no such library', allow_module_level=True)",
        "@pytest.mark.skip(reason='NOT RUN: the mood')\ndef test_it(): pass",
    ],
)
def test_any_other_skip_fails_the_run(suite: Path, test: str, workers: list[str]) -> None:
    code, output, _ = outcome(suite, f"{test}\ndef test_other(): pass\n", *workers)

    assert code == 1, output
    assert "SKIPPED WITHOUT A NEED" in output


@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "socket.create_connection(('example.org', 80), timeout=1)",
        "socket.getaddrinfo('example.org', 80)",
    ],
)
def test_no_socket_leaves_this_machine(suite: Path, call: str) -> None:
    code, output, _ = outcome(suite, f"def test_it(): {call}")

    assert code == 1
    assert "all that a test may reach" in output


def test_this_machine_may_be_reached(suite: Path) -> None:
    test = (
        "def test_it():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as listener:\n"
        "        socket.create_connection(listener.getsockname()).close()\n"
    )

    assert outcome(suite, test)[0] == 0
