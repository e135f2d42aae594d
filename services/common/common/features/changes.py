"""Flags that were turned, on their way to the ledger: they wait where the overrides are.

A change and the note of it are one write. So none can count and go untold: what the ledger could
not take is there for whoever reaches it next.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from common.features.decide import Features
from common.features.overrides import UNRECORDED, BadOverrides, Override, Overrides, parse, rows_of
from common.features.turning import Act, Turn, value_of

MOST = 12  # who has let so many wait has to see to the ledger first; only a kill may always be


@dataclass(frozen=True, slots=True)
class Change:
    """One flag turned once.

    Attributes:
        old, new: on, off, killed or a percentage.
        expires_at: When it lapses; None where the flag was given back to the table.
    """

    at: datetime
    environment: str
    flag: str
    old: str
    new: str
    actor: str
    reason: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is turned, and which changes the ledger does not know yet."""

    overrides: Overrides
    unrecorded: tuple[Change, ...] = ()


def turned(sheet: Sheet, turn: Turn, act: Act) -> Sheet:
    """Return the sheet after `act`, one of those in `turning`, with the change that it made.

    Raises:
        BadOverrides: If it may not be, or too much waits to be recorded.
    """
    after = act(sheet.overrides, turn)
    override = after.get(turn.environment, {}).get(turn.flag)
    kills = override is not None and override.killed
    waiting = sheet.unrecorded
    if len(waiting) >= MOST and not kills:
        raise BadOverrides(f"{MOST} changes wait for the ledger: `record` them first.")
    change = Change(
        at=turn.at,
        environment=turn.environment,
        flag=turn.flag,
        old=_word(sheet.overrides, turn),
        new=_word(after, turn),
        actor=turn.actor,
        reason=turn.reason,
        expires_at=override.expires_at if override is not None else None,
    )
    return Sheet(after, (*(it for it in waiting if it != change), change)[-MOST:])


def recorded(sheet: Sheet, done: Collection[Change]) -> Sheet:
    """Return the sheet without the changes that the ledger knows now."""
    return replace(sheet, unrecorded=tuple(it for it in sheet.unrecorded if it not in done))


@dataclass(frozen=True, slots=True)
class Still:
    """Overrides as they are at one moment."""

    rows: Overrides
    environment: str
    at: datetime

    def find(self, flag: str) -> Override | None:
        row = self.rows.get(self.environment, {}).get(flag)
        return row if row is not None and self.at < row.expires_at else None


def _word(rows: Overrides, turn: Turn) -> str:
    source = Still(rows, turn.environment, turn.at)
    return value_of(Features(turn.environment, source), turn.flag)


def read_sheet(text: str) -> Sheet:
    """Read what `write_sheet` wrote, or a person; nothing is nothing turned.

    Raises:
        BadOverrides: If any of it is not what it must be.
    """
    if not text:
        return Sheet({})
    overrides = parse(text)
    try:
        waiting = tuple(_change(row) for row in json.loads(text).get(UNRECORDED, []))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadOverrides(f"{UNRECORDED} is no list of changes.") from None
    return Sheet(overrides, waiting)


def write_sheet(sheet: Sheet) -> str:
    """Return the sheet as text."""
    rows = rows_of(sheet.overrides)
    if sheet.unrecorded:
        rows[UNRECORDED] = [_row(change) for change in sheet.unrecorded]
    return json.dumps(rows, indent=1, sort_keys=True) + "\n"


def _row(change: Change) -> dict[str, Any]:
    ends = change.expires_at
    told = {name: getattr(change, name) for name in _TEXTS}
    return told | {"at": change.at.isoformat(), "expires_at": ends and ends.isoformat()}


def _change(row: dict[str, Any]) -> Change:
    ends = row["expires_at"]
    texts = {name: str(row[name]) for name in _TEXTS}
    until = datetime.fromisoformat(ends) if ends is not None else None
    return Change(at=datetime.fromisoformat(row["at"]), expires_at=until, **texts)


_TEXTS = ("environment", "flag", "old", "new", "actor", "reason")
