"""Versions: which come after which, and what a commit of a branch is called."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FORM = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
PARTS = ("major", "minor", "patch")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version by Semantic Versioning, without what may stand behind it."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read `1.2.3` or `v1.2.3`.

        Raises:
            ValueError: If it is neither.
        """
        match = _FORM.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is no version; one looks like 1.2.3")
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def tag(self) -> str:
        """The name of its tag."""
        return f"v{self}"

    def next(self, part: str) -> "Version":
        """Return the version after this one.

        >>> str(Version(1, 2, 3).next("minor"))
        '1.3.0'
        """
        if part == "major":
            return Version(self.major + 1, 0, 0)
        if part == "minor":
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + 1)


def latest(tags: Iterable[str]) -> Version | None:
    """Return the newest released version; candidates such as `v1.2.3-rc.1` are none."""
    return max((Version.parse(tag) for tag in tags if _FORM.fullmatch(tag)), default=None)
