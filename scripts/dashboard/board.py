"""What runs where, now: a pure function of the ledger, the flags and the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dashboard.story import Story, stories
from deploy.events import Break, Event, broken_at

Health = Literal["healthy", "ill", "unknown"]
FRESH = timedelta(minutes=30)  # an older observation says nothing about now


@dataclass(frozen=True, slots=True)
class Observation:
    """What a probe saw."""

    at: datetime
    version: str
    healthy: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Place:
    """One environment.

    Attributes:
        current: The newest deployment that serves people; None before the first.
        running: A deployment under way.
        observed: The newest observation, however old.
        health: Never `healthy` on an old observation.
        drift: Says how the observed version differs from the deployed one.
        back_to: The version that a rollback would bring; None where there is none.
        not_back: Why there is none.
    """

    name: str
    current: Story | None
    running: Story | None
    observed: Observation | None
    health: Health
    drift: str
    back_to: str | None
    not_back: str
    flags: Mapping[str, str]
    told: Sequence[Story]


@dataclass(frozen=True, slots=True)
class Board:
    """All the page shows.

    Attributes:
        anchor: The hash of the newest event.
        broken: Where the ledger was tampered with; then nothing on the page can be trusted.
        demonstration: Whether the ledger is made up.
    """

    at: datetime
    places: Sequence[Place]
    events: int
    anchor: str
    broken: Break | None
    demonstration: bool


def board(
    events: Sequence[Event],
    environments: Sequence[str],
    flags: Mapping[str, Mapping[str, str]],
    at: datetime,
) -> Board:
    """Return the state at `at`.

    Args:
        flags: Flag, then environment: on, off, killed or a percentage.
    """
    known = [event for event in events if event.draft.at <= at]
    return Board(
        at=at,
        places=[_place(known, name, flags, at) for name in environments],
        events=len(known),
        anchor=known[-1].hash if known else "",
        broken=broken_at(events),
        demonstration=any(it.draft.data.get("demonstration") is True for it in known),
    )


def _place(
    events: Sequence[Event], name: str, flags: Mapping[str, Mapping[str, str]], at: datetime
) -> Place:
    told = stories(events, name)
    served = [story for story in told if story.outcome == "deployed"]
    current = served[-1] if served else None
    running = told[-1] if told and told[-1].outcome == "under way" else None
    observed = _observed(events, name)
    back_to, not_back = _way_back(served, running)
    return Place(
        name=name,
        current=current,
        running=running,
        observed=observed,
        health=_health(observed, at),
        drift=_drift(current, observed, at),
        back_to=back_to,
        not_back=not_back,
        flags={flag: row[name] for flag, row in flags.items() if name in row},
        told=told,
    )


def _observed(events: Sequence[Event], name: str) -> Observation | None:
    for event in reversed(events):
        if event.draft.environment == name and event.draft.kind == "observation":
            data = event.draft.data
            version, detail = str(data.get("version", "")), str(data.get("detail", ""))
            return Observation(event.draft.at, version, data.get("health") == "healthy", detail)
    return None


def _health(observed: Observation | None, at: datetime) -> Health:
    if observed is None or at - observed.at > FRESH:
        return "unknown"
    return "healthy" if observed.healthy else "ill"


def _drift(current: Story | None, observed: Observation | None, at: datetime) -> str:
    if current is None or observed is None or at - observed.at > FRESH or not observed.version:
        return ""
    if observed.version == current.version:
        return ""
    return f"{observed.version} answers where {current.version} was deployed"


def _way_back(served: Sequence[Story], running: Story | None) -> tuple[str | None, str]:
    if running is not None:
        return None, "a deployment is under way: it rolls back by itself, or is stopped"
    if not served:
        return None, "nothing was deployed yet"
    earlier = [story for story in served[:-1] if story.version != served[-1].version]
    if not earlier:
        return None, "there is no earlier version"
    if earlier[-1].schema != served[-1].schema:
        return None, (
            f"{earlier[-1].version} was made for schema {earlier[-1].schema or 'unknown'}, "
            f"the database has {served[-1].schema or 'unknown'}: ask `python -m deploy verify`"
        )
    return earlier[-1].version, ""
