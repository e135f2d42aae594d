"""One deployment of an environment at a time: the ledger is also the lock."""

from collections.abc import Callable, Sequence

from common.ledger import Ledger, last
from common.ledger.events import Draft, Event, of_environment


class Locked(Exception):
    """A deployment of this environment is under way; `event` began it."""

    def __init__(self, event: Event) -> None:
        at = event.draft.at.strftime("%Y-%m-%d %H:%M UTC")
        super().__init__(
            f"{event.draft.deployment} is under way in {event.draft.environment}, "
            f"started by {event.draft.actor} at {at}."
        )
        self.event = event


def start(ledger: Ledger, draft: Draft, still_runs: Callable[[Event], bool]) -> Event:
    """Write `started`: the lock of an environment.

    Args:
        still_runs: Asks the platform about a deployment that has no `finished` event. What has
            ended there blocks nothing, however its program died.

    Raises:
        Locked: If a deployment is under way.
        Moved: If another writer was first: ask again.
    """
    events = ledger.read()
    running = open_deployment(events, draft.environment)
    if running is not None and still_runs(running):
        raise Locked(running)
    return ledger.append(draft, last(events))


def open_deployment(events: Sequence[Event], environment: str) -> Event | None:
    """Return the `started` event of the deployment that has not `finished`."""
    running: Event | None = None
    for event in of_environment(events, environment):
        if event.draft.kind == "started":
            running = event
        elif (
            event.draft.kind == "finished"
            and running is not None
            and event.draft.deployment == running.draft.deployment
        ):
            running = None
    return running
