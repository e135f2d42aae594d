"""What happened in a week: from git, the ledgers and, where GitHub can be asked, the runs.

    python scripts/weekly_report.py         writes .run/weekly-report.md and the run's summary

Says nothing of what it could not read.
"""

import json
import os
import re
import subprocess  # nosec B404: fixed commands, no shell
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from common.ledger import opened
from common.ledger.events import BadEvent
from dashboard.week import week
from deploy.anchors import ledgers
from deploy.history import ENVIRONMENTS
from gitflow import flow
from gitflow.repository import Repository
from local.environment import ROOT
from monitoring.newest import kept

_DAYS = 7
_RUNS = "conclusion,workflowName,startedAt,updatedAt"
_KIND = re.compile(r"(feature|bugfix|release|hotfix)/\S+")


def changes(here: Repository, since: str) -> list[str]:
    """Write what git knows: commits, finished branches, tags, and what went past the rules."""
    subjects = here.git("log", "--all", f"--since={since}", "--format=%s").splitlines()
    merged = Counter(
        match[1] for subject in subjects if "Merge" in subject and (match := _KIND.search(subject))
    )
    people = here.git("log", "--all", f"--since={since}", "--format=%ae").splitlines()
    tags = here.git(
        "for-each-ref",
        "refs/tags",
        "--sort=creatordate",
        "--format=%(refname:short) %(creatordate:short)",
    )
    lines = [f"- {len(subjects)} commits by {len(set(people))} people"]
    lines += [f"- {count} {kind} merged" for kind, count in sorted(merged.items())]
    lines.append(f"- newest tag: {tags.splitlines()[-1] if tags else 'none'}")
    lines += [f"- against the rules: {said}" for said in flow.history_complaints(here)]
    return lines


def runs(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write a table of the pipeline's runs by workflow."""
    if not found:
        return ["No run of the pipeline was read."]
    by_name: dict[str, Counter[str]] = {}
    for run in found:
        by_name.setdefault(run["workflowName"], Counter())[run["conclusion"] or "running"] += 1
    lines = ["| workflow | runs | succeeded |", "|---|---|---|"]
    for name, counts in sorted(by_name.items()):
        total = counts.total()
        lines.append(f"| {name} | {total} | {100 * counts['success'] / total:.0f} % |")
    return lines


def delivery(places: Sequence[str], until: datetime) -> list[str]:
    """Write what the ledgers say; what cannot be read is named, and stops nobody."""
    if not places:
        return ["No ledger of deployments is named (DEPLOY_LEDGERS).", ""]
    try:
        chains = [opened(place).read() for place in places]
        return week(chains, ENVIRONMENTS, until, kept(places, ENVIRONMENTS)).splitlines()
    except (BadEvent, OSError) as error:
        return [f"The ledger of deployments cannot be read: {error}", ""]


def _ask_github(since: str) -> list[dict[str, Any]]:
    if not os.environ.get("GH_TOKEN"):
        return []
    command = ["gh", "run", "list", "--limit", "500", "--created", f">={since}", "--json", _RUNS]
    try:
        asked = subprocess.run(  # nosec B603
            command, cwd=ROOT, capture_output=True, text=True, timeout=60
        )
    except OSError:
        return []
    found = json.loads(asked.stdout) if asked.returncode == 0 and asked.stdout else []
    return found if isinstance(found, list) else []


def written(here: Repository, found: Sequence[Mapping[str, Any]], until: datetime) -> str:
    """Return the report of the seven days before `until`.

    Args:
        found: The runs of the pipeline.
    """
    since = f"@{int(until.timestamp()) - _DAYS * 86_400}"
    return "\n".join(
        [f"# The week until {until:%Y-%m-%d}", "", "## Changes", "", *changes(here, since)]
        + ["", "## Pipeline", "", *runs(found), ""]
        + delivery(ledgers(), until)
    )


def main() -> int:
    """Write the report of the last seven days."""
    now = datetime.now(UTC)
    text = written(Repository(ROOT), _ask_github(f"{now - timedelta(days=_DAYS):%Y-%m-%d}"), now)
    path = ROOT / ".run" / "weekly-report.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(text)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        Path(summary).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
