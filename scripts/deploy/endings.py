"""How the tool ends: a word for a person, a number for a pipeline."""

from dataclasses import dataclass

DEPLOYED = 0
MISUSED = 2
REFUSED = 3  # nothing was changed
ROLLED_BACK = 4
UNFINISHED = 5  # unknown or under way: the same command goes on with it
LOCKED = 6
SUPERSEDED = 7


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of it."""

    code: int
    outcome: str
    reason: str = ""
    deployment: str = ""


class Unfinished(Exception):
    """It is under way, and the tool stops following it; the same command goes on with it."""


class Superseded(Exception):
    """Somebody else has deployed since."""
