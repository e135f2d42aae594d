"""Deployments as the ledger's events tell them: everything the page says about one of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any, Literal, cast, get_args

from common.ledger.events import Event, of_environment
from dashboard.told import count, rows, words

Outcome = Literal["deployed", "rolled back", "failed", "under way"]
_WATCHED = ("bake_time", "bake", "watch")  # the stage of ECS, and steps by hand
# Where nothing outside may ask, no weight is told: these stages of ECS say that people are served.
_WITH_PEOPLE = ("PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME")
_WORSE = ("PASS", "INCONCLUSIVE", "FAIL")


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
        images: The digest of each program.
        stage: The last step that was told.
        production_weight, test_weight: Of the new version, in percent.
        reached_people: Whether production traffic ever went to it.
        shifted: When that began.
        smoke: How many passed and failed, of all its programs.
        verdict: PASS, FAIL or INCONCLUSIVE of the time under watch: of several programs the worst.
        incident: What somebody had to step in for; empty for nothing.
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
    oldest_program: int | None = None
    images: Mapping[str, str] = field(default_factory=dict)
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
    smokes: dict[str, tuple[int, int]] = field(default_factory=dict)
    verdict: str = ""
    incident: str = ""
    pipeline: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    hash: str = ""

    @property
    def smoke(self) -> tuple[int, int] | None:
        """Passed and failed; None where nothing was asked."""
        if not self.smokes:
            return None
        passed, failed = zip(*self.smokes.values(), strict=True)
        return sum(passed), sum(failed)

    def watched(self) -> Iterator[tuple[datetime, datetime | None]]:
        """Yield when it was under watch; the end is None while it is."""
        for (name, at, _), after in zip_longest(self.steps, self.steps[1:]):
            if name.rpartition(" ")[2].lower() in _WATCHED:
                yield at, after[1] if after is not None else self.finished


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
        oldest_program=_oldest_program(data.get("release")),
        images=dict(_images(data.get("release"))),
        commits=tuple(_commits(data.get("commits"))),
        pipeline=words(data.get("pipeline")),
    )


def _images(release: Any) -> Iterator[tuple[str, str]]:
    for name, image in words(words(release).get("images")).items():
        yield str(name), str(words(image).get("digest", ""))


def _oldest_program(release: Any) -> int | None:
    found = words(words(release).get("schema")).get("oldest_program")
    return found if isinstance(found, int) else None


def _commits(found: Any) -> Iterator[Commit]:
    for row in rows(found):
        with suppress(KeyError, TypeError, ValueError):
            at = datetime.fromisoformat(row["at"])
            if at.tzinfo is not None:
                yield Commit(str(row["sha"]), at, str(row.get("subject", "")))


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
            if story.stage.rpartition(" ")[2] in _WITH_PEOPLE:
                _reached(story, event.draft.at)
        case "traffic" if not data.get("back"):
            story.production_weight = count(data.get("production"))
            story.test_weight = count(data.get("test"))
            if story.production_weight:
                _reached(story, event.draft.at)
        case "smoke":
            counts = (count(data.get("passed")), count(data.get("failed")))
            story.smokes[str(data.get("service", ""))] = counts
        case "verdict":
            said = str(data.get("verdict", ""))
            if _rank(said) >= _rank(story.verdict):
                story.verdict, story.reason = said, str(data.get("reason", ""))
        case "incident":
            story.incident = str(data.get("reason", "an incident"))
        case "finished":
            story.finished = event.draft.at
            story.outcome = _outcome(data.get("outcome"))
            if story.outcome == "deployed":
                _reached(story, event.draft.at)
            story.reason = str(data.get("reason") or story.reason)


def _outcome(said: Any) -> Outcome:
    """What ended in a way that nobody knows has failed."""
    for known in get_args(Outcome):
        if said == known:
            return cast(Outcome, known)
    return "failed"


def _reached(story: Story, at: datetime) -> None:
    if not story.reached_people:
        story.reached_people, story.shifted = True, at


def _rank(verdict: str) -> int:
    return _WORSE.index(verdict) if verdict in _WORSE else -1
