"""`make gate`: the closing job of a workflow. Fails unless every job it needs succeeded.

Branch protection asks for this one name. A skipped job is a failure too: what did not run was not
shown to work. Standard library only, because nothing is installed where it runs.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any


def failures(needs: Mapping[str, Any]) -> list[str]:
    """Return the jobs that did not succeed, each with its result.

    Args:
        needs: GitHub's `needs` context: a job's name to an object with its `result`.

    >>> failures({"lint": {"result": "success"}, "types": {"result": "skipped"}})
    ['types: skipped']
    """
    results = {job: entry.get("result", "unknown") for job, entry in needs.items()}
    return [f"{job}: {result}" for job, result in results.items() if result != "success"]


def main() -> int:
    """Judge the `NEEDS` variable."""
    needs = json.loads(os.environ.get("NEEDS") or "{}")
    if not needs:
        print("NEEDS is empty: set it to ${{ toJSON(needs) }}")
        return 1
    failed = failures(needs)
    print("\n".join(failed) or f"All {len(needs)} jobs succeeded.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
