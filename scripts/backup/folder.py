"""Copies in a folder of this machine."""

import os
import tempfile
from pathlib import Path


class Folder:
    """A storage of `copies` in a folder, which is made when the first copy comes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, body: bytes) -> None:
        """Store a file under its name only once all of it is on the disk."""
        self._path.mkdir(parents=True, exist_ok=True)
        write_whole(self._path / name, body)

    def get(self, name: str) -> bytes:
        """Return a file."""
        return (self._path / name).read_bytes()

    def names(self) -> list[str]:
        """Return the names of all files."""
        return [path.name for path in self._path.iterdir()] if self._path.is_dir() else []


def write_whole(path: Path, body: bytes) -> None:
    """Write a file that is there whole or not at all, even when the power goes.

    Raises:
        OSError: If it cannot be written; nothing is left behind then.
    """
    number, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
