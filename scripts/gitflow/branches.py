"""What branches are called, where each begins, and where a pull request from it may go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gitflow.versions import Version

MAIN, DEVELOP = "main", "develop"
_WORDS = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_NUMBER = r"(?:0|[1-9]\d*)"
_VERSION = rf"v(?P<version>{_NUMBER}\.{_NUMBER}\.{_NUMBER})"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of branch.

    Attributes:
        name: The word before the slash.
        begins: The branch that it starts from.
        returns: The branch that it goes to first.
        example: A good name, for those who wrote a bad one.
        pattern: What its names look like.
    """

    name: str
    begins: str
    returns: str
    example: str
    pattern: re.Pattern[str]


def _kind(name: str, begins: str, returns: str, example: str, rest: str) -> Kind:
    return Kind(name, begins, returns, f"{name}/{example}", re.compile(rf"{name}/{rest}"))


KINDS = {
    kind.name: kind
    for kind in (
        _kind("feature", DEVELOP, DEVELOP, "CA-123-short-words", rf"CA-[1-9]\d*-{_WORDS}"),
        _kind("bugfix", DEVELOP, DEVELOP, "CA-123-short-words", rf"CA-[1-9]\d*-{_WORDS}"),
        _kind("release", DEVELOP, MAIN, "v1.2.3", _VERSION),
        _kind("hotfix", MAIN, MAIN, "v1.2.3-short-words", rf"{_VERSION}-{_WORDS}"),
    )
}


def kind_of(branch: str) -> Kind | None:
    """Return the kind of a well-named branch."""
    kind = KINDS.get(branch.partition("/")[0])
    return kind if kind and kind.pattern.fullmatch(branch) else None


def version_of(branch: str) -> Version | None:
    """Return the version that a release or hotfix is named after."""
    kind = kind_of(branch)
    match = kind.pattern.fullmatch(branch) if kind else None
    text = match.groupdict().get("version") if match else None
    return Version.parse(text) if text else None


def complaints(head: str, base: str, declared: str) -> Iterator[str]:
    """Say what is wrong with a pull request, one sentence each.

    Args:
        head: The branch it comes from.
        base: The branch it goes to.
        declared: The version that pyproject.toml names on the head.
    """
    if head == MAIN and (base == DEVELOP or base.startswith("release/")):
        return  # a release or hotfix on its way back
    if head.startswith("dependabot/"):
        if base != DEVELOP:
            yield f"{head} goes to {DEVELOP}, not to {base}."
        return
    kind = kind_of(head)
    if kind is None:
        examples = ", ".join(known.example for known in KINDS.values())
        yield f"{head!r} is no name of a branch here; good ones are {examples}."
        return
    if base != kind.returns:
        yield f"A {kind.name} goes to {kind.returns}, not to {base}."
    version = version_of(head)
    if version and declared != str(version):
        yield f"{head} is about {version}, but pyproject.toml says {declared}."
