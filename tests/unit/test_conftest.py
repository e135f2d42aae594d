"""The rules for every test, on tests written for this."""

import json
import os
import re
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


def outcome(suite: Path, *tests: str, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """Run files of tests in one run; return the exit code, the output and the NOT RUN report."""
    for number, test in enumerate(tests):
        (suite / f"test_{number}.py").write_text("import pytest, socket\n" + test)
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
    return done.returncode, done.stdout + done.stderr, report.read_text()


MARKED = "@pytest.mark.reference\ndef test_it(): pass\n"
in_one_process_and_in_two = pytest.mark.parametrize("options", [(), ("-n", "2")])


@in_one_process_and_in_two
def test_what_the_machine_lacks_is_reported_with_what_brings_it(
    suite: Path, options: tuple[str, ...]
) -> None:
    code, output, report = outcome(suite, MARKED, options=options)

    assert code == 0, output
    assert "NOT RUN: 1 tests need the recorded reference data" in output
    assert json.loads(report) == {
        "reference": {
            "tests": ["test_0.py::test_it"],
            "what": "the recorded reference data",
            "install": "export REFERENCE_DATA=<its folder>",
        }
    }


@in_one_process_and_in_two
def test_any_other_skip_fails_the_run(suite: Path, options: tuple[str, ...]) -> None:
    skips = [
        "def test_it(): pytest.skip('not today')",
        "pytest.skip('no such library', allow_module_level=True)",
        "@pytest.mark.skip(reason='NOT RUN: the mood')\ndef test_it(): pass",
    ]
    code, output, _ = outcome(suite, *skips, "def test_it(): pass", options=options)

    assert code == 1, output
    assert "1 passed" in output
    for reason in ("not today", "no such library", "the mood"):
        assert re.search(f"SKIPPED WITHOUT A NEED: .*{reason}", output), output


def test_no_socket_leaves_this_machine_and_its_own_are_reached(suite: Path) -> None:
    calls = [
        "socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "socket.create_connection(('example.org', 80), timeout=1)",
        "socket.getaddrinfo('example.org', 80)",
    ]
    within = (
        "def test_it():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as listener:\n"
        "        socket.create_connection(listener.getsockname()).close()\n"
    )
    code, output, _ = outcome(suite, *(f"def test_it(): {call}" for call in calls), within)

    assert code == 1
    assert "3 failed, 1 passed" in output
    refusals = re.findall(r"^E +\w+(?:\.\w+)*: .*all that a test may reach", output, re.MULTILINE)
    assert len(refusals) == 3, output
