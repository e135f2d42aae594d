"""`python -m backup save|list|restore|keep`: copies of the bot's database.

Ends with 0 when done, 1 when that cannot be, 2 for what cannot be understood.
"""

import argparse
import os
import signal
import sys
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from backup import databases
from backup.copies import BadCopy, Storage, listed, pack, unpack
from backup.databases import CannotCopy
from backup.folder import Folder
from backup.keep import Keeper
from common.aws.s3 import bucket_at


def main(arguments: Sequence[str]) -> int:
    """Do what is asked, and return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.verb(asked)
    except (BadCopy, CannotCopy, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backup", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    database = argparse.ArgumentParser(add_help=False)
    database.add_argument(
        "--database",
        default=os.environ.get("DATABASE_URL", ""),
        help="sqlite:///file or postgresql://… (DATABASE_URL)",
    )
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--at",
        default=os.environ.get("BACKUPS", ".run/backups"),
        help="a folder, or s3://bucket/folder (BACKUPS)",
    )
    save = verbs.add_parser("save", parents=[database, where], help="copy the database as it is")
    save.set_defaults(verb=_save)
    shown = verbs.add_parser("list", parents=[where], help="which copies there are")
    shown.set_defaults(verb=_list)
    restore = verbs.add_parser(
        "restore", parents=[database, where], help="make an empty database of a copy"
    )
    restore.add_argument("copy", nargs="?", default="", help="its name; by default the newest")
    restore.set_defaults(verb=_restore)
    keep = verbs.add_parser("keep", help="run a bot with a snapshot on S3 every minute")
    keep.add_argument("file", type=Path, help="its SQLite file")
    keep.add_argument("command", nargs="+", help="after --: what to run")
    keep.set_defaults(verb=_keep)
    return parser


def storage_at(place: str) -> Storage:
    """Return the folder or bucket that `place` names."""
    return bucket_at(place) if place.startswith("s3://") else Folder(Path(place))


def _save(asked: argparse.Namespace) -> int:
    content = databases.content(asked.database)
    copy, packed = pack(content, databases.kind_of(asked.database), datetime.now(UTC))
    storage_at(asked.at).put(copy.name, packed)
    print(f"{copy.name} ({len(packed) / 1024:.0f} KB) is in {asked.at}.")
    return 0


def _list(asked: argparse.Namespace) -> int:
    for copy in listed(storage_at(asked.at)):
        print(copy.name)
    return 0


def _restore(asked: argparse.Namespace) -> int:
    storage = storage_at(asked.at)
    kind = databases.kind_of(asked.database)
    name = asked.copy or next((it.name for it in listed(storage) if it.kind == kind), "")
    if not name:
        raise CannotCopy(f"There is no {kind} copy in {asked.at}.")
    copy, content = unpack(name, storage.get(name))
    if copy.kind != kind:
        raise CannotCopy(f"{name} is of {copy.kind}; the database is {kind}.")
    databases.restore(asked.database, content)
    print(f"Restored {name}, made {copy.at:%Y-%m-%d %H:%M:%S} UTC.")
    return 0


def _keep(asked: argparse.Namespace) -> int:
    place = os.environ.get("SNAPSHOTS", "")
    if not place.startswith("s3://"):
        raise OSError("SNAPSHOTS must be s3://bucket/folder.")
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    keeper = Keeper(asked.file, bucket_at(place), uuid.uuid4().hex, time.monotonic, _say)
    return keeper.run(asked.command, stop) if keeper.take(stop) else 0


def _say(sentence: str) -> None:
    print(f"backup: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
