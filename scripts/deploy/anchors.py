"""The newest hash of each ledger, to be kept where whoever writes a ledger cannot reach.

A run's summary and the message of a release's tag are such places. The lines name the ledger's
folder alone: an account's number is nobody's business.
"""

import os
from collections.abc import Iterator, Sequence

from common.ledger import opened
from common.ledger.events import BadEvent
from deploy.history import head_of


def ledgers() -> list[str]:
    """Return the ledgers that the environment names (DEPLOY_LEDGERS, DEPLOY_LEDGER)."""
    told = os.environ
    return (told.get("DEPLOY_LEDGERS") or told.get("DEPLOY_LEDGER") or "").split()


def anchors(places: Sequence[str]) -> Iterator[str]:
    """Yield a line for each ledger; one out of reach says so, and stops nobody."""
    for place in places:
        name = place.rstrip("/").rpartition("/")[2]
        try:
            events = opened(place).read()
        except (BadEvent, OSError) as error:
            yield f"Ledger {name}: not anchored ({type(error).__name__})"
        else:
            yield f"Ledger {name}: {len(events)} events, head {head_of(events)}"
