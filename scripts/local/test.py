"""`python -m local test [PART ...] [--ahead]`: the tests, saying what it does while it does it.

Without a part: everything; COVERAGE=1 also measures what it covers and holds that to the floors,
for half as much time again. With a part: that one alone, leaving what it covered under
`.run/coverage` for the part `coverage` to judge.
`--ahead`: on a clock two years ahead, because no test may read today's date.
"""

import hashlib
import json
import os
import shutil
import subprocess  # nosec B404: fixed commands, no shell
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from local.environment import ROOT
from local.needs import NEEDS

# What each part hands to pytest; the engine's tests are integration tests that need minutes.
PARTS = {
    "unit": ("tests/unit",),
    "integration": ("tests/integration", "-m", "not engine"),
    "containers": ("tests/integration", "-m", "engine"),
    "e2e": ("tests/e2e",),
    "canaries": ("tests/gates",),
}
# The longest files first: the last to begin decide when the last worker ends.
AT_ANY_TIME = ("tests/integration", "tests/e2e", "tests/unit")
EVERYTHING = ("tests/gates", *AT_ANY_TIME)
COVERED = ROOT / ".run" / "coverage"
NOT_RUN = ROOT / ".run" / "not-run.json"
TOTAL_FLOOR = 90
EXACT = ("*/telegram_bot/formatting/*", "*/market_data/indicators/*")
_MOST_WORKERS = 8
# Where a test's files cost least: thousands are made, and no test is about a power failure.
_MEMORY = Path("/dev/shm")  # nosec B108  # a folder of ours is made in it, or none
_MEMORY_WANTED = 2 * 1024**3
# A browser and an engine have clocks of their own, which the shifted one would contradict.
_AHEAD = ("faketime", "--exclude-monotonic", "-f", "+730d")
_NOT_AHEAD = "not browser and not engine"
# Else libfaketime 0.9.10 shifts deadlines of the monotonic clock as well, and a thread that waits
# for Python's lock asks for it without a pause: that took up to half of the CPU time.
_UNSHIFTED = {"FAKETIME_FORCE_MONOTONIC_FIX": "0"}
# What a date can break shows in a few drawn examples as well as in many.
_FEW_EXAMPLES = {"EXAMPLES": "10", "API_EXAMPLES": "1"}
# Minutes of programs that are started and killed by the dozen, on times that are all relative.
_TOO_LONG_AHEAD = (
    *("test_backfill", "test_backup", "test_chaos", "test_gitflow", "test_gitflow_publish"),
    *("test_kill_matrix", "test_real_deployments", "test_run", "test_sbom", "test_workflows_run"),
)


def main(arguments: Sequence[str]) -> int:
    """Run what is named, or everything; return 0 when all that could run passed."""
    known = (*PARTS, "coverage", "--ahead")
    if len(arguments) > 1 or not set(arguments) <= set(known):
        print(f"python -m local test takes nothing, or one of: {', '.join(known)}")
        return 2
    match list(arguments):
        case []:
            shutil.rmtree(COVERED, ignore_errors=True)
            if not os.environ.get("COVERAGE"):
                return _run("all", EVERYTHING, covering=False)
            return _run("all", EVERYTHING) or _coverage()
        case ["coverage"]:
            return _coverage()
        case ["--ahead"]:
            return _run_ahead()
        case _:
            return _run(arguments[0], PARTS[arguments[0]])


def _run(name: str, what: Sequence[str], *, covering: bool = True) -> int:
    began = time.monotonic()
    COVERED.mkdir(parents=True, exist_ok=True)
    print(f"Running {name} tests on {_workers()} workers ...", flush=True)
    covered = ("--cov", "--cov-report=") if covering else ()
    data = str(COVERED / f"{name}.data")
    failed = _call_in_memory([*_pytest(what), *covered], COVERAGE_FILE=data)
    print(f"That took {time.monotonic() - began:.0f} s.")
    print_not_run()
    return failed


