"""What the build of an image is told, and what the bill of an image says."""

import json
from pathlib import Path

import pytest

from gitflow.repository import Refused
from local.environment import ROOT
from local.locks import pins
from supply import facts, sbom

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


@pytest.fixture(scope="module", params=sbom.PROGRAMS)
def bill(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param, sbom.bill(request.param)


def test_the_bill_names_exactly_what_the_image_installs(bill: tuple[str, str]) -> None:
    program, text = bill
    lock = (ROOT / "requirements" / f"{program}.txt").read_text(encoding="utf-8")
    components = json.loads(text)["components"]

    assert {it["name"]: it["version"] for it in components} == pins(lock)


def test_the_bill_is_cyclonedx_and_names_no_package_index(bill: tuple[str, str]) -> None:
    document = json.loads(bill[1])

    assert document["bomFormat"] == "CycloneDX"
    assert "/simple/" not in bill[1]
    assert all(it["hashes"] for it in document["components"])
    assert all(it["purl"].startswith("pkg:pypi/") for it in document["components"])


def test_the_same_lock_gives_the_same_bill(bill: tuple[str, str]) -> None:
    assert sbom.bill(bill[0]) == bill[1]


def test_the_bill_is_written_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "sbom.json"
    monkeypatch.setattr("sys.argv", ["sbom", "market-data", str(path)])

    assert sbom.main() == 0
    assert json.loads(path.read_text())["components"]


def test_a_program_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["sbom", "playground", "x"])

    assert sbom.main() == 2
