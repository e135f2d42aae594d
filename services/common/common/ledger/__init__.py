"""The ledger's port: events are added at its end by one writer at a time, and never changed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from common.ledger.events import Draft, Event

if TYPE_CHECKING:  # a ledger in a file needs nothing of AWS
    from common.aws.signing import Credentials

_TRIES = 20


class Moved(Exception):
    """Another writer was first: read again, and decide again."""


class Ledger(Protocol):
    """Where events are kept; `file` and `s3` are two such places."""

    def read(self) -> Sequence[Event]:
        """Return all events in order.

        Raises:
            BadEvent: Names the first record that is none.
            OSError: If they cannot be read.
        """
        ...

    def append(self, draft: Draft, after: Event | None) -> Event:
        """Add the event that follows `after`, and return it once it is kept for good.

        Raises:
            Moved: If the last event is another; nothing was added.
            OSError: If it cannot be written.
        """
        ...


def add(ledger: Ledger, draft: Draft) -> Event:
    """Add an event that holds whatever else happened, as an observation does.

    Raises:
        Moved: If others were first each of twenty times.
    """
    for _ in range(_TRIES - 1):
        try:
            return ledger.append(draft, last(ledger.read()))
        except Moved:
            continue
    return ledger.append(draft, last(ledger.read()))


def last(events: Sequence[Event]) -> Event | None:
    """Return the newest event; None of an empty ledger."""
    return events[-1] if events else None


def opened(where: str, region: str = "", who: "Callable[[], Credentials] | None" = None) -> Ledger:
    """Return the ledger at `s3://bucket/folder` or in a file.

    Args:
        who: For S3: who asks; by default the task's role, or what the environment says.

    Raises:
        OSError: If the address is none.
    """
    if not where.startswith("s3://"):
        from common.ledger.file import FileLedger

        return FileLedger(Path(where))
    from common.aws.credentials import credentials
    from common.aws.s3 import bucket_at
    from common.ledger.s3 import S3Ledger

    return S3Ledger(bucket_at(where, region, who or credentials))
