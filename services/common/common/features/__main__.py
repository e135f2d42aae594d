"""`python -m common.features`: show flags, say why one is on, turn one for a while, find old."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.features.changes import Sheet, Still
from common.features.decide import Features, Reason
from common.features.definitions import ENVIRONMENTS, FEATURES
from common.features.desk import Desk
from common.features.lint import findings
from common.features.overrides import BadOverrides
from common.features.shelves import Shelf, shelf_at
from common.features.turning import Turn, act_of, read_time, value_of
from common.ledger import opened


def main(arguments: Sequence[str]) -> int:
    """Return 0; 1 when something is to be mended; 2 for what cannot be understood."""
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.run(asked)
    except BadOverrides as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{asked.file} cannot be used: {error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m common.features", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    shown = _verb(verbs, "list", _list, "what is on where")
    shown.add_argument("--json", action="store_true", help="as JSON")
    explained = _verb(verbs, "explain", _explain, "is a flag on for a chat, and why")
    _flag(explained)
    explained.add_argument("--chat", type=int, help="a chat's id")
    for name, words in (
        ("set", "turn a flag on or off, set its share, or give it back to the table"),
        ("kill", "turn a flag off for everybody, at once"),
        ("ramp", "give a flag to a larger share of chats"),
    ):
        turned = _verb(verbs, name, _turn, words)
        turned.set_defaults(verb=name)
        _flag(turned)
        if name == "set":
            turned.add_argument("value", help="on, off, a percentage, or table")
        if name == "ramp":
            turned.add_argument("value", help="a percentage")
            turned.add_argument("--shrink", action="store_true", help="may be a smaller share")
        turned.add_argument("--reason", required=True, help="why, in a sentence")
        turned.add_argument("--for", dest="lasts", default="7d", help="30m, 4h or 7d (default 7d)")
        turned.add_argument("--actor", default=os.environ.get("GITHUB_ACTOR") or getpass.getuser())
        _ledger(turned)
    told = _verb(verbs, "record", _record, "tell the ledger of changes that wait for it")
    _ledger(told)
    linted = _verb(verbs, "lint", _lint, "flags that are unknown, unused or overdue")
    linted.add_argument("--code", type=Path, default=Path("services"), help="the services' folder")
    return parser


def _verb(verbs: Any, name: str, run: Callable[[Any], int], words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=words, description=words)
    default = os.environ.get("FLAG_OVERRIDES", "")
    parser.add_argument("--file", default=default, help="a file, or ssm:/name (FLAG_OVERRIDES)")
    parser.set_defaults(run=run)
    return parser


def _ledger(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("DEPLOY_LEDGER", "")
    parser.add_argument("--ledger", default=default, help="a file or s3://... (DEPLOY_LEDGER)")


def _flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("environment", choices=ENVIRONMENTS)
    parser.add_argument("flag", choices=list(FEATURES))


def _sheet(asked: Any) -> Sheet:
    """What is turned; without a place nothing is, and the table counts."""
    return shelf_at(asked.file).read() if asked.file else Sheet({})


def _shelf(asked: Any) -> Shelf:
    """Nobody may believe to have turned a flag that no program will hear of."""
    if not asked.file:
        raise BadOverrides(
            "Where are this environment's flags? Say --file, or set FLAG_OVERRIDES to what its "
            "programs have: a file, or ssm:/crypto-assistant/production/flags."
        )
    return shelf_at(asked.file)


def _list(asked: Any) -> int:
    sheet, now = _sheet(asked), datetime.now(UTC)
    boards = [Features(it, Still(sheet.overrides, it, now)) for it in ENVIRONMENTS]
    rows = {flag: [value_of(board, flag) for board in boards] for flag in FEATURES}
    if asked.json:
        table = {flag: dict(zip(ENVIRONMENTS, row, strict=True)) for flag, row in rows.items()}
        print(json.dumps(table, indent=1))
        return 0
    width = max(map(len, rows))
    print(f"{'':{width}}  " + "  ".join(f"{it:10}" for it in ENVIRONMENTS).rstrip())
    for flag, row in rows.items():
        print(f"{flag:{width}}  " + "  ".join(f"{it:10}" for it in row).rstrip())
    for environment, flags in sheet.overrides.items():
        for turned, it in flags.items():
            lapsed = "and has lapsed" if it.expires_at <= now else "because"
            print(
                f"{environment}, {turned}: turned by {it.actor} {_until(it.expires_at)}, "
                f"{lapsed}: {it.reason}"
            )
    if sheet.unrecorded:
        print(f"{len(sheet.unrecorded)} changes wait for the ledger; `record` tells it of them.")
    return 0


def _explain(asked: Any) -> int:
    rows = _sheet(asked).overrides
    features = Features(asked.environment, Still(rows, asked.environment, datetime.now(UTC)))
    decision = features.decide(asked.flag, asked.chat)
    whom = "where nobody asks" if asked.chat is None else f"for chat {asked.chat}"
    state = "on" if decision.on else "off"
    print(f"{asked.flag} is {state} in {asked.environment} {whom}: {_REASONS[decision.reason]}.")
    return 0


_REASONS: Mapping[Reason, str] = {
    "killed": "it was killed",
    "denied": "this chat is kept out",
    "allowed": "this chat is let in",
    "share": "it is for a share of all chats",
    "override": "somebody turned it",
    "table": "the table says so",
    "unknown": "the table does not know it",
    "nobody": "a share needs a chat (--chat)",
}


def _until(at: datetime) -> str:
    return f"until {at:%Y-%m-%d %H:%M} UTC"


def _turn(asked: Any) -> int:
    act = act_of(asked.verb, getattr(asked, "value", ""), shrink=getattr(asked, "shrink", False))
    at, lasts = datetime.now(UTC).replace(microsecond=0), read_time(asked.lasts)
    turn = Turn(asked.environment, asked.flag, asked.actor, asked.reason, at, lasts)
    done = _desk(asked).turn(turn, act)
    ends = f" {_until(done.expires_at)}" if done.expires_at else ", as the table says"
    print(f"{asked.flag} in {asked.environment}: {done.new}{ends}.")
    if done.waiting:
        print(f"The ledger does not know yet ({done.waiting}). {_WAITS}", file=sys.stderr)
    return 0


_WAITS = "The change counts, waits beside the flags, and goes with the next one or with `record`."


def _desk(asked: Any) -> Desk:
    where = asked.ledger
    return Desk(_shelf(asked), (lambda: opened(where)) if where else None)


def _record(asked: Any) -> int:
    waiting = _desk(asked).record()
    print(f"They still wait: {waiting}." if waiting else "The ledger knows of every change.")
    return 1 if waiting else 0


def _lint(asked: Any) -> int:
    if not asked.code.is_dir():
        raise BadOverrides(f"{asked.code} is no folder of code.")
    found = list(findings(asked.code, datetime.now(UTC).date()))
    for finding in found:
        print(f"{'error' if finding.fails else 'warning'}: {finding.sentence}")
    print(f"{len(FEATURES)} flags, {len(found)} findings.")
    return 1 if any(finding.fails for finding in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
