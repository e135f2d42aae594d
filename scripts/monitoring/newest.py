"""The newest look at an environment, kept beside its ledger: the only thing there that changes."""

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from common.aws.s3 import Bucket, bucket_at
from deploy import desk
from monitoring.looks import Look, seen

_FOLDER = "newest"


class Shelf(Protocol):
    """Keeps small texts by name; raises OSError where it cannot."""

    def get(self, name: str) -> bytes: ...

    def put(self, name: str, body: bytes) -> None: ...


class Folder:
    """A shelf beside a ledger's file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> bytes:
        return (self._path / name).read_bytes()

    def put(self, name: str, body: bytes) -> None:
        self._path.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=self._path)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        os.replace(made, self._path / name)


def beside(ledger: str) -> Shelf:
    """Return the shelf beside a ledger at `s3://bucket/folder` or in a file."""
    if ledger.startswith("s3://"):
        bucket: Bucket = bucket_at(f"{ledger.rstrip('/')}/{_FOLDER}", who=desk.asks_as())
        return bucket
    return Folder(Path(ledger).parent / _FOLDER)


def newest(shelf: Shelf, environment: str) -> Look | None:
    """Return the newest look; None where there is none that can be read."""
    try:
        row = json.loads(shelf.get(f"{environment}.json"))
        return seen(datetime.fromisoformat(row["at"]), row)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def kept(ledgers: Iterable[str], environments: Sequence[str]) -> dict[str, Look]:
    """Return the newest look at each environment, from beside the ledger that has it."""
    seen = [(it, newest(beside(place), it)) for place in ledgers for it in environments]
    found = [(name, look) for name, look in seen if look is not None]
    return dict(sorted(found, key=lambda it: it[1].at))


def keep(shelf: Shelf, environment: str, look: Look) -> None:
    """Keep it as the newest.

    Raises:
        OSError: If that cannot be.
    """
    row = {"at": look.at.isoformat(), **look.told()}
    shelf.put(f"{environment}.json", json.dumps(row).encode())
