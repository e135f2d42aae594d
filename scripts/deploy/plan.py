"""What a deployment would do: decided from what is live and from the release, and nothing else."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from deploy.place import Place
from deploy.platform import Live
from deploy.release import Release, Schema

_WATCHED = "start it beside the old one, smoke it, shift the traffic, watch it"
_ROLLED = "start it beside the old one, take the old one away once it is healthy"


class Refused(Exception):
    """The sentence says why nothing is done, and what would help."""


@dataclass(frozen=True, slots=True)
class Change:
    """One service and what becomes of it.

    Attributes:
        before, after: Images. The same: it is left alone.
        smoked: Whether it is asked before and while people reach it; else ECS alone judges it.
    """

    service: str
    name: str
    before: str
    after: str
    smoked: bool

    @property
    def needed(self) -> bool:
        """Whether anything moves."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes in their order, and the state that they were decided on.

    Attributes:
        moved_from: Hash over what is live; another one and the plan is void.
        migrates: Steps of the database that come with it, oldest first.
        expands: Whether a task of the new version is asked to take those that wait.
    """

    environment: str
    version: str
    changes: tuple[Change, ...]
    moved_from: str
    migrates: tuple[int, ...]
    expands: bool = False

    @property
    def hash(self) -> str:
        """Names the plan: `apply --plan` does this one or none."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @property
    def needed(self) -> Sequence[Change]:
        """The services that move."""
        return [change for change in self.changes if change.needed]


def plan(
    place: Place,
    live: Mapping[str, Live],
    release: Release,
    before: Schema | None = None,
    foreign: Mapping[str, str] | None = None,
) -> Plan:
    """Decide how the release gets there: the services in the place's order.

    Args:
        live: By the name of the service.
        before: Of the release that is deployed; None where nobody knows.
        foreign: What the stack believes of services that run something else, not begun by us.

    Raises:
        Refused: If it cannot be deployed as it is.
    """
    if missing := [it.name for it in place.services if it.name not in release.images]:
        raise Refused(f"The release has no image of {', '.join(missing)}.")
    if idle := [it.name for it in place.services if live[it.name].tasks < 1]:
        raise Refused(f"{', '.join(idle)} should run no tasks: set its desired count first.")
    for name, noted in (foreign or {}).items():
        raise Refused(
            f"{name} runs {live[name].definition}, but its stack believes {noted}: somebody "
            "deployed past this tool. Write what shall stay into its parameter, then plan again."
        )
    if before is not None and release.schema.newest < before.oldest_program:
        raise Refused(
            f"{release.version} knows the database up to step {release.schema.newest}, and "
            f"programs before step {before.oldest_program} cannot work with it any more. "
            "The database never goes back: deploy a newer version."
        )
    changes = tuple(
        Change(
            it.service,
            it.name,
            live[it.name].image,
            release.images[it.name].reference,
            bool(it.test),
        )
        for it in place.services
    )
    known = before.newest if before is not None else release.schema.newest
    steps = tuple(range(known + 1, release.schema.newest + 1))
    expands = any(it.migrate for it in place.services) and (before is None or bool(steps))
    state = moved_from(live)
    return Plan(place.environment, release.version, changes, state, steps, expands)


def moved_from(live: Mapping[str, Live]) -> str:
    """Return a hash over what is live."""
    told = {name: [it.definition, it.tasks] for name, it in sorted(live.items())}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def told(plan: Plan) -> str:
    """Return the plan as a person reads it, before anything moves."""
    lines = [f"{plan.version} to {plan.environment}:"]
    if plan.expands and not plan.migrates:
        lines.append("  the database takes whatever steps wait")
    for step in plan.migrates:
        lines.append(f"  the database takes step {step:04}")
    for change in plan.changes:
        if not change.needed:
            lines.append(f"  {change.name} stays as it is, on {_short(change.after)}")
            continue
        lines.append(
            f"  {change.name} goes from {_short(change.before)} to {_short(change.after)}:"
        )
        lines.append(f"    {_WATCHED if change.smoked else _ROLLED}")
    if not plan.needed:
        lines.append("  nothing moves")
    return "\n".join([*lines, f"Plan {plan.hash[:12]}"])


def _short(image: str) -> str:
    repository, _, digest = image.rpartition("@sha256:")
    return f"{repository.rpartition('/')[2]}@{digest[:12]}" if digest and repository else image
