"""`python -m local reasons`: fail on a test that was NOT RUN, unless somebody said why it may be.

`tests/not-run-here.txt` says so: the marker of what is lacking and the reason, a line each.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.environment import ROOT
from local.test import NOT_RUN

EXCUSES = ROOT / "tests" / "not-run-here.txt"


def excuses(text: str) -> dict[str, str]:
    """Read the reasons by marker; a line that begins with # says nothing.

    >>> excuses("# words\\nengine: none may run here\\nbrowser:\\n")
    {'engine': 'none may run here', 'browser': ''}
    """
    lines = [line.partition(":") for line in text.splitlines() if not line.startswith("#")]
    return {marker.strip(): reason.strip() for marker, colon, reason in lines if colon}


def judged(lacking: Mapping[str, Any], excused: Mapping[str, str]) -> Iterator[tuple[bool, str]]:
    """Say of each thing that was lacking whether that may be, and in a line what and why.

    Args:
        lacking: What the last run of tests left, by marker: `tests` and `what`.
        excused: Reasons by marker.
    """
    for marker, entry in lacking.items():
        reason = excused.get(marker, "")
        told = f"NOT RUN: {len(entry['tests'])} tests need {entry['what']}: "
        yield bool(reason), told + (reason or f"no reason given in {EXCUSES.name}")


def main(_: Sequence[str]) -> int:
    """Judge the last run of tests; return 0 when every test ran or may be left out."""
    if not NOT_RUN.exists():
        print("No tests have run yet: make test")
        return 1
    lacking = json.loads(NOT_RUN.read_text(encoding="utf-8"))
    found = list(judged(lacking, excuses(EXCUSES.read_text(encoding="utf-8"))))
    print("\n".join(line for _, line in found) or "Every test ran.")
    return 0 if all(fine for fine, _ in found) else 1
