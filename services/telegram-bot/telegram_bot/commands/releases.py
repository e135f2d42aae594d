"""What each release brought, as CHANGELOG.md says it; the file ships with the program."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PACKAGED = Path(__file__).parents[1] / "CHANGELOG.md"
_IN_THE_REPOSITORY = _PACKAGED.parent / "../../../CHANGELOG.md"  # nowhere, in an image
_TITLE = re.compile(
    r"^## (?P<version>\d+\.\d+\.\d+) - (?P<day>\d{4}-\d\d-\d\d)\s*$|^## (?P<other>.*)"
)


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    Attributes:
        version: Such as `1.2.3`.
        day: When it came, `2030-12-31`; empty: it has not come yet.
        points: What is new in it, a line each, in Markdown.
    """

    version: str
    day: str
    points: tuple[str, ...]


def parse(text: str) -> tuple[Release, ...]:
    """Return the releases of a changelog, the newest first; what is not released yet is left out.

    >>> parse("## Unreleased\\n- b\\n\\n## 1.0.0 - 2030-01-02\\n### Added\\n- `/price`\\n")
    (Release(version='1.0.0', day='2030-01-02', points=('`/price`',)),)
    """
    found: list[tuple[str, str, list[str]]] = []
    wanted = False
    for line in text.splitlines():
        if title := _TITLE.match(line):
            wanted = title["version"] is not None
            if wanted:
                found.append((title["version"], title["day"], []))
        elif wanted and line.startswith("- "):
            found[-1][2].append(line[2:].strip())
    return tuple(Release(version, day, tuple(points)) for version, day, points in found)


@cache
def packaged() -> tuple[Release, ...]:
    """Return the releases up to this program's own; none where the file did not come along."""
    for file in (_PACKAGED, _IN_THE_REPOSITORY):
        if file.is_file():
            return parse(file.read_text(encoding="utf-8"))
    return ()
