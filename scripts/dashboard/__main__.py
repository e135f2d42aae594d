"""`python -m dashboard [--ledger FILE] [--out FILE] [--demonstration] [--open]`: build the page."""

import argparse
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from common.features import ENVIRONMENTS, FEATURES, Features
from common.features.switchboard import Switchboard
from common.features.turning import value_of
from dashboard.board import board
from dashboard.demonstration import demonstration
from dashboard.page import page
from deploy.events import BadEvent
from deploy.ledger_file import FileLedger

PLACES = ("staging", "production")


def main(arguments: Sequence[str]) -> int:
    """Write the page and say where it is; return 2 where the ledger cannot be read."""
    asked = _parser().parse_args(arguments)
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        events = demonstration(now) if asked.demonstration else FileLedger(asked.ledger).read()
    except (BadEvent, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    text = page(board(events, PLACES, flags(asked.flags), now))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8")
    print(f"{asked.out.resolve().as_uri()}  ({len(text.encode()) // 1024} KB)")
    if asked.open:
        webbrowser.open(asked.out.resolve().as_uri())
    return 0


def flags(overrides: Path | None) -> Mapping[str, Mapping[str, str]]:
    """Return each flag's value in each environment, in a word."""
    features = [
        Features(it, Switchboard(overrides, it) if overrides is not None else None)
        for it in ENVIRONMENTS
    ]
    return {flag: {it.environment: value_of(it, flag) for it in features} for flag in FEATURES}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    parser.add_argument("--ledger", type=Path, default=Path(".run/ledger.jsonl"))
    parser.add_argument("--flags", type=Path, help="a file of flags that were turned")
    parser.add_argument("--out", type=Path, default=Path(".run/dashboard.html"))
    parser.add_argument("--demonstration", action="store_true", help="from a made-up ledger")
    parser.add_argument("--open", action="store_true", help="show it in the browser")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
