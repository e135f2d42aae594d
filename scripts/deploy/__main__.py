"""`python -m deploy`: a release to an environment, and back; and what was deployed where.

Ends with 0 when it is as asked, 2 for what cannot be understood, 3 when it is refused or broken and
nothing was changed, 4 when it was rolled back, 5 when it is not over (the same command goes on),
6 when another deployment is under way, 7 when somebody else has deployed since.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.ledger import Moved
from common.ledger.events import BadEvent, Event, broken_at
from deploy import desk, release
from deploy.apply import Tools, Wish, apply, planned
from deploy.endings import DEPLOYED, MISUSED, REFUSED, UNFINISHED, Ending
from deploy.history import deployments, head_of, table
from deploy.incident import NoSuchDeployment, incident
from deploy.place import BadPlace
from deploy.plan import Refused, told
from deploy.platform import PlatformError
from deploy.release import BadRelease
from deploy.rollback import rollback
from deploy.status import status
from deploy.status import table as status_table
from deploy.verify import findings
from deploy.words import parser

TAMPERED = REFUSED
_HASH = re.compile(r"[0-9a-f]{64}")


def main(arguments: Sequence[str]) -> int:
    """Do what is asked, and return the exit code."""
    asked = parser(__doc__).parse_args(arguments)
    try:
        if asked.verb == "history":
            return _history(asked)
        if asked.verb == "incident":
            return _incident(asked)
        return run(asked, desk.tools(asked.place))
    except (BadPlace, BadRelease, Moved, NoSuchDeployment, OSError) as error:
        print(error, file=sys.stderr)
        return MISUSED
    except BadEvent as error:
        print(error, file=sys.stderr)
        return TAMPERED
    except KeyboardInterrupt:
        print("Nothing was stopped; the same command goes on with it.", file=sys.stderr)
        return UNFINISHED


def run(asked: argparse.Namespace, tools: Tools) -> int:
    """Do a verb with these tools."""
    try:
        match asked.verb:
            case "status":
                found = status(tools)
                return _print(asked, found, status_table(found))
            case "plan":
                made = planned(tools, release.read(asked.release))
                return _print(asked, {**asdict(made), "hash": made.hash}, told(made))
            case "verify":
                return _found(asked, tools)
            case "rollback":
                who = desk.teller(asked.actor, asked.run)
                back = rollback(tools, who, to=asked.to, plan=asked.plan, dry=asked.dry_run)
                return _ended(asked, back)
            case "apply":
                return _ended(asked, apply(tools, _wish(asked)))
        raise ValueError(asked.verb)
    except (Refused, PlatformError) as error:
        return _ended(asked, Ending(REFUSED, "refused", str(error)))


def _found(asked: argparse.Namespace, tools: Tools) -> int:
    wanted = release.read(asked.release)
    found = list(findings(tools.place, wanted, tools.facts(wanted)))
    good = f"Nothing stands in the way of {wanted.version} to {tools.place.environment}."
    _print(asked, {"findings": found}, "\n".join(found) or good)
    return REFUSED if found else DEPLOYED


def _wish(asked: argparse.Namespace) -> Wish:
    return Wish(
        release.read(asked.release),
        desk.teller(asked.actor, asked.run),
        trigger=asked.trigger,
        approver=asked.approved_by,
        plan=asked.plan,
        hold=asked.hold,
        dry=asked.dry_run,
    )


def _ended(asked: argparse.Namespace, ending: Ending) -> int:
    line = f"{ending.outcome}: {ending.reason}" if ending.reason else ending.outcome
    _print(asked, asdict(ending), line)
    return ending.code


def _print(asked: argparse.Namespace, content: Any, text: str) -> int:
    print(json.dumps(content, indent=1) if asked.json else text)
    return DEPLOYED


def _incident(asked: argparse.Namespace) -> int:
    who, now = desk.teller(asked.actor, ""), datetime.now(UTC).replace(microsecond=0)
    ledger = desk.ledger(asked.ledger)
    event = incident(ledger, asked.environment, asked.deployment, asked.reason, who, now)
    print(f"Event {event.seq}: {event.draft.deployment} had an incident.")
    return 0


def _history(asked: argparse.Namespace) -> int:
    where: str | Path = asked.ledger
    events = desk.ledger(str(where)).read()
    if asked.verify:
        return _verified(str(where), events, asked.head)
    if asked.head is not None:
        return _anchored(str(where), events)
    rows = list(deployments(events, asked.environment))
    content = json.dumps([asdict(it) for it in rows], indent=1, default=str)
    print(content if asked.json else table(rows))
    return 0


def _verified(where: str, events: Sequence[Event], anchor: str | None) -> int:
    if anchor and not _HASH.fullmatch(anchor):
        print(f"{anchor!r} is no hash: all 64 digits of it are needed.", file=sys.stderr)
        return MISUSED
    if (found := broken_at(events, anchor or "")) is not None:
        print(f"Broken at event {found.seq}: {found.reason}.", file=sys.stderr)
        return TAMPERED
    if not events:
        print(f"There is no event in {where}: is it the right place?")
    else:
        print(f"{len(events)} events, all of them whole. Head: {head_of(events)}")
    if not anchor:
        print("Whether its end was cut off tells --head HASH, with a hash that was kept elsewhere.")
    return 0


def _anchored(where: str, events: Sequence[Event]) -> int:
    """Print the head, and keep it in the summary of the pipeline's run, out of a writer's reach."""
    print(head_of(events))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        line = f"Ledger `{where}`: {len(events)} events, head `{head_of(events)}`"
        with open(summary, "a", encoding="utf-8") as file:
            file.write(line + "\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
