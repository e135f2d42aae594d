"""Which workflows an event starts, by GitHub's rules for `on:`.

A pattern's `*` stays within one part of a name and `**` does not; `?` makes what stands before it
optional, `+` repeats it, `[...]` is one of; patterns are read in order and `!` takes back.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_DEFAULT_TYPES = {"pull_request": ("opened", "synchronize", "reopened")}
_PIECES = re.compile(r"\*\*|\*|\?|\+|\[[^\]]+\]|.")
_AS_REGEX = {"**": ".*", "*": "[^/]*", "?": "?", "+": "+"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens on GitHub.

    Attributes:
        name: As in `on:`.
        branch: What was pushed to, or what a pull request goes to.
        tag: What tag was pushed.
        type: What happened to a pull request or to the queue.
    """

    name: str
    branch: str = ""
    tag: str = ""
    type: str = ""


def matches(pattern: str, name: str) -> bool:
    """Tell whether a branch or tag fits one pattern."""
    pieces = _PIECES.findall(pattern)
    regex = "".join(
        _AS_REGEX.get(piece, piece if piece[0] == "[" else re.escape(piece)) for piece in pieces
    )
    return re.fullmatch(regex, name) is not None


def chosen(patterns: Sequence[str], name: str) -> bool:
    """Tell whether a list of patterns takes a name; the last one that fits decides."""
    taken = False
    for pattern in patterns:
        if matches(pattern.removeprefix("!"), name):
            taken = not pattern.startswith("!")
    return taken


def starts(on: Mapping[str, Any], event: Event) -> bool:
    """Tell whether an event starts a workflow with this `on:`."""
    if event.name not in on:
        return False
    rule = on[event.name] or {}
    if not isinstance(rule, dict):
        return True
    types = rule.get("types", _DEFAULT_TYPES.get(event.name))
    if types and event.type not in types:
        return False
    if event.tag:
        return "tags" in rule and chosen(rule["tags"], event.tag) or not _filters(rule)
    if "branches" in rule:
        return chosen(rule["branches"], event.branch)
    return "tags" not in rule


def _filters(rule: Mapping[str, Any]) -> bool:
    return bool({"branches", "tags"} & rule.keys())
