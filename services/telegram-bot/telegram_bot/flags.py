"""The port to the desk where flags are turned, in the words of `common.features`."""

from typing import Protocol

from common.features.changes import Sheet
from common.features.desk import Turned
from common.features.overrides import BadOverrides
from common.features.turning import Act, Turn


class FlagDesk(Protocol):
    """Where this environment's flags are turned."""

    async def sheet(self) -> Sheet:
        """Return what is turned now.

        Raises:
            BadOverrides, OSError: If that cannot be read.
        """
        ...

    async def turn(self, turn: Turn, act: Act) -> Turned:
        """Turn a flag; this program knows at once.

        Raises:
            BadOverrides: If it may not be.
            OSError: If it cannot be kept; then nothing was turned.
        """
        ...


class ClosedDesk:
    """A desk where nothing can be turned, because no place for it is named."""

    async def sheet(self) -> Sheet:
        """Return that nothing is turned."""
        return Sheet({})

    async def turn(self, turn: Turn, act: Act) -> Turned:
        """Refuse."""
        raise BadOverrides("FLAG_OVERRIDES names no place where flags can be turned.")
