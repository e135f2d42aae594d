"""The story of one deployment while it happens: to the ledger, and to whoever watches.

Whatever is written is also the fence: once another deployment has begun, this one may not go on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.ledger import Ledger, Moved
from common.ledger.events import Draft, Event, Kind
from deploy.endings import Superseded
from deploy.ledger import open_deployment
from deploy.pace import Clock

_TRIES = 20


@dataclass(frozen=True, slots=True)
class Teller:
    """Who does it: a person's or a workflow's name, and the address of the pipeline's run."""

    actor: str
    run: str = ""


@dataclass(frozen=True, slots=True)
class Tale:
    """Attributes: say: Takes a line for a person."""

    ledger: Ledger
    clock: Clock
    environment: str
    deployment: str
    teller: Teller
    say: Callable[[str], None]

    def tell(self, kind: Kind, **data: Any) -> Event:
        """Write what happened; what was told already, in the same words, is not told twice.

        Raises:
            Superseded: If another deployment of the environment has begun.
            OSError: If it cannot be written.
        """
        for _ in range(_TRIES):
            events = self.ledger.read()
            mine = open_deployment(events, self.environment)
            if mine is None or mine.draft.deployment != self.deployment:
                raise Superseded(f"{self.deployment} is not the deployment under way any more.")
            for event in events[mine.seq :]:
                told = (event.draft.deployment, event.draft.kind, dict(event.draft.data))
                if told == (self.deployment, kind, data):
                    return event
            try:
                return self.ledger.append(self.draft(kind, data), events[-1])
            except Moved:
                continue
        raise OSError("Others write to the ledger without a pause.")

    def draft(self, kind: Kind, data: dict[str, Any]) -> Draft:
        """Return an event of this deployment, now."""
        at, teller = self.clock.now(), self.teller
        return Draft(at, self.environment, kind, teller.actor, self.deployment, teller.run, data)

    def heard(self, kind: Kind) -> list[dict[str, Any]]:
        """Return what was told of one kind, in order."""
        return [
            dict(event.draft.data)
            for event in self.ledger.read()
            if event.draft.deployment == self.deployment and event.draft.kind == kind
        ]

    def since(self, kind: Kind, **data: Any) -> datetime | None:
        """Return when this was told first; None: never."""
        for event in self.ledger.read():
            told = (event.draft.deployment, event.draft.kind, dict(event.draft.data))
            if told == (self.deployment, kind, data):
                return event.draft.at
        return None
