"""A release file is read strictly: what is missing, unknown or malformed is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.release import BadRelease, parse, read
from tests.support.releases import content, release


def test_a_release_is_read_and_written_the_same() -> None:
    assert parse(content("1.4.0")).content() == content("1.4.0")


def test_its_identity_is_what_runs_and_nothing_else() -> None:
    one, other = release("1.4.0"), parse(content("1.4.0") | {"pipeline": {"tests": 5}})

    assert one.identity == other.identity
    assert one.identity != release("1.4.1").identity


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"colour": "blue"}, "the release has colour, which nobody reads."),
        ({"version": "1 4"}, "version must be like 1.4.0, not '1 4'."),
        ({"revision": "abc"}, "revision must be 40 hexadecimal digits, not 'abc'."),
        ({"architecture": "ARM"}, "architecture must be one of amd64, arm64."),
        ({"images": {}}, "images must name at least one program."),
        ({"images": {"Bot!": {}}}, "images: 'Bot!' is no name of a program."),
        ({"images": {"bot": {"repository": "r"}}}, "images.bot lacks digest."),
        (
            {"images": {"bot": {"repository": "r", "digest": "latest"}}},
            "images.bot.digest must be sha256: and 64 hex digits, not 'latest'.",
        ),
        (
            {"schema": {"needs": 6, "newest": True, "oldest_program": 1}},
            "schema.newest must be a whole number from 0 on.",
        ),
        (
            {"schema": {"needs": 7, "newest": 6, "oldest_program": 1}},
            "schema: needs and oldest_program cannot be above newest.",
        ),
        ({"flags": "none"}, "flags must be 64 hexadecimal digits, not 'none'."),
        ({"commits": "many"}, "commits must be a list."),
        ({"commits": [{"sha": "1", "at": 5, "subject": ""}]}, "commits: sha, at and subject"),
    ],
)
def test_what_is_wrong_is_said(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadRelease) as found:
        parse(content() | changed)

    assert str(found.value).startswith(sentence)


def test_a_missing_field_is_named() -> None:
    found = content()
    del found["tree"]

    with pytest.raises(BadRelease, match="the release lacks tree."):
        parse(found)


def test_a_file_is_named_in_what_is_said(tmp_path: Path) -> None:
    path = tmp_path / "release.json"
    path.write_text(json.dumps([1]))

    with pytest.raises(BadRelease, match="release.json: the release must be an object."):
        read(path)

    path.write_text("{")
    with pytest.raises(BadRelease, match="is no JSON"):
        read(path)
