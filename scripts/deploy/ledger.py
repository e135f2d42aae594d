"""The ledger's port: events are added at its end by one writer at a time, and never changed."""

from collections.abc import Callable, Sequence
from typing import Protocol

from deploy.events import Draft, Event, of_environment

_TRIES = 20


class Moved(Exception):
    """Another writer was first: read again, and decide again."""


class Locked(Exception):
    """A deployment of this environment is under way; `event` began it."""

    def __init__(self, event: Event) -> None:
        at = event.draft.at.strftime("%Y-%m-%d %H:%M UTC")
        super().__init__(
            f"{event.draft.deployment} is under way in {event.draft.environment}, "
            f"started by {event.draft.actor} at {at}."
        )
        self.event = event


class Ledger(Protocol):
    """Where events are kept; `ledger_file` and `ledger_s3` are two such places."""

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
            return ledger.append(draft, _last(ledger.read()))
        except Moved:
            continue
    return ledger.append(draft, _last(ledger.read()))


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
    return ledger.append(draft, _last(events))


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


def _last(events: Sequence[Event]) -> Event | None:
    return events[-1] if events else None
