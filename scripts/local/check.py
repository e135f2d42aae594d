"""`python -m local check [GATE ...]`: the static gates, side by side, each with its time."""

import os
import subprocess  # nosec B404: fixed commands, no shell
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from local.environment import ROOT

PYTHON = sys.executable
CODE = ("services", "scripts", "infrastructure", "tests")
# The longest first, so that the others fit beside it.
GATES: dict[str, tuple[str, ...]] = {
    "mypy": (PYTHON, "-m", "mypy"),
    "black": (PYTHON, "-m", "black", "--check", "--quiet", "--diff", *CODE),
    "flake8": (PYTHON, "-m", "flake8", *CODE),
    "bandit": (PYTHON, "-m", "bandit", "--quiet", "--recursive", "--severity-level", "medium")
    + ("--configfile", "pyproject.toml", *CODE[:-1]),
    "isort": (PYTHON, "-m", "isort", "--check-only", "--diff", "--quiet", *CODE),
    "contracts": (os.path.join(os.path.dirname(PYTHON), "lint-imports"),),
    "locks": (PYTHON, "-m", "local", "locks", "--check"),
    "migrations": (PYTHON, "-m", "local", "migrations"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gate said.

    Attributes:
        gate: Its name.
        passed: Whether it found nothing.
        seconds: How long it took.
        said: Its output; worth reading when it did not pass.
    """

    gate: str
    passed: bool
    seconds: float
    said: str


def main(arguments: Sequence[str]) -> int:
    """Run the gates named, or all; return 0 when all passed."""
    unknown = set(arguments) - GATES.keys()
    if unknown:
        print(f"no such gate: {', '.join(sorted(unknown))}; there are {', '.join(GATES)}")
        return 2
    gates = [gate for gate in GATES if gate in arguments or not arguments]
    print(f"Checking: {', '.join(gates)} ...", flush=True)
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        outcomes = list(pool.map(_run, gates))
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"\n--- {outcome.gate} ---\n{outcome.said}")
    print(table(outcomes))
    count = f"{len(failed)} of {len(outcomes)} gates failed" if failed else "All gates passed"
    print(f"{count} in {time.monotonic() - began:.0f} s.")
    return 1 if failed else 0


def table(outcomes: Sequence[Outcome]) -> str:
    """Write one line a gate.

    >>> print(table([Outcome("mypy", True, 12.34, ""), Outcome("black", False, 0.5, "")]))
      mypy       passed   12.3 s
      black      FAILED    0.5 s
    """
    return "\n".join(
        f"  {it.gate:<10} {'passed' if it.passed else 'FAILED'} {it.seconds:6.1f} s"
        for it in outcomes
    )


def _run(gate: str) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(  # nosec B603: the fixed commands above
        GATES[gate], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    seconds = time.monotonic() - began
    return Outcome(gate, done.returncode == 0, seconds, done.stdout.strip())
