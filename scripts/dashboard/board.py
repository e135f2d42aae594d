"""What runs where, now: a pure function of the ledger, the flags and the time."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.condition import Condition
from common.features.changes import Change
from common.ledger.events import Break, Event, broken_at
from dashboard.measures import Share
from dashboard.story import Story, stories
from dashboard.told import SKEW
from dashboard.turned import changes
from monitoring.looks import Look, looks, share_well

FRESH = timedelta(minutes=30)  # an older observation says nothing about now
LOOKED_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Place:
    """One environment.

    Attributes:
        current: The newest deployment that serves people; None before the first.
        running: A deployment under way.
        observed: The newest look at it, however old.
        health: `unknown` where the newest look is old.
        looked: How often it was looked at in the last days, and how often it was well.
        drift: Says how the observed version differs from the deployed one.
        back_to: The version that a rollback would bring; None where there is none, empty for what
            ran before that which is under way.
        not_back: Why there is none.
    """

    name: str
    current: Story | None
    running: Story | None
    observed: Look | None
    health: Condition
    looked: Share
    drift: str
    back_to: str | None
    not_back: str
    flags: Mapping[str, str]
    told: Sequence[Story]
    seen: Sequence[Look]


@dataclass(frozen=True, slots=True)
class Board:
    """All the page shows.

    Attributes:
        turned: Flags that somebody turned, the newest first.
        heads: The hash of each ledger's newest event.
        broken: Where the ledger was tampered with; then nothing on the page can be trusted.
        demonstration: Whether the ledger is made up.
    """

    at: datetime
    places: Sequence[Place]
    events: int
    turned: Sequence[Change]
    heads: Sequence[str]
    broken: Break | None
    demonstration: bool


def merged(chains: Sequence[Sequence[Event]]) -> list[Event]:
    """Return the events of all ledgers, by time; each ledger keeps its own order."""
    return list(heapq.merge(*chains, key=lambda event: event.draft.at))


def board(
    chains: Sequence[Sequence[Event]],
    environments: Sequence[str],
    flags: Mapping[str, Mapping[str, str]],
    at: datetime,
    newest: Mapping[str, Look] | None = None,
) -> Board:
    """Return the state at `at`.

    Args:
        chains: The events of each ledger.
        flags: Flag, then environment: on, off, killed or a percentage.
        newest: The newest look at each environment, where it is kept beside the ledger.
    """
    known = [event for event in merged(chains) if event.draft.at <= at + SKEW]
    return Board(
        at=at,
        places=[_place(known, name, flags, at, (newest or {}).get(name)) for name in environments],
        events=len(known),
        turned=list(changes(known))[::-1],
        heads=[chain[-1].hash for chain in chains if chain],
        broken=next(filter(None, map(broken_at, chains)), None),
        demonstration=any(it.draft.data.get("demonstration") is True for it in known),
    )


def _place(
    events: Sequence[Event],
    name: str,
    flags: Mapping[str, Mapping[str, str]],
    at: datetime,
    newest: Look | None,
) -> Place:
    told = stories(events, name)
    served = [story for story in told if story.outcome == "deployed"]
    current = served[-1] if served else None
    running = told[-1] if told and told[-1].outcome == "under way" else None
    seen = list(looks(events, name))
    kept = [it for it in (*seen[-1:], newest) if it is not None and it.at <= at + SKEW]
    observed = max(kept, key=lambda it: it.at, default=None)
    back_to, not_back = _way_back(served, running)
    return Place(
        name=name,
        current=current,
        running=running,
        observed=observed,
        health=_health(observed, at),
        looked=share_well(seen, observed, at - LOOKED_BACK),
        drift=_drift(current, observed, at),
        back_to=back_to,
        not_back=not_back,
        flags={flag: row[name] for flag, row in flags.items() if name in row},
        told=told,
        seen=seen,
    )


def _health(observed: Look | None, at: datetime) -> Condition:
    if observed is None or at - observed.at > FRESH:
        return "unknown"
    return observed.condition


def _drift(current: Story | None, observed: Look | None, at: datetime) -> str:
    """Say what answers where something else was deployed: by digest, or by version."""
    if current is None or observed is None or at - observed.at > FRESH:
        return ""
    if observed.digest and current.images:
        same = observed.digest in current.images.values()
    else:
        same = observed.version in ("", current.version)
    if same:
        return ""
    found = observed.version or observed.digest[:19]
    return f"{found} answers where {current.version} was deployed"


def _way_back(served: Sequence[Story], running: Story | None) -> tuple[str | None, str]:
    if running is not None and running.trigger == "rollback":
        return None, f"{running.version} is coming back already"
    if running is not None:
        return "", ""
    if not served:
        return None, "nothing was deployed yet"
    if served[-1].trigger == "rollback":  # the one before it is what did not work
        return None, f"{served[-1].version} came back already; another version must be named"
    earlier = [story for story in served[:-1] if story.version != served[-1].version]
    if not earlier:
        return None, "there is no earlier version"
    if _left_behind(earlier[-1], served):
        return None, (
            f"{earlier[-1].version} was made for schema {earlier[-1].schema or 'unknown'}, "
            f"the database has {served[-1].schema or 'unknown'}, and it never goes back"
        )
    return earlier[-1].version, ""


def _left_behind(earlier: Story, served: Sequence[Story]) -> bool:
    """Say whether steps that the database has taken are too much for an earlier program."""
    oldest = [it.oldest_program for it in served if it.oldest_program is not None]
    if oldest and earlier.schema.isdecimal():
        return int(earlier.schema) < max(oldest)
    return earlier.schema != served[-1].schema
