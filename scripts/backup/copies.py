"""What a copy is called and how it is packed, so that half of one can never be taken for one.

The name holds the SHA-256 of the file: a copy that was cut off or changed does not fit its name.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

Kind = Literal["sqlite", "postgresql"]
_NAME = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{64})\.(sqlite|postgresql)\.gz")


class BadCopy(Exception):
    """The sentence says why this is no copy to restore from."""


class Storage(Protocol):
    """Where copies are. All raise OSError when it cannot be reached."""

    def put(self, name: str, body: bytes) -> None:
        """Store a file, whole or not at all."""
        ...

    def get(self, name: str) -> bytes:
        """Return a file; raises FileNotFoundError if there is none."""
        ...

    def names(self) -> list[str]:
        """Return the names of all files there."""
        ...


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy by its name.

    Attributes:
        at: When it was made.
        sha256: Of the packed file, in hex.
    """

    at: datetime
    sha256: str
    kind: Kind

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"{self.at:%Y%m%dT%H%M%SZ}-{self.sha256}.{self.kind}.gz"


def pack(content: bytes, kind: Kind, at: datetime) -> tuple[Copy, bytes]:
    """Return the copy and the bytes of its file; `at` is an aware time."""
    packed = gzip.compress(content, compresslevel=6, mtime=0)
    copy = Copy(at.astimezone(UTC).replace(microsecond=0), _sha256(packed), kind)
    return copy, packed


def unpack(name: str, packed: bytes) -> tuple[Copy, bytes]:
    """Return the copy and what was packed.

    Raises:
        BadCopy: If the name is no copy's, or the content is not what the name says.
    """
    copy = read_name(name)
    if copy is None:
        raise BadCopy(f"{name} is not the name of a copy.")
    if _sha256(packed) != copy.sha256:
        raise BadCopy(f"{name} was cut off or changed: its content does not fit its name.")
    return copy, gzip.decompress(packed)


def read_name(name: str) -> Copy | None:
    """Return the copy that a file's name tells of; None: it is no copy."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    at = datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return Copy(at, match[2], "sqlite" if match[3] == "sqlite" else "postgresql")


def listed(storage: Storage) -> list[Copy]:
    """Return the copies in a storage, the newest first; other files are passed over."""
    found = [copy for copy in map(read_name, storage.names()) if copy is not None]
    return sorted(found, key=lambda copy: copy.at, reverse=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
