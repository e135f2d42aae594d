"""Feature flags: `Features(environment).enabled(flag, chat)` is the one question.

`definitions` holds the table that people edit; `python -m common.features` shows and turns flags.
"""

from common.features.decide import Decision, Features
from common.features.definitions import (
    ENVIRONMENTS,
    FEATURES,
    NOTES,
    Environment,
    Flag,
    Note,
)
from common.features.rollout import Rollout, rollout

__all__ = [
    "ENVIRONMENTS",
    "FEATURES",
    "NOTES",
    "Decision",
    "Environment",
    "Features",
    "Flag",
    "Note",
    "Rollout",
    "rollout",
]
