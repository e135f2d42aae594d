"""Changes of flags to the ledger, each exactly once."""

from collections.abc import Sequence
from typing import Any

from common.features.changes import Change
from common.ledger import Ledger, Moved, last
from common.ledger.events import Draft, Event

_TRIES = 20


def record(ledger: Ledger, waiting: Sequence[Change], run: str = "") -> None:
    """Write what waits; what another has written meanwhile is not written again.

    Raises:
        BadEvent, Moved, OSError: If it cannot be; some of them may be written.
    """
    events = ledger.read()
    for change in waiting:
        events = _with(_draft(change, run), ledger, events)


def _with(draft: Draft, ledger: Ledger, events: Sequence[Event]) -> Sequence[Event]:
    """Return the events with this one; who was first may have written the very same."""
    wanted = _told(draft)
    for _ in range(_TRIES):
        if any(event.draft.kind == "flag" and _told(event.draft) == wanted for event in events):
            return events
        try:
            return [*events, ledger.append(draft, last(events))]
        except Moved:
            events = ledger.read()
    raise Moved


def _draft(change: Change, run: str) -> Draft:
    ends = change.expires_at
    data = {"flag": change.flag, "old": change.old, "new": change.new, "reason": change.reason}
    data |= {"expires_at": ends.isoformat() if ends is not None else ""}
    return Draft(change.at, change.environment, "flag", change.actor, "", run, data)


def _told(draft: Draft) -> tuple[Any, ...]:
    return draft.at, draft.environment, draft.actor, dict(draft.data)
