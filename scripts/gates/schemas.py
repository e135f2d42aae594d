"""`python schemas.py`, with the tools' own Python: files of others' formats against their schemas.

All in one process, because loading the checker takes longer than checking.
"""

import sys
from pathlib import Path

from check_jsonschema import main as check

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = {
    "vendor.github-workflows": ".github/workflows/*.yml",
    "vendor.github-actions": ".github/actions/*/action.yml",
    "vendor.dependabot": ".github/dependabot.yml",
    "vendor.compose-spec": "docker-compose*.yml",
    "vendor.github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "vendor.github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
}


def main() -> int:
    """Return 0 when every file fits its schema."""
    failed = 0
    for schema, pattern in SCHEMAS.items():
        files = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))
        if not files:
            print(f"there is no {pattern}")
            failed = 1
            continue
        code = check(["--builtin-schema", schema, *files], standalone_mode=False)
        failed = failed or int(code or 0)
    return failed


if __name__ == "__main__":
    sys.exit(main())
