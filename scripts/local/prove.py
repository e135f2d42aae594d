"""`python -m local prove [NAME ...]`: the long proofs and benchmarks of `tests/performance`.

Each is a program of its own that prints what it measured and ends with 0 when its goal is met. They
run one at a time, so that no figure is another's noise. What they printed stays in
`.run/proofs.json`, for scripts/generate_performance_report.py.
"""

import json
import os
import subprocess  # nosec B404: fixed commands, no shell
import sys
import time
from collections.abc import Sequence

from local.environment import ROOT

FOLDER = ROOT / "tests" / "performance"
PROOFS = ROOT / ".run" / "proofs.json"


def main(arguments: Sequence[str]) -> int:
    """Run the proofs named, or all; return 0 when every one met its goal."""
    known = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    unknown = set(arguments) - set(known)
    if unknown:
        print(f"no such proof: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    PROOFS.parent.mkdir(exist_ok=True)
    proofs: list[dict[str, object]] = []
    for name in known:
        if not arguments or name in arguments:
            proofs.append(_prove(name))
            # Each at once: who runs out of time keeps what was measured before.
            PROOFS.write_text(json.dumps(proofs, indent=1) + "\n", encoding="utf-8")
    failed = [str(proof["name"]) for proof in proofs if proof["code"]]
    print(f"\nNot proved: {', '.join(failed)}" if failed else "\nAll proved.")
    return 1 if failed else 0


def _prove(name: str) -> dict[str, object]:
    print(f"\n==> {name}", flush=True)
    began = time.monotonic()
    command = [sys.executable, "-u", "-m", f"tests.performance.{name}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = []
    with subprocess.Popen(  # nosec B603
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        for line in running.stdout or ():
            print(line, end="", flush=True)
            said.append(line)
    seconds = time.monotonic() - began
    print(f"    {name}: exit {running.returncode} after {seconds:.0f} s", flush=True)
    return {"name": name, "code": running.returncode, "seconds": seconds, "said": "".join(said)}
