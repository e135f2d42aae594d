"""Flags as the table and the ledger's newest changes make them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from common.features import ENVIRONMENTS, FEATURES, Features
from common.features.changes import Change
from common.features.turning import value_of
from common.ledger.events import Event
from dashboard.told import SKEW

Values = Mapping[str, Mapping[str, str]]


def changes(events: Sequence[Event]) -> Iterator[Change]:
    """Yield what the ledger says of flags, in its order; what it says wrongly is left out."""
    for event in events:
        if event.draft.kind != "flag":
            continue
        draft, data = event.draft, event.draft.data
        try:
            lapses = data.get("expires_at")
            yield Change(
                at=draft.at,
                environment=draft.environment,
                flag=str(data["flag"]),
                old=str(data.get("old", "")),
                new=str(data["new"]),
                actor=draft.actor,
                reason=str(data.get("reason", "")),
                expires_at=datetime.fromisoformat(lapses) if lapses else None,
            )
        except (KeyError, TypeError, ValueError):
            continue


def flags(events: Sequence[Event], at: datetime) -> Values:
    """Return each flag's value in each environment, in a word, flag by flag."""
    values: dict[str, dict[str, str]] = {}
    for flag in FEATURES:
        values[flag] = {str(it): value_of(Features(it), flag) for it in ENVIRONMENTS}
    newest = {(it.environment, it.flag): it for it in changes(events) if it.at <= at + SKEW}
    for (environment, name), change in newest.items():
        alive = change.expires_at is not None and at < change.expires_at
        if alive and environment in values.get(name, {}):
            values[name][environment] = change.new
    return values
