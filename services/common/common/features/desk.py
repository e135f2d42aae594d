"""Turning a flag, as the command line and the chat do it: the change first, then the ledger.

A flag is turned in trouble, and then the ledger may be out of reach too. So the change counts as
soon as it is written; the ledger hears of it at once, or from the next who reaches it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from common.features.changes import Sheet, recorded, turned
from common.features.recording import record
from common.features.shelves import Shelf
from common.features.turning import Act, Turn
from common.ledger import Ledger, Moved
from common.ledger.events import BadEvent


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of it.

    Attributes:
        old, new: on, off, killed or a percentage.
        expires_at: When it lapses; None where the flag was given back to the table.
        waiting: Why the ledger does not know yet; empty when it does.
    """

    old: str
    new: str
    expires_at: datetime | None
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Attributes: ledger: Opens it; None where none is named."""

    shelf: Shelf
    ledger: Callable[[], Ledger] | None = None
    run: str = ""

    def turn(self, turn: Turn, act: Act) -> Turned:
        """Turn a flag.

        Raises:
            BadOverrides: If it may not be.
            OSError: If it cannot be kept; then nothing was turned.
        """
        sheet = self.shelf.change(lambda before: turned(before, turn, act))
        change = sheet.unrecorded[-1]
        return Turned(change.old, change.new, change.expires_at, self.record(sheet))

    def record(self, sheet: Sheet | None = None) -> str:
        """Bring what waits to the ledger; say why it still waits, or nothing."""
        waiting = (sheet or self.shelf.read()).unrecorded
        if not waiting:
            return ""
        if self.ledger is None:
            return "no ledger is named"
        try:
            record(self.ledger(), waiting, self.run)
            self.shelf.change(lambda before: recorded(before, waiting))
        except (BadEvent, Moved, OSError) as error:
            return str(error) or type(error).__name__
        return ""
