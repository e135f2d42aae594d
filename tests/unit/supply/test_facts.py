"""What the build of an image is told."""

import pytest

from gitflow.repository import Refused
from local.environment import ROOT
from supply import facts

DIGEST = "sha256:" + "a" * 64
BASES = ROOT / "infrastructure" / "docker" / "bases.toml"


def test_a_base_is_named_with_its_digest() -> None:
    text = f'["{facts.BASE}"]\ndigest = "{DIGEST}"\n'

    assert facts.base(text) == f"{facts.BASE}@{DIGEST}"


@pytest.mark.parametrize("digest", ["", "latest", "sha256:abc"])
def test_a_base_without_a_digest_is_refused_with_the_line_that_finds_it(digest: str) -> None:
    with pytest.raises(Refused, match="docker buildx imagetools inspect python:3.13-slim"):
        facts.base(f'["{facts.BASE}"]\ndigest = "{digest}"\n')


def test_every_base_of_the_images_is_listed() -> None:
    text = BASES.read_text(encoding="utf-8")

    for path in BASES.parent.glob("*.Dockerfile"):
        named = path.read_text(encoding="utf-8").split("ARG BASE=")[1].split()[0]
        assert f'["{named}"]' in text
