"""Looks at an environment: what each saw, and which of them the ledger has to know of.

A look every quarter of an hour would be 35,000 events a year. The ledger gets one when something
has changed, and one a day; each says how many looks it stands for. The newest look is kept beside
the ledger, where it may be overwritten.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from common.condition import Condition, read
from common.ledger.events import Event, of_environment
from dashboard.measures import Share
from dashboard.told import count

EVERY = timedelta(days=1)
MOST_A_DAY = 24  # what goes up and down all day is one story, not a hundred


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen.

    Attributes:
        version, digest: What answered; empty where it did not say.
        detail: For a person.
        count, well: The looks that it stands for, itself among them, and those that were healthy.
    """

    at: datetime
    condition: Condition
    version: str = ""
    digest: str = ""
    detail: str = ""
    count: int = 1
    well: int = 0

    def told(self) -> dict[str, Any]:
        """Return it as an event of the ledger holds it."""
        rows = asdict(self)
        return {"health": rows.pop("condition"), **{k: rows[k] for k in rows if k != "at"}}


def seen(at: datetime, data: Mapping[str, Any]) -> Look:
    """Return the look that an event or a note holds; what is missing is not known."""
    condition = read(data.get("health"))
    return Look(
        at=at,
        condition=condition,
        version=str(data.get("version", "")),
        digest=str(data.get("digest", "")),
        detail=str(data.get("detail", "")),
        count=count(data.get("count", 1)),
        well=count(data.get("well", int(condition == "healthy"))),
    )


def looks(events: Sequence[Event], environment: str) -> Iterator[Look]:
    """Yield what the ledger says of an environment's health, in its order."""
    for event in of_environment(events, environment):
        if event.draft.kind == "observation":
            yield seen(event.draft.at, event.draft.data)


def added(look: Look, newest: Look | None, told: Sequence[Look]) -> Look:
    """Return the look standing for those since the last that the ledger knows, too.

    Args:
        newest: The look before, as it was kept.
        told: Those that the ledger knows.
    """
    well = int(look.condition == "healthy")
    known = told[-1].at if told else None
    if newest is None or (known is not None and newest.at <= known):
        return replace(look, count=1, well=well)
    return replace(look, count=newest.count + 1, well=newest.well + well)


def is_news(look: Look, told: Sequence[Look]) -> bool:
    """Say whether the ledger has to know of it."""
    if not told or look.at - told[-1].at >= EVERY:
        return True
    before = told[-1]
    changed = (look.condition, look.digest) != (before.condition, before.digest)
    return changed and sum(it.at > look.at - EVERY for it in told) < MOST_A_DAY


def share_well(told: Sequence[Look], newest: Look | None, since: datetime) -> Share:
    """Return how many looks since then were healthy."""
    every = [it for it in told if it.at >= since]
    if newest is not None and newest.at >= since and (not told or newest.at > told[-1].at):
        every.append(newest)
    return Share(sum(it.well for it in every), sum(it.count for it in every))
