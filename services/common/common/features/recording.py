"""Changes of flags to the ledger, each exactly once."""

from collections.abc import Sequence
from typing import Any

from common.features.changes import Change
from common.ledger import Ledger, add
from common.ledger.events import Draft, Event


def record(ledger: Ledger, waiting: Sequence[Change], run: str = "") -> None:
    """Write what waits; what another has written meanwhile is not written again.

    Raises:
        BadEvent, Moved, OSError: If it cannot be; some of them may be written.
    """
    known = [_told(event) for event in ledger.read() if event.draft.kind == "flag"]
    for change in waiting:
        draft = _draft(change, run)
        if (draft.at, draft.environment, draft.actor, dict(draft.data)) not in known:
            add(ledger, draft)


def _draft(change: Change, run: str) -> Draft:
    ends = change.expires_at
    data = {"flag": change.flag, "old": change.old, "new": change.new, "reason": change.reason}
    data |= {"expires_at": ends.isoformat() if ends is not None else ""}
    return Draft(change.at, change.environment, "flag", change.actor, "", run, data)


def _told(event: Event) -> tuple[Any, ...]:
    draft = event.draft
    return draft.at, draft.environment, draft.actor, dict(draft.data)
