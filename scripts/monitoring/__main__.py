"""`python -m monitoring probe`: look at an environment once, and remember what was seen.

Ends with 0 when the look was remembered, whatever it saw; 2 when it could not be.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from common.condition import WORDS
from common.ledger import Ledger, Moved, add
from common.ledger.events import BadEvent, Draft, Event, of_environment
from dashboard.story import stories
from deploy import desk
from deploy.history import ENVIRONMENTS
from deploy.probes import HttpProbes
from monitoring import hours
from monitoring.looks import Look, added, is_news, looks
from monitoring.newest import Shelf, beside, keep, newest
from monitoring.probe import Asks, look

_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")


def main(arguments: Sequence[str]) -> int:
    """Look, say what was seen, and remember it."""
    asked = _parser().parse_args(arguments)
    # What is remembered can never be taken back, so nothing is that was only misspelt.
    if asked.environment not in ENVIRONMENTS:
        known = " or ".join(ENVIRONMENTS)
        print(f"Which environment? Say --environment {known}, or set ENVIRONMENT.", file=sys.stderr)
        return 2
    if not _ADDRESS.fullmatch(asked.address):
        print(
            "Where is it? Say --address https://bot.example.org, or set PROBE_ADDRESS.",
            file=sys.stderr,
        )
        return 2
    at = datetime.now(UTC).replace(microsecond=0)
    try:
        if asked.hours and at not in hours.read(asked.hours):
            print(f"{asked.environment} sleeps ({asked.hours}): nobody looks.")
            return 0
        ledger, shelf = desk.ledger(asked.ledger), beside(asked.ledger)
        seen = looked(ledger, shelf, HttpProbes({}), asked.environment, asked.address, at)
    except hours.BadHours as error:
        print(error, file=sys.stderr)
        return 2
    except (BadEvent, Moved, OSError) as error:
        print(f"The look cannot be remembered: {error}", file=sys.stderr)
        return 2
    print(told(asked.environment, seen))
    return 0


def looked(
    ledger: Ledger, shelf: Shelf, asks: Asks, environment: str, address: str, at: datetime
) -> Look:
    """Look once; the ledger hears of news, and the shelf of every look.

    Raises:
        BadEvent, Moved, OSError: If it cannot be remembered.
    """
    events = ledger.read()
    known = list(looks(events, environment))
    seen = look(asks, address, _versions(events, environment), at)
    seen = added(seen, newest(shelf, environment), known)
    if is_news(seen, known):
        who = desk.teller("probe", "")
        add(ledger, Draft(at, environment, "observation", "probe", "", who.run, seen.told()))
    keep(shelf, environment, seen)
    return seen


def told(environment: str, seen: Look) -> str:
    """Say it to a person."""
    what = f", {seen.version or seen.digest[:19]}" if seen.version or seen.digest else ""
    why = f": {seen.detail}" if seen.detail else ""
    return f"{environment} is {WORDS[seen.condition]}{what}{why}"


def _versions(events: Sequence[Event], environment: str) -> dict[str, str]:
    mine = list(of_environment(events, environment))
    return {
        digest: story.version
        for story in stories(mine, environment)
        for digest in story.images.values()
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m monitoring", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    probe = verbs.add_parser("probe", help="look once")
    said = os.environ.get
    probe.add_argument("--environment", choices=ENVIRONMENTS, default=said("ENVIRONMENT"))
    probe.add_argument("--address", default=said("PROBE_ADDRESS", ""), help="(PROBE_ADDRESS)")
    probe.add_argument("--hours", default=said("PROBE_HOURS", ""), help="when it is awake")
    where = said("DEPLOY_LEDGER") or ".run/ledger.jsonl"
    probe.add_argument("--ledger", default=where, help="a file or s3://... (DEPLOY_LEDGER)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
