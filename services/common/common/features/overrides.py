"""What somebody turned without a release: for a while, with a name and a reason.

The words of a file of overrides, and how they are read. Everything in it must be right, or nothing
of it counts.

    {"production": {"charts": {"value": 25, "actor": "ada", "reason": "first users",
                               "set_at": "2026-11-21T08:00:00Z",
                               "expires_at": "2026-11-22T08:00:00Z"}}}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from common.features.definitions import ENVIRONMENTS, FEATURES
from common.features.rollout import Rollout, rollout

UNRECORDED = "unrecorded"  # beside the environments: what `changes` keeps for the ledger
LONGEST = timedelta(days=30)  # what lasts longer belongs into the table
_MOST_LETTERS = 200
_FIELDS = {"value", "allow", "deny", "actor", "reason", "set_at", "expires_at"}
_NEEDED = _FIELDS - {"allow", "deny"}


@dataclass(frozen=True, slots=True)
class Override:
    """One flag turned in one environment.

    Attributes:
        value: True, False, or a share; what the table says is no longer asked.
        killed: Off for everybody, whatever else holds.
        set_at, expires_at: Aware times in UTC.
    """

    value: bool | Rollout
    killed: bool
    actor: str
    reason: str
    set_at: datetime
    expires_at: datetime


Overrides = Mapping[str, Mapping[str, Override]]  # environment, then flag


class BadOverrides(ValueError):
    """The sentence says what is wrong, and where."""


def parse(text: str) -> Overrides:
    """Read a file of overrides.

    Raises:
        BadOverrides: If any of it is not what it must be.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadOverrides("The overrides are no JSON.") from None
    rows = {**_object(found, "The file")}
    rows.pop(UNRECORDED, None)
    _refuse_unknown(rows, ENVIRONMENTS, "environment")
    return {environment: _flags(environment, flags) for environment, flags in rows.items()}


def rows_of(overrides: Overrides) -> dict[str, Any]:
    """Return what `parse` reads, before it is written."""
    return {
        environment: {flag: _row(override) for flag, override in flags.items()}
        for environment, flags in overrides.items()
    }


def _flags(environment: str, flags: Any) -> dict[str, Override]:
    rows = _object(flags, environment)
    _refuse_unknown(rows, FEATURES, "flag")
    return {flag: _override(f"{environment}, {flag}", row) for flag, row in rows.items()}


def _override(where: str, row: Any) -> Override:
    fields = _object(row, where)
    _refuse_unknown(fields, _FIELDS, "field")
    if missing := _NEEDED - fields.keys():
        raise BadOverrides(f"{where}: {', '.join(sorted(missing))} is missing.")
    value = fields["value"]
    set_at, expires_at = (_time(where, fields[name]) for name in ("set_at", "expires_at"))
    if not set_at < expires_at <= set_at + LONGEST:
        raise BadOverrides(f"{where}: it must end within {LONGEST.days} days of its beginning.")
    return Override(
        value=_value(where, False if value == "kill" else value, fields),
        killed=value == "kill",
        actor=_words(where, "actor", fields),
        reason=_words(where, "reason", fields),
        set_at=set_at,
        expires_at=expires_at,
    )


def _value(where: str, value: Any, fields: Mapping[str, Any]) -> bool | Rollout:
    if isinstance(value, bool):
        return value
    allow, deny = (_chats(where, fields.get(name, [])) for name in ("allow", "deny"))
    if isinstance(value, int | str):
        try:
            return rollout(value, allow, deny)
        except ValueError as error:
            raise BadOverrides(f"{where}: {error}") from None
    raise BadOverrides(f'{where}: the value is true, false, "kill" or a percentage.')


def _chats(where: str, chats: Any) -> list[int]:
    if not isinstance(chats, list) or not all(type(chat) is int for chat in chats):
        raise BadOverrides(f"{where}: allow and deny are lists of chat ids.")
    return chats


def _words(where: str, name: str, fields: Mapping[str, Any]) -> str:
    words = fields[name]
    if not isinstance(words, str) or not 0 < len(words.strip()) <= _MOST_LETTERS:
        raise BadOverrides(f"{where}: {name} is a text of up to {_MOST_LETTERS} letters.")
    return words.strip()


def _time(where: str, text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise BadOverrides(f"{where}: {text!r} is no time such as 2026-11-21T08:00:00Z.") from None
    if at.tzinfo is None:
        raise BadOverrides(f"{where}: {text!r} lacks its zone, for example a Z at its end.")
    return at.astimezone(UTC)


def _row(override: Override) -> dict[str, Any]:
    value = override.value
    row: dict[str, Any] = {
        "value": "kill" if override.killed else value,
        "actor": override.actor,
        "reason": override.reason,
        "set_at": override.set_at.isoformat(),
        "expires_at": override.expires_at.isoformat(),
    }
    if isinstance(value, Rollout):
        row |= {"value": str(value.percent), "allow": sorted(value.allow)}
        row["deny"] = sorted(value.deny)
    return row


def _object(found: Any, where: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise BadOverrides(f"{where} must be a JSON object.")
    return found


def _refuse_unknown(rows: Mapping[str, Any], known: Any, what: str) -> None:
    if unknown := sorted(set(rows) - set(known)):
        raise BadOverrides(f"There is no {what} {unknown[0]!r}; use one of {', '.join(known)}.")
