"""`python -m deploy history`: what was deployed where, and whether the story is whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.ledger.events import Event, of_environment

ENVIRONMENTS = ("staging", "production")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment as the ledger tells it.

    Attributes:
        version: What was deployed.
        outcome: deployed, rolled back, failed, or empty while it is under way.
        finished: None while it is under way.
    """

    name: str
    environment: str
    version: str
    actor: str
    started: datetime
    finished: datetime | None
    outcome: str
    reason: str
    run: str


def deployments(events: Sequence[Event], environment: str) -> Iterator[Deployment]:
    """Yield the deployments of an environment, the newest first."""
    mine = list(of_environment(events, environment))
    ends = {it.draft.deployment: it for it in mine if it.draft.kind == "finished"}
    for event in reversed(mine):
        if event.draft.kind != "started":
            continue
        end = ends.get(event.draft.deployment)
        yield Deployment(
            name=event.draft.deployment,
            environment=environment,
            version=str(event.draft.data.get("version", "unknown")),
            actor=event.draft.actor,
            started=event.draft.at,
            finished=end.draft.at if end is not None else None,
            outcome=str(end.draft.data.get("outcome", "")) if end is not None else "",
            reason=str(end.draft.data.get("reason", "")) if end is not None else "",
            run=event.draft.run,
        )


def head_of(events: Sequence[Event]) -> str:
    """Return the newest hash, which vouches for all before it."""
    return events[-1].hash if events else "none"


def table(rows: Sequence[Deployment]) -> str:
    """Return the deployments as lines for a terminal."""
    if not rows:
        return "Nothing was deployed yet."
    cells = [("version", "started", "took", "by", "outcome")]
    cells += [
        (row.version, f"{row.started:%Y-%m-%d %H:%M}", _took(row), row.actor, _outcome(row))
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _took(row: Deployment) -> str:
    if row.finished is None:
        return ""
    minutes, seconds = divmod(round((row.finished - row.started).total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _outcome(row: Deployment) -> str:
    outcome = row.outcome or "under way"
    return f"{outcome}: {row.reason}" if row.reason else outcome
