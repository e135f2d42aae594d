"""`python -m deploy`: what was deployed where, from the ledger.

Ends with 0 when all is well, 2 for what cannot be understood, 3 when the ledger was tampered with.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from deploy.events import BadEvent, Event, broken_at
from deploy.history import deployments, table
from deploy.ledger_file import FileLedger

TAMPERED = 3
ENVIRONMENTS = ("staging", "production")


def main(arguments: Sequence[str]) -> int:
    """Do what is asked, and return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        events = FileLedger(asked.ledger).read()
    except (BadEvent, OSError) as error:
        print(error, file=sys.stderr)
        return TAMPERED if isinstance(error, BadEvent) else 2
    return _verified(events, asked.anchor) if asked.verify else _shown(events, asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    shown = verbs.add_parser("history", help="what was deployed, the newest first")
    where = os.environ.get("DEPLOY_LEDGER") or ".run/ledger.jsonl"
    shown.add_argument("--ledger", type=Path, default=Path(where), help="its file (DEPLOY_LEDGER)")
    shown.add_argument("--environment", choices=ENVIRONMENTS, default="production")
    shown.add_argument("--json", action="store_true", help="as JSON")
    shown.add_argument("--verify", action="store_true", help="is every event there and unchanged?")
    shown.add_argument("--anchor", default="", help="with --verify: a hash that was kept elsewhere")
    return parser


def _shown(events: Sequence[Event], asked: argparse.Namespace) -> int:
    rows = list(deployments(events, asked.environment))
    if asked.json:
        print(json.dumps([asdict(row) for row in rows], indent=1, default=str))
    else:
        print(table(rows))
    return 0


def _verified(events: Sequence[Event], anchor: str) -> int:
    if (found := broken_at(events, anchor)) is not None:
        print(f"Broken at event {found.seq}: {found.reason}.", file=sys.stderr)
        return TAMPERED
    head = events[-1].hash if events else "none"
    print(f"{len(events)} events, all of them whole. Head: {head}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
