"""`python -m gates.safety [--current]`: safety 2.3.5, on a database of one's own.

`SAFETY_DB` names a folder with `insecure.json` and `insecure_full.json`. Without it the gate says
that it did NOT RUN: the vendor's own database needs a login, and its free one is not free to use.
`--current` asks the vendor with today's safety instead, where `SAFETY_API_KEY` holds a key.
"""

import os
import sys

from gates.advisories import locks
from gates.tools import NOT_RUN, call
from local.environment import folder_of


def main() -> int:
    """Return 0 when the database knows nothing against a locked package."""
    if "--current" in sys.argv:
        return _ask_the_vendor()
    database = os.environ.get("SAFETY_DB", "")
    if not database:
        print("NOT RUN: SAFETY_DB=<folder> names a database; pip-audit stands beside this gate")
        return NOT_RUN
    files = [word for lock in locks() for word in ("--file", str(lock))]
    command = [str(folder_of("safety") / "bin" / "safety"), "check", "--db", database]
    return call([*command, *files, "--output", "text"])


def _ask_the_vendor() -> int:
    if not os.environ.get("SAFETY_API_KEY"):
        print("NOT RUN: SAFETY_API_KEY holds no key")
        return 0
    program = str(folder_of("safety-current") / "bin" / "safety")
    return call([program, "--stage", "cicd", "scan", "--target", "requirements"])


if __name__ == "__main__":
    sys.exit(main())
