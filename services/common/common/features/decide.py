"""The one question asked of flags, and why it was answered so.

A kill beats everything, then who is denied, who is allowed, the share; an override stands in the
place of the table's value until it lapses. In doubt a flag is off.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from common.features.definitions import FEATURES, Environment, Flag
from common.features.rollout import Rollout, bucket

if TYPE_CHECKING:  # who turns no flag by a file need not learn to read one
    from common.features.overrides import Override

Reason = Literal["killed", "denied", "allowed", "share", "override", "table", "unknown", "nobody"]


class Source(Protocol):
    """Where overrides come from; `switchboard.Switchboard` is one."""

    def find(self, flag: str) -> "Override | None": ...


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and its reason; `nobody` is a share without a chat to be among it."""

    on: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Features:
    """The flags of one environment.

    >>> Features("staging").enabled("enhanced_price_display", chat=7)
    True
    >>> Features("production").enabled("enhanced_price_display")
    False
    """

    environment: Environment
    overrides: Source | None = None

    def enabled(self, flag: Flag, chat: int | None = None) -> bool:
        """Say whether `flag` is on for `chat`; None where nobody asks, as in scheduled work."""
        return self.decide(flag, chat).on

    def anybody(self, flag: Flag) -> bool:
        """Say whether `flag` is on for some chat: whether there is work for those who have it."""
        found = self.decide(flag)
        return found.on or found.reason == "nobody"

    def decide(self, flag: Flag, chat: int | None = None) -> Decision:
        """Answer with the reason."""
        override = self.overrides.find(flag) if self.overrides is not None else None
        if override is None:
            return self._by_table(flag, chat)
        if override.killed:
            return Decision(False, "killed")
        if isinstance(override.value, Rollout):
            return _by_share(flag, override.value, chat)
        return Decision(override.value, "override")

    def _by_table(self, flag: Flag, chat: int | None) -> Decision:
        value = FEATURES.get(flag, {}).get(self.environment)
        if value is None:
            return Decision(False, "unknown")
        if isinstance(value, Rollout):
            return _by_share(flag, value, chat)
        return Decision(value, "table")


def _by_share(flag: Flag, share: Rollout, chat: int | None) -> Decision:
    if chat is None:
        return Decision(False, "nobody")
    if chat in share.deny:
        return Decision(False, "denied")
    if chat in share.allow:
        return Decision(True, "allowed")
    return Decision(bucket(flag, chat) < share.buckets, "share")
