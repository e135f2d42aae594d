"""Where overrides are kept: a file, or a parameter of AWS; changed as one step by one at a time."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from common.features.changes import Sheet, read_sheet, write_sheet
from common.features.overrides import BadOverrides

PARAMETER = "ssm:"  # an address that begins so names a parameter, as in ssm:/folder/flags
_MOST_BYTES = 256 * 1024


class Shelf(Protocol):
    """Keeps one sheet."""

    def read(self) -> Sheet:
        """Return it; nothing there is nothing turned.

        Raises:
            BadOverrides: If it is not what it must be.
            OSError: If it cannot be read.
        """
        ...

    def change(self, turn: Callable[[Sheet], Sheet]) -> Sheet:
        """Replace it as one step; two who change it at once come one after the other.

        Raises:
            BadOverrides: If what is there, or what would be, is wrong; all stays as it is.
            OSError: If it cannot be written.
        """
        ...


class FileShelf:
    """A sheet in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Sheet:
        return read_sheet(content(self._path))

    def change(self, turn: Callable[[Sheet], Sheet]) -> Sheet:
        import fcntl  # absent on Windows, where nothing but this needs it

        path = self._path
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path.with_suffix(".lock"), "a", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            sheet = turn(self.read())
            text = write_sheet(sheet)
            read_sheet(text)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.chmod(name, 0o644)  # nosec B103: the programs run as another user
                os.replace(name, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(name)
                raise
        return sheet


def content(path: Path) -> str:
    """Return a file's text; empty where there is none.

    Raises:
        BadOverrides: If it is larger than any sheet.
        OSError: If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            found = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return ""
    if len(found) > _MOST_BYTES:
        raise BadOverrides(f"The file is larger than {_MOST_BYTES // 1024} KiB.")
    return found.decode("utf-8", errors="replace")


def shelf_at(address: str) -> Shelf:
    """Return the shelf at `ssm:/name` or in a file."""
    if not address.startswith(PARAMETER):
        return FileShelf(Path(address))
    from common.features.parameter import ParameterShelf  # needs what makes signed calls

    return ParameterShelf.at(address.removeprefix(PARAMETER))
