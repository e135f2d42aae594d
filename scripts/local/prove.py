"""`python -m local prove`: the long forms under `tests/performance`, one at a time."""

import subprocess  # nosec B404: a fixed command, no shell
import sys
from collections.abc import Sequence

from local.environment import ROOT

FOLDER = ROOT / "tests" / "performance"


def main(arguments: Sequence[str]) -> int:
    """Run every long proof; `arguments` go to pytest."""
    if not any(FOLDER.rglob("test_*.py")):
        print("There is no long proof yet.")
        return 0
    print("Running the long proofs, one at a time ...", flush=True)
    command = [sys.executable, "-m", "pytest", "--no-header", "--timeout=0", str(FOLDER)]
    return subprocess.run([*command, *arguments], cwd=ROOT).returncode  # nosec B603
