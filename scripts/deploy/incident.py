"""`python -m deploy incident`: write down that somebody had to step in for a deployment.

A rollback and a hotfix say so by themselves; what was mended in another way nobody would know of.
"""

from datetime import datetime

from common.ledger import Ledger, add
from common.ledger.events import Draft, Event
from deploy.history import deployments
from deploy.tale import Teller


class NoSuchDeployment(LookupError):
    """The sentence says which deployments there are."""


def incident(
    ledger: Ledger, environment: str, name: str, reason: str, teller: Teller, at: datetime
) -> Event:
    """Write it, and return the event.

    Args:
        name: The deployment; empty for the newest.

    Raises:
        NoSuchDeployment: If the ledger has none.
        BadEvent, Moved, OSError: If it cannot be written.
    """
    known = [it.name for it in deployments(ledger.read(), environment)]
    if not known or name not in ("", *known):
        there = ", ".join(known[:5]) or "none at all"
        raise NoSuchDeployment(f"{environment} has no deployment {name!r}; the newest are {there}.")
    who, told = teller.actor, {"reason": reason}
    draft = Draft(at, environment, "incident", who, name or known[0], teller.run, told)
    return add(ledger, draft)
