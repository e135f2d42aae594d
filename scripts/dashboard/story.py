"""Deployments as the ledger's events tell them: everything the page says about one of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from deploy.events import Event, of_environment

Outcome = Literal["deployed", "rolled back", "failed", "under way"]


@dataclass(frozen=True, slots=True)
class Commit:
    """A change that a deployment brought."""

    sha: str
    at: datetime
    subject: str


@dataclass(slots=True)
class Story:
    """One deployment.

    Attributes:
        trigger: push, manual, rollback or hotfix.
        stage: The last step that was told.
        production_weight, test_weight: Of the new version, in percent.
        reached_people: Whether production traffic ever went to it.
        verdict: PASS, FAIL or INCONCLUSIVE of the time under watch.
        pipeline: build_seconds, coverage, tests, failures: what the run measured.
        seq, hash: Of its last event.
    """

    name: str
    environment: str
    version: str
    revision: str
    actor: str
    run: str
    trigger: str
    started: datetime
    schema: str = ""
    approver: str = ""
    commits: tuple[Commit, ...] = ()
    finished: datetime | None = None
    outcome: Outcome = "under way"
    reason: str = ""
    stage: str = ""
    steps: list[tuple[str, datetime, str]] = field(default_factory=list)
    production_weight: int = 0
    test_weight: int = 0
    reached_people: bool = False
    shifted: datetime | None = None
    smoke: tuple[int, int] | None = None
    verdict: str = ""
    pipeline: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    hash: str = ""

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it is under way."""
        return (self.finished - self.started).total_seconds() if self.finished else None


def stories(events: Sequence[Event], environment: str) -> list[Story]:
    """Return the deployments of an environment in the order in which they began."""
    found: dict[str, Story] = {}
    for event in of_environment(events, environment):
        if event.draft.kind == "started":
            found[event.draft.deployment] = _begun(event)
        story = found.get(event.draft.deployment)
        if story is not None:
            _tell(story, event)
    return list(found.values())


def _begun(event: Event) -> Story:
    data = event.draft.data
    return Story(
        name=event.draft.deployment,
        environment=event.draft.environment,
        version=str(data.get("version", "unknown")),
        revision=str(data.get("revision", "")),
        actor=event.draft.actor,
        run=event.draft.run,
        trigger=str(data.get("trigger", "push")),
        started=event.draft.at,
        schema=str(data.get("schema", "")),
        commits=tuple(_commits(data.get("commits", ()))),
        pipeline=data.get("pipeline", {}),
    )


def _commits(rows: Any) -> Iterator[Commit]:
    for row in rows:
        yield Commit(str(row["sha"]), datetime.fromisoformat(row["at"]), str(row["subject"]))


def _tell(story: Story, event: Event) -> None:
    """Add what one event says."""
    data = event.draft.data
    story.seq, story.hash = event.seq, event.hash
    match event.draft.kind:
        case "approval":
            story.approver = event.draft.actor
        case "step":
            story.stage = str(data.get("step", ""))
            story.steps.append((story.stage, event.draft.at, str(data.get("outcome", ""))))
        case "traffic":
            story.production_weight = int(data.get("production", 0))
            story.test_weight = int(data.get("test", 0))
            if story.production_weight and not story.reached_people:
                story.reached_people, story.shifted = True, event.draft.at
        case "smoke":
            story.smoke = (int(data.get("passed", 0)), int(data.get("failed", 0)))
        case "verdict":
            story.verdict = str(data.get("verdict", ""))
            story.reason = str(data.get("reason", ""))
        case "finished":
            story.finished = event.draft.at
            story.outcome = data.get("outcome", "failed")
            story.reason = str(data.get("reason", story.reason))
