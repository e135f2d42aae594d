"""CloudFormation templates and forms of task definitions, as plain values."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from local.environment import ROOT

FOLDER = ROOT / "infrastructure" / "aws"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a template.

    Attributes:
        name: Its logical name.
        kind: Such as `AWS::S3::Bucket`.
        condition: Of the template; empty where it is always made.
        body: Everything that stands under its name.
    """

    name: str
    kind: str
    condition: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        """Its properties; intrinsic functions as `{"Fn::Sub": …}` and `{"Ref": …}`."""
        return dict(self.body.get("Properties", {}))


class _Loader(yaml.SafeLoader):
    """Reads the short forms of intrinsic functions."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if name == "Fn::GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name: value}


_Loader.add_multi_constructor("!", _function)


@cache
def template(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return the template `name`, such as `foundation`; read once, not to be changed.

    Raises:
        OSError: If there is none.
    """
    text = (folder / f"{name}.yml").read_text(encoding="utf-8")
    found = yaml.load(text, _Loader)  # nosec B506: a SafeLoader that knows more tags
    return dict(found)


def resources(name: str, folder: Path = FOLDER) -> Iterator[Resource]:
    """Yield the resources of the template `name`."""
    for logical, body in template(name, folder)["Resources"].items():
        yield Resource(logical, body["Type"], body.get("Condition", ""), body)


def form(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return the form of the task definition `name`, such as `telegram-bot`.

    Raises:
        OSError: If there is none.
    """
    return dict(json.loads((folder / "tasks" / f"{name}.json").read_text(encoding="utf-8")))
