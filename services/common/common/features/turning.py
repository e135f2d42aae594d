"""Turn a flag: what each verb of the command line makes of the overrides."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from common.features.decide import Features
from common.features.definitions import FEATURES, Environment, Flag
from common.features.overrides import LONGEST, BadOverrides, Override, Overrides
from common.features.rollout import Rollout, rollout

Verb = Literal["set", "kill", "ramp"]
VERBS: tuple[Verb, ...] = get_args(Verb)
Act = Callable[[Overrides, "Turn"], Overrides]
_TIME = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Turn:
    """Who turns which flag where, why, and for how long."""

    environment: Environment
    flag: Flag
    actor: str
    reason: str
    at: datetime
    lasts: timedelta


def read_time(text: str) -> timedelta:
    """Read `30m`, `4h` or `7d`.

    Raises:
        BadOverrides: If it is none of these, or longer than an override may last.
    """
    found = _TIME.fullmatch(text)
    lasts = int(found[1]) * _UNITS[found[2]] if found else timedelta()
    if not timedelta() < lasts <= LONGEST:
        raise BadOverrides(f"{text!r} is no time: use 30m, 4h or 7d, up to {LONGEST.days}d.")
    return lasts


def read_value(text: str) -> bool | Rollout | None:
    """Read `on`, `off`, `table` (None: what the table says) or a share.

    Raises:
        BadOverrides: If it is none of these.
    """
    fixed = {"on": True, "off": False, "table": None}
    try:
        return fixed[text] if text in fixed else rollout(text.rstrip("%"))
    except ValueError:
        raise BadOverrides(f"{text!r}: use on, off, table, or 0 to 100.") from None


def act_of(verb: Verb, value: str = "", *, shrink: bool = False) -> Act:
    """Return what a verb does.

    Args:
        value: Of `set` and `ramp`.
        shrink: Whether `ramp` may take a flag from chats that have it.

    Raises:
        BadOverrides: If the value is none.
    """
    if verb == "kill":
        return killed
    if verb == "ramp":
        percent = value.rstrip("%")
        return lambda overrides, turn: ramped(overrides, turn, percent, shrink=shrink)
    wanted = read_value(value)
    return lambda overrides, turn: set_to(overrides, turn, wanted)


def set_to(overrides: Overrides, turn: Turn, value: bool | Rollout | None) -> Overrides:
    """Return the overrides with the flag on, off or at a share; None gives it back to the table.

    A share keeps the chats that are let in or kept out whatever it is.
    """
    if isinstance(value, Rollout):
        override = overrides.get(turn.environment, {}).get(turn.flag)
        for before in (_by_table(turn), override and override.value):
            if isinstance(before, Rollout):
                both = (value.allow | before.allow, value.deny | before.deny)
                value = Rollout(value.buckets, *both)
    return _with(overrides, turn, value, killed=False)


def killed(overrides: Overrides, turn: Turn) -> Overrides:
    """Return the overrides with the flag off for everybody, whatever else holds."""
    return _with(overrides, turn, False, killed=True)


def ramped(overrides: Overrides, turn: Turn, percent: str, *, shrink: bool = False) -> Overrides:
    """Return the overrides with a larger share; who was in stays in.

    Raises:
        BadOverrides: For a smaller share, unless `shrink`; for a flag that is killed.
    """
    override = _alive(overrides.get(turn.environment, {}), turn.at).get(turn.flag)
    if override is not None and override.killed:
        raise BadOverrides(f"{turn.flag} is killed in {turn.environment}: set it first.")
    current = _now(overrides, turn)
    before = current.buckets if isinstance(current, Rollout) else 10_000 * current
    try:
        share = rollout(percent)
    except ValueError as error:
        raise BadOverrides(str(error)) from None
    if share.buckets < before and not shrink:
        has = f"{turn.flag} has {before / 100:g} % in {turn.environment}"
        raise BadOverrides(f"{has}: less takes it from people who have it. Say --shrink to do so.")
    return set_to(overrides, turn, share)


def _now(overrides: Overrides, turn: Turn) -> bool | Rollout:
    """Return the value that counts: of an override, or of the table."""
    override = _alive(overrides.get(turn.environment, {}), turn.at).get(turn.flag)
    if override is not None:
        return override.value
    return _by_table(turn)


def _by_table(turn: Turn) -> bool | Rollout:
    return FEATURES[turn.flag].get(turn.environment, False)


def _with(
    overrides: Overrides, turn: Turn, value: bool | Rollout | None, *, killed: bool
) -> Overrides:
    rows = {environment: dict(flags) for environment, flags in overrides.items()}
    flags: dict[str, Override] = rows.setdefault(turn.environment, {})
    if value is None:
        flags.pop(turn.flag, None)
    else:
        ends = turn.at + turn.lasts
        flags[turn.flag] = Override(value, killed, turn.actor, turn.reason, turn.at, ends)
    return {environment: _alive(flags, turn.at) for environment, flags in rows.items() if flags}


def _alive(flags: Mapping[str, Override], at: datetime) -> Mapping[str, Override]:
    """Leave out what has lapsed."""
    return {flag: override for flag, override in flags.items() if at < override.expires_at}


def value_of(features: Features, flag: Flag) -> str:
    """Say in a word what a flag is: on, off, killed or a percentage."""
    override = features.overrides.find(flag) if features.overrides is not None else None
    if override is not None and override.killed:
        return "killed"
    value = override.value if override is not None else FEATURES[flag].get(features.environment)
    if isinstance(value, Rollout):
        return f"{value.percent:g} %"
    return "on" if value else "off"
