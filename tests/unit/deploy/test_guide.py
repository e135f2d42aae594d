"""What the pages about deployments tell a newcomer to type is known to who shall understand it."""

import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from deploy.place import Place, parse
from deploy.words import parser
from local.environment import ROOT

PAGES = ROOT / "docs" / "deployment"
GUIDE = (PAGES / "DEPLOY_AWS.md").read_text(encoding="utf-8")
# Words of the command alone, and options that every one of its words takes.
OF_THE_COMMAND = {"deploy", "get-login-password", "wait", "export-credentials"}
OF_ALL = {"query", "output", "cli-input-json"}


def blocks(text: str, language: str) -> Iterator[str]:
    for found in re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S):
        yield found.replace("\\\n", " ")


def calls() -> list[tuple[str, str, tuple[str, ...]]]:
    """Every call of the aws command: service, operation, options."""
    found = []
    for block in blocks(GUIDE, "sh"):
        for service, operation, rest in re.findall(r"\baws ([a-z0-9]+) ([a-z-]+)([^\n]*)", block):
            mine = re.split(r" && | \| ", rest)[0]
            found.append((service, operation, tuple(re.findall(r"--([a-z-]+)", mine))))
    return found


@pytest.mark.parametrize(("service", "operation", "options"), sorted(set(calls())))
def test_the_aws_command_knows_what_the_guide_calls(
    service: str, operation: str, options: tuple[str, ...]
) -> None:
    if operation in OF_THE_COMMAND:
        return
    described = botocore.session.get_session().get_service_model(service)
    names = {xform_name(it, "-"): it for it in described.operation_names}

    asked = described.operation_model(names[operation]).input_shape
    taken = {xform_name(it, "-") for it in (asked.members if asked is not None else ())}
    assert set(options) <= taken | OF_ALL


def test_every_query_of_the_guide_is_one() -> None:
    typed = "\n".join(blocks(GUIDE, "sh"))
    queries = re.findall(r"--query (?:\"([^\"]+)\"|'([^']+)'|(\S+))", typed)
    jmespath = importlib.import_module("jmespath")  # boto3 brings it, without types
    assert len(queries) >= 8
    for forms in queries:
        jmespath.compile("".join(forms).rstrip(")"))


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda it: it.stem)
def test_every_word_to_the_deploy_tool_is_understood(page: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8"), "sh"):
        for words in re.findall(r"python -m deploy (.*)", block):
            parser("").parse_args(words.partition("#")[0].split())


def places() -> list[Place]:
    standard, cheap = blocks(GUIDE, "toml")
    top = standard[: standard.index("[[services]]")]
    (tool,) = blocks((PAGES / "deploy-tool.md").read_text(encoding="utf-8"), "toml")
    return [parse(tomllib.loads(text)) for text in (standard, top + cheap, tool)]


def test_every_place_file_of_the_pages_is_one() -> None:
    standard, cheap, tool = places()

    assert [it.name for it in standard.services] == [it.name for it in tool.services]
    assert {it.service for it in cheap.services} == {"production-assistant"}
