"""The record that a release was shown to work in an environment: an event of its ledger.

`finished: deployed` is not enough: the smoke tests that follow it may still fail. `validated` is
written once they have passed, and holds what was shown: the tree and the digests.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from common.ledger import Ledger, add
from common.ledger.events import Draft, Event, broken_at, of_environment
from deploy.apply import deployed, release_of
from deploy.plan import Refused
from deploy.release import Release
from deploy.tale import Teller

STAGING = "staging"


def record(
    ledger: Ledger, environment: str, release: Release, teller: Teller, now: datetime
) -> Event:
    """Write down that what was deployed last has passed its smoke tests; once is enough.

    Raises:
        Refused: If something else was deployed last.
    """
    events = ledger.read()
    done = deployed(events, environment)
    if not done or release_of(done[-1]).identity != release.identity:
        raise Refused(f"{release.version} is not what was deployed to {environment} last.")
    name = done[-1].draft.deployment
    for event in of_environment(events, environment):
        if event.draft.kind == "validated" and event.draft.deployment == name:
            return event
    data = {"version": release.version, "tree": release.tree, "images": digests(release)}
    draft = Draft(now, environment, "validated", teller.actor, name, teller.run, data)
    return add(ledger, draft)


def shown(events: Sequence[Event], tree: str) -> Event:
    """Return the `started` event of the newest deployment that staging has shown of a content.

    Args:
        events: Staging's ledger.
        tree: Git's name of the content, which a merge does not change.

    Raises:
        Refused: If the ledger was tampered with, or has no such record, or it was taken back.
    """
    if (found := broken_at(events)) is not None:
        raise Refused(f"Staging's ledger is broken at event {found.seq}: {found.reason}.")
    begun = {it.draft.deployment: it for it in deployed(events, STAGING)}
    for event in reversed(list(of_environment(events, STAGING))):
        data = event.draft.data
        started = begun.get(event.draft.deployment)
        if event.draft.kind != "validated" or data["tree"] != tree or started is None:
            continue
        release = release_of(started)
        if release.tree != tree or digests(release) != dict(data["images"]):
            raise Refused(f"The record of {event.draft.deployment} is about other images.")
        if back := next(_taken_back(events, started), None):
            raise Refused(
                f"{release.version} was taken back from staging by {back.draft.actor}: "
                "deploy it there again, or go on with something better."
            )
        return started
    raise Refused(
        f"Staging has not shown the content {tree[:12]}: its smoke tests must have passed there. "
        f"What it has shown: {', '.join(_versions(events)) or 'nothing'}."
    )


def digests(release: Release) -> dict[str, str]:
    """Return the digest of each program."""
    return {name: image.digest for name, image in sorted(release.images.items())}


def _taken_back(events: Sequence[Event], started: Event) -> Iterator[Event]:
    images: Mapping[str, str] = {
        name: image.reference for name, image in release_of(started).images.items()
    }
    for event in events[started.seq :]:
        back = event.draft.kind == "started" and event.draft.data["trigger"] == "rollback"
        if back and dict(event.draft.data["before"]) == images:
            yield event


def _versions(events: Sequence[Event]) -> list[str]:
    found = [it.draft.data["version"] for it in events if it.draft.kind == "validated"]
    return list(dict.fromkeys(reversed(found)))[:3]
