"""`python -m gates.shell FILE ...`: shellcheck, where there is one for this machine.

Its package has no wheel for Linux on ARM; there the machine's own is used, or the gate says that it
did NOT RUN.
"""

import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from gates.tools import NOT_RUN, call, tool


def main(files: Sequence[str]) -> int:
    """Return 0 when it finds nothing in the scripts."""
    program = tool("shellcheck")
    if Path(program).exists():
        return call([program, *files])
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        print(f"There is no {program}: make venv-tools")
        return 1
    print("NOT RUN: no shellcheck for this machine; apt-get install shellcheck brings one")
    return NOT_RUN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
