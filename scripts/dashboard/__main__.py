"""`python -m dashboard page|report|week`: what the ledgers say, as a page or in Markdown.

A report goes to standard output, to its file and to the summary of the pipeline's run.
"""

import argparse
import os
import sys
import webbrowser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from common.ledger.events import BadEvent, Event
from dashboard.board import board, merged
from dashboard.demonstration import demonstration
from dashboard.page import page
from dashboard.report import NoSuchDeployment, find, report
from dashboard.turned import flags
from dashboard.week import week
from deploy import desk
from deploy.anchors import ledgers
from deploy.history import ENVIRONMENTS
from monitoring.newest import kept

_DEFAULT = ".run/ledger.jsonl"


def main(arguments: Sequence[str]) -> int:
    """Do what is asked; return 2 where a ledger cannot be read or does not say."""
    asked = _parser().parse_args(arguments)
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        chains = [demonstration(now)] if asked.demonstration else _read(_places(asked))
        match asked.verb:
            case "page":
                return _page(asked, chains, now)
            case "report":
                story = find(merged(chains), asked.deployment, ENVIRONMENTS)
                return _told(asked.out, report(story))
            case _:
                return _told(
                    asked.out, week(chains, ENVIRONMENTS, now, kept(_places(asked), ENVIRONMENTS))
                )
    except (BadEvent, NoSuchDeployment, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _places(asked: argparse.Namespace) -> list[str]:
    return [] if asked.demonstration else asked.ledger or ledgers() or [_DEFAULT]


def _read(places: Sequence[str]) -> list[Sequence[Event]]:
    return [desk.ledger(place).read() for place in places]


def _page(asked: argparse.Namespace, chains: Sequence[Sequence[Event]], now: datetime) -> int:
    turned = flags(merged(chains), now)
    text = page(board(chains, ENVIRONMENTS, turned, now, kept(_places(asked), ENVIRONMENTS)))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8")
    print(f"{asked.out.resolve().as_uri()}  ({len(text.encode()) // 1024} KB)")
    if asked.open:
        webbrowser.open(asked.out.resolve().as_uri())
    return 0


def _told(out: Path, text: str) -> int:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    print(text, end="")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8") as file:
            file.write(text + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB", dest="verb")
    shown = _verb(verbs.add_parser("page", help="what runs where"), "dashboard.html")
    shown.add_argument("--open", action="store_true", help="show it in the browser")
    one = _verb(verbs.add_parser("report", help="one deployment"), "deployment-report.md")
    asked = os.environ.get("DEPLOYMENT", "")
    one.add_argument("--deployment", default=asked, help="its name; the newest (DEPLOYMENT)")
    _verb(verbs.add_parser("week", help="delivery of a week"), "delivery.md")
    return parser


def _verb(parser: argparse.ArgumentParser, out: str) -> argparse.ArgumentParser:
    parser.add_argument(
        "--ledger",
        action="append",
        help="a file or s3://...; may stand more than once (DEPLOY_LEDGERS, DEPLOY_LEDGER)",
    )
    parser.add_argument("--out", type=Path, default=Path(".run") / out, help="the file to write")
    parser.add_argument("--demonstration", action="store_true", help="from a made-up ledger")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
