"""What the ledger holds: events in one chain, each sealed by a hash over itself and the one before.

A record cannot be edited or taken out without breaking the chain. Cutting off its end leaves a
chain that is whole: against that the newest hash is also kept elsewhere, as an anchor.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

Kind = Literal[
    "started",  # a deployment begins; the one of its environment until it has `finished`
    "step",  # a step of it was done: data.step, data.outcome
    "traffic",  # data.production and data.test, weights in percent
    "smoke",  # data.passed, data.failed
    "approval",
    "validated",  # its smoke tests passed after it was deployed: data.tree, data.images
    "verdict",  # of the time under watch: data.verdict is PASS, FAIL or INCONCLUSIVE
    "finished",  # data.outcome is deployed, rolled back or failed; data.reason
    "observation",  # a probe: data.version, data.health
    "flag",  # a flag was turned: data.flag, data.value, data.reason
    "incident",
    "note",  # corrects or explains an earlier event: nothing is ever rewritten
]
KINDS: tuple[Kind, ...] = get_args(Kind)
FIRST = "0" * 64  # what the first event follows
_VERSION = 1


class BadEvent(ValueError):
    """The sentence says what about an event is wrong."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is yet to be written.

    Attributes:
        deployment: Names the deployment that it belongs to; empty for none.
        actor: Who did it: a person's or a workflow's name.
        run: The address of the pipeline's run; empty where there is none.
    """

    at: datetime
    environment: str
    kind: Kind
    actor: str
    deployment: str = ""
    run: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """A written event: `draft`, its place in the chain, and its seal."""

    seq: int
    previous: str
    draft: Draft
    hash: str


def sealed(draft: Draft, after: Event | None) -> Event:
    """Return the event that follows `after`.

    Raises:
        BadEvent: If the draft is none, or JSON cannot hold it.
    """
    if draft.kind not in KINDS:
        raise BadEvent(f"{draft.kind!r} is no kind of event; use one of {', '.join(KINDS)}.")
    if draft.at.tzinfo is None:
        raise BadEvent("An event needs an aware time.")
    seq, previous = (after.seq + 1, after.hash) if after is not None else (1, FIRST)
    return Event(seq, previous, draft, _seal(seq, previous, draft))


def encode(event: Event) -> str:
    """Return the event as one line of JSON, always the same for the same event."""
    return _canonical({**_content(event.seq, event.previous, event.draft), "hash": event.hash})


def decode(line: str) -> Event:
    """Read what `encode` wrote; whether its hash is right is `broken_at`'s question.

    Raises:
        BadEvent: If it is no event.
    """
    try:
        found = json.loads(line)
        if found.pop("v") != _VERSION:
            raise BadEvent("This event was written by a newer program.")
        seq, previous, seal = found.pop("seq"), found.pop("previous"), found.pop("hash")
        found["at"] = datetime.fromisoformat(found["at"])
        draft = Draft(**found)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, BadEvent):
            raise
        raise BadEvent(f"This is no event: {line[:60]!r}") from None
    if type(seq) is not int or not isinstance(previous, str) or not isinstance(seal, str):
        raise BadEvent(f"This is no event: {line[:60]!r}")
    return Event(seq, previous, draft, seal)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken, and how."""

    seq: int
    reason: str


def broken_at(events: Iterable[Event], anchor: str = "") -> Break | None:
    """Return the first place where a chain was tampered with; None: it is whole.

    Args:
        anchor: A hash that was kept elsewhere; the chain must still hold it.
    """
    seen, before = not anchor, None
    for event in events:
        if (found := _break(event, before)) is not None:
            return found
        seen = seen or event.hash == anchor
        before = event
    if not seen:
        last = before.seq if before is not None else 0
        return Break(
            last + 1,
            "the anchored event is not there: the end was cut off, or it is of another ledger",
        )
    return None


def _break(event: Event, before: Event | None) -> Break | None:
    expected = before.seq + 1 if before is not None else 1
    if event.seq != expected:
        return Break(expected, f"event {expected} is missing")
    if event.previous != (before.hash if before is not None else FIRST):
        return Break(event.seq, "it does not follow the event before it")
    if event.hash != _seal(event.seq, event.previous, event.draft):
        return Break(event.seq, "it was edited")
    return None


def _seal(seq: int, previous: str, draft: Draft) -> str:
    return hashlib.sha256(_canonical(_content(seq, previous, draft)).encode()).hexdigest()


def _content(seq: int, previous: str, draft: Draft) -> dict[str, Any]:
    at = draft.at.astimezone(UTC).isoformat()
    return {"v": _VERSION, "seq": seq, "previous": previous, **asdict(draft), "at": at}


def _canonical(content: Mapping[str, Any]) -> str:
    try:
        return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadEvent(f"JSON cannot hold this event: {error}.") from None


def of_environment(events: Iterable[Event], environment: str) -> Iterator[Event]:
    """Yield the events of one environment, in order."""
    return (event for event in events if event.draft.environment == environment)
