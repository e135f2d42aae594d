"""Flags that are off, without turning any file."""

from common.features import Features
from common.features.overrides import Override
from tests.support.replies import AS_OF


class _Off:
    """Overrides that turn some flags off."""

    def __init__(self, flags: tuple[str, ...]) -> None:
        self._flags = flags

    def find(self, flag: str) -> Override | None:
        if flag not in self._flags:
            return None
        return Override(False, False, "somebody", "a test", AS_OF, AS_OF)


def without(*flags: str) -> Features:
    """Return the flags of a developer's machine with some of them off."""
    return Features("local", _Off(flags))
