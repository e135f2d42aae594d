"""What is wrong with the table: flags that nothing asks for, that no row has, or overdue ones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from common.features.definitions import ENVIRONMENTS, FEATURES, NOTES

_OURS = Path(__file__).parent
# enabled("charts"), anybody("charts"), flag="charts": the ways in which code names a flag.
_NAMED = re.compile(r"""(?:\b(?:enabled|anybody|decide)\(\s*|\bflag\s*=\s*)["']([a-z0-9_]+)["']""")
_WARN_BEFORE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; `fails` when it must be mended now."""

    fails: bool
    sentence: str


def findings(code: Path, today: date) -> Iterator[Finding]:
    """Yield what is wrong, given the folder that holds all services."""
    named = _named(code)
    for flag in sorted(named.keys() - FEATURES.keys()):
        yield Finding(
            True, f"{flag} is asked for in {named[flag]}, but no row of the table has it."
        )
    for flag, row in FEATURES.items():
        if flag not in named:
            yield Finding(True, f"{flag} is in the table, but nothing asks for it.")
        for environment in ENVIRONMENTS:
            if environment not in row:
                yield Finding(True, f"{flag} has no value for {environment}.")
    yield from overdue(today)


def overdue(today: date) -> Iterator[Finding]:
    """Yield the flags that nobody explains, or whose time is over or nearly so."""
    for flag in FEATURES:
        yield from _overdue(flag, today)


def _overdue(flag: str, today: date) -> Iterator[Finding]:
    note = {str(name): note for name, note in NOTES.items()}.get(flag)
    if note is None:
        yield Finding(True, f"{flag} has no note that says why it exists.")
    elif note.expires is not None and note.expires < today:
        yield Finding(False, f"{flag} was to be gone by {note.expires}: take it out, or move that.")
    elif note.expires is not None and note.expires - today <= _WARN_BEFORE:
        yield Finding(False, f"{flag} is to be gone by {note.expires}.")


def _named(code: Path) -> dict[str, str]:
    """Return each flag that code names, and one file that does."""
    found: dict[str, str] = {}
    for path in sorted(code.rglob("*.py")):
        if _OURS in path.resolve().parents:
            continue
        for flag in _NAMED.findall(path.read_text(encoding="utf-8")):
            found.setdefault(flag, path.name)
    return found
