"""`python -m local prove [NAME ...]`: the long proofs and benchmarks of `tests/performance`.

Each is a program of its own that prints what it measured and ends with 0 when its goal is met. They
run one at a time, so that no figure is another's noise.
"""

import os
import subprocess  # nosec B404: fixed commands, no shell
import sys
import time
from collections.abc import Sequence

from local.environment import ROOT

FOLDER = ROOT / "tests" / "performance"


def main(arguments: Sequence[str]) -> int:
    """Run the proofs named, or all; return 0 when every one met its goal."""
    known = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    unknown = set(arguments) - set(known)
    if unknown:
        print(f"no such proof: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    failed = [name for name in known if (not arguments or name in arguments) and not _proved(name)]
    print(f"\nNot proved: {', '.join(failed)}" if failed else "\nAll proved.")
    return 1 if failed else 0


def _proved(name: str) -> bool:
    print(f"\n==> {name}", flush=True)
    began = time.monotonic()
    command = [sys.executable, "-m", f"tests.performance.{name}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = subprocess.run(command, cwd=ROOT, env=environment).returncode  # nosec B603
    print(f"    {name}: exit {code} after {time.monotonic() - began:.0f} s", flush=True)
    return code == 0