def _run_ahead() -> int:
    if not shutil.which(_AHEAD[0]):
        print("A clock two years ahead needs faketime: sudo apt-get install -y faketime")
        return 1
    print("Running the tests on a clock two years ahead ...", flush=True)
    left_out = [f"--ignore=tests/integration/{name}.py" for name in _TOO_LONG_AHEAD]
    tests = _pytest((*AT_ANY_TIME, *left_out, "-m", _NOT_AHEAD))
    shifted = str(ROOT / "tests" / "support" / "ahead")
    return _call_in_memory([*_AHEAD, *tests], PYTHONPATH=shifted, **_UNSHIFTED, **_FEW_EXAMPLES)


def _pytest(what: Sequence[str]) -> list[str]:
    # A file's tests share a worker, so that what they share is built once.
    spread = ["--numprocesses", str(_workers()), "--dist", "loadfile", "--no-loadscope-reorder"]
    return [sys.executable, "-m", "pytest", "--quiet", "--no-header", *spread, *what]


def _call_in_memory(command: Sequence[str], **variables: str) -> int:
    """Call with temporary files in memory, where there is enough of it.

    After a failure they stay until the next run, for whoever looks for its cause.
    """
    place = _MEMORY / f"ca-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
    shutil.rmtree(place, ignore_errors=True)
    try:
        if shutil.disk_usage(_MEMORY).free < _MEMORY_WANTED:
            return _call(command, **variables)
        place.mkdir(mode=0o755)
    except OSError:  # no such place here, or not for us
        return _call(command, **variables)
    failed = _call(command, TMPDIR=str(place), **variables)
    if not failed:
        shutil.rmtree(place, ignore_errors=True)
    return failed


def _workers() -> int:
    """One more for every two cores: a third of the time a test waits, for a process or a deadline.

    Each of them collects all tests first, so that many more would begin later.
    """
    cores = os.cpu_count() or 1
    return min(_MOST_WORKERS, cores + max(1, cores // 2))


def _coverage() -> int:
    """Hold what the tests covered to the floors."""
    parts = sorted(map(str, COVERED.glob("*.data")))
    data = {"COVERAGE_FILE": str(COVERED / "combined")}
    tool = [sys.executable, "-m", "coverage"]
    if _call([*tool, "combine", "--keep", "--quiet", *parts], **data):
        return 1
    print(f"Branch coverage; the floor is {TOTAL_FLOOR} %:", end=" ", flush=True)
    floor = f"--fail-under={TOTAL_FLOOR}"
    low = _call([*tool, "report", "--format=total", floor], **data)
    _call([*tool, "xml", "--quiet", "-o", str(COVERED.with_suffix(".xml"))], **data)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8") as page:
            command = [*tool, "report", "--format=markdown"]
            subprocess.run(command, cwd=ROOT, env={**os.environ, **data}, stdout=page)  # nosec B603
    if low:
        _call([*tool, "report"], **data)
    print("Formatting and indicators; the floor is 100 %:", end=" ", flush=True)
    exact = [f"--include={','.join(EXACT)}", "--fail-under=100"]
    gaps = _call([*tool, "report", "--format=total", *exact], **data)
    if gaps:
        _call([*tool, "report", *exact], **data)
    return 1 if low or gaps else 0


def print_not_run() -> None:
    """Print the tests that this machine could not run, and what would change that."""
    try:
        lacking = json.loads(NOT_RUN.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if not lacking:
        print("Every test ran.")
        return
    print("\nNOT RUN on this machine:")
    for marker, entry in lacking.items():
        need = NEEDS[marker]
        print(f"  {len(entry['tests']):3d} tests need {need.what}\n      {need.install}")


def _call(command: Sequence[str], **variables: str) -> int:
    environment = {**os.environ, **variables}
    # Hundreds of our processes start during the tests: each would compile every module again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, cwd=ROOT, env=environment)  # nosec B603
    return done.returncode
