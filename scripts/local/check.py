"""`python -m local check [GATE ...]`: the static gates, side by side, each with its time."""

import os
import subprocess  # nosec B404: fixed commands, no shell
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from local.environment import ROOT
from local.gates import GATES

_NOT_RUN = 77
_NOT_THERE = 127


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gate said.

    Attributes:
        gate: Its name.
        code: 0 when it found nothing, 77 when it cannot judge on this machine.
        seconds: How long it took.
        said: Its output; worth reading when it did not pass.
    """

    gate: str
    code: int
    seconds: float
    said: str

    @property
    def failed(self) -> bool:
        """Whether it found something."""
        return self.code not in (0, _NOT_RUN)

    @property
    def verdict(self) -> str:
        """A word for the table."""
        return {0: "passed", _NOT_RUN: "NOT RUN"}.get(self.code, "FAILED")


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
    failed = [outcome for outcome in outcomes if outcome.failed]
    for outcome in failed:
        print(f"\n--- {outcome.gate} ---\n{outcome.said}")
    print(table(outcomes))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8") as page:
            page.write(f"```text\n{table(outcomes)}\n```\n")
    count = f"{len(failed)} of {len(outcomes)} gates failed" if failed else "Nothing was found"
    print(f"{count} in {time.monotonic() - began:.0f} s.")
    return 1 if failed else 0


def table(outcomes: Sequence[Outcome]) -> str:
    """Write one line a gate, and why one did not run.

    >>> print(table([Outcome("mypy", 0, 12.34, ""), Outcome("black", 1, 0.5, "")]))
      mypy         passed   12.3 s
      black        FAILED    0.5 s
    """
    return "\n".join(_line(outcome) for outcome in outcomes)


def _line(outcome: Outcome) -> str:
    why = "  " + outcome.said.splitlines()[-1] if outcome.code == _NOT_RUN else ""
    return f"  {outcome.gate:<12} {outcome.verdict:<7} {outcome.seconds:5.1f} s{why}"


def _run(gate: str) -> Outcome:
    began = time.monotonic()
    try:
        done = subprocess.run(  # nosec B603: the fixed commands above
            GATES[gate], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except FileNotFoundError as error:
        seconds = time.monotonic() - began
        return Outcome(gate, _NOT_THERE, seconds, f"There is no {error.filename} here: install it.")
    seconds = time.monotonic() - began
    return Outcome(gate, done.returncode, seconds, done.stdout.strip())
