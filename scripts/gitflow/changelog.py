"""CHANGELOG.md, by the form of Keep a Changelog: what a release says, and what is wrong with it."""

import re
from collections.abc import Iterator
from itertools import pairwise

UNRELEASED = "Unreleased"
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_SECTION = re.compile(r"^## (.+?)\s*$", re.MULTILINE)
_RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+) - \d{4}-\d\d-\d\d")


def complaints(text: str) -> Iterator[str]:
    """Say what is wrong with the page, one sentence each."""
    titles = _SECTION.findall(text)
    if titles[:1] != [UNRELEASED]:
        yield f"CHANGELOG.md must begin with '## {UNRELEASED}'"
    releases = [title for title in titles if title != UNRELEASED]
    wrong = [title for title in releases if not _RELEASE.fullmatch(title)]
    yield from (f"CHANGELOG.md: {title!r} is not '1.2.3 - 2030-12-31'" for title in wrong)
    if not wrong:
        for newer, older in pairwise(releases):
            if _numbers(newer) <= _numbers(older):
                yield f"CHANGELOG.md: {newer!r} stands above {older!r}"
    for kind in re.findall(r"^### (.+?)\s*$", text, re.MULTILINE):
        if kind not in KINDS:
            yield f"CHANGELOG.md: '### {kind}' is none of {', '.join(KINDS)}"


def _numbers(title: str) -> tuple[int, ...]:
    return tuple(map(int, title.split(" ")[0].split(".")))


def notes(text: str, version: str) -> str:
    """Return what the page says of a version, or of what is not released yet.

    Raises:
        LookupError: If it says nothing of that version.
    """
    heads = list(_SECTION.finditer(text))
    for index, head in enumerate(heads):
        if head[1].split(" ")[0] == version:
            end = heads[index + 1].start() if index + 1 < len(heads) else len(text)
            return text[head.end() : end].strip()
    raise LookupError(f"CHANGELOG.md says nothing of {version}")


def released(text: str, version: str, day: str) -> str:
    """Give what is unreleased its version and its day (2030-12-31), under an empty Unreleased."""
    old = f"## {UNRELEASED}\n"
    if old not in text:
        raise LookupError(f"CHANGELOG.md has no '{old.strip()}'")
    return text.replace(old, f"{old}\n## {version} - {day}\n", 1)
