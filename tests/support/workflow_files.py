"""Workflow files as GitHub reads them: YAML in which `on` is a word and not a boolean."""

from pathlib import Path
from typing import Any

import yaml


class _Loader(yaml.CSafeLoader):
    """Without booleans: `true` stays the word that it is in an expression."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> dict[str, Any]:
    """Read a workflow's text."""
    loaded = yaml.load(text, Loader=_Loader)
    assert isinstance(loaded, dict)
    return loaded


def load(path: Path) -> dict[str, Any]:
    """Read a workflow's file."""
    return parse(path.read_text(encoding="utf-8"))
