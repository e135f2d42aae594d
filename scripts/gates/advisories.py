"""`python -m gates.advisories`: pip-audit over everything that is locked.

`AUDIT_SOURCE` says whom to ask: `online` is the public service, an address is an OSV server of
one's own. Without it nothing is asked, and the gate says that it did NOT RUN.
Always strict: without it pip-audit passes what it could not look up.
"""

import os
import sys

from gates.tools import NOT_RUN, call, tool

LOCKS = ("dev", "tools")


def main() -> int:
    """Return 0 when no locked package has a known vulnerability."""
    source = os.environ.get("AUDIT_SOURCE", "")
    if not source:
        print("NOT RUN: AUDIT_SOURCE=online asks the public service, which needs a network")
        return NOT_RUN
    service = [] if source == "online" else ["--vulnerability-service", "osv", "--osv-url", source]
    options = ["--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    found = [
        call([tool("pip-audit"), *options, *service, "--requirement", f"requirements/{name}.txt"])
        for name in LOCKS
    ]
    return max(found)


if __name__ == "__main__":
    sys.exit(main())
