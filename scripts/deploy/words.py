"""The words of `python -m deploy`: its verbs and what each may be told."""

import argparse
import os
from pathlib import Path

from deploy.history import ENVIRONMENTS

TRIGGERS = ("push", "manual", "hotfix")


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return the parser; `asked.verb` names what to do."""
    made = argparse.ArgumentParser(prog="python -m deploy", description=description)
    verbs = made.add_subparsers(required=True, metavar="VERB", dest="verb")
    for verb, words in (
        ("verify", "could this release be deployed? Changes nothing"),
        ("plan", "what would be done, and the hash of that plan"),
        ("apply", "deploy a release, or go on with it"),
    ):
        found = verbs.add_parser(verb, help=words)
        _where(found)
        found.add_argument("--release", type=Path, default=Path("release.json"), metavar="FILE")
    _doing(found)
    found.add_argument("--hold", action="store_true", help="leave it waiting after its test shift")
    found.add_argument("--trigger", choices=TRIGGERS, default="manual")
    found.add_argument("--approved-by", default="", metavar="NAME", help="who agreed")
    _where(verbs.add_parser("status", help="what runs now, and what moves"))
    back = verbs.add_parser("rollback", help="back to what ran before")
    _where(back)
    _doing(back)
    back.add_argument("--to", default="", metavar="VERSION", help="the one before by default")
    _incident(verbs.add_parser("incident", help="write that a deployment needed somebody"))
    _history(verbs.add_parser("history", help="what was deployed, the newest first"))
    return made


def _incident(found: argparse.ArgumentParser) -> None:
    _ledger(found)
    found.add_argument("--deployment", default="", metavar="NAME", help="the newest by default")
    found.add_argument("--reason", required=True, help="what went wrong, in a sentence")
    found.add_argument("--actor", default="", metavar="NAME", help="who says so")


def _ledger(found: argparse.ArgumentParser) -> None:
    where = os.environ.get("DEPLOY_LEDGER") or ".run/ledger.jsonl"
    found.add_argument("--ledger", default=where, help="a file or s3://... (DEPLOY_LEDGER)")
    found.add_argument("--environment", choices=ENVIRONMENTS, default="production")


def _where(found: argparse.ArgumentParser) -> None:
    place = os.environ.get("DEPLOY_PLACE") or ".run/place.toml"
    found.add_argument("--place", type=Path, default=Path(place), help="its file (DEPLOY_PLACE)")
    found.add_argument("--json", action="store_true", help="as JSON")


def _doing(found: argparse.ArgumentParser) -> None:
    found.add_argument("--dry-run", action="store_true", help="show the plan, do nothing")
    found.add_argument("--plan", default="", metavar="HASH", help="do this plan or none")
    found.add_argument("--actor", default="", metavar="NAME", help="who does it")
    found.add_argument("--run", default="", metavar="URL", help="the pipeline's run")


def _history(shown: argparse.ArgumentParser) -> None:
    _ledger(shown)
    shown.add_argument("--json", action="store_true", help="as JSON")
    shown.add_argument("--verify", action="store_true", help="is every event there and unchanged?")
    shown.add_argument(
        "--head",
        nargs="?",
        const="",
        metavar="HASH",
        help="print the newest hash, to be kept elsewhere; with --verify: one that was kept",
    )
