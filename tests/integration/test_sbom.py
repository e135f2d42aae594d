"""What the bill of an image says, made by the real tool from the real locks."""

import json
from pathlib import Path

import pytest

from local.environment import ROOT
from local.locks import pins
from supply import sbom


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


@pytest.mark.parametrize("bill", sbom.PROGRAMS[:1], indirect=True)
def test_the_same_lock_gives_the_same_bill_where_it_is_asked_for(
    bill: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "sbom.json"
    monkeypatch.setattr("sys.argv", ["sbom", bill[0], str(path)])

    assert sbom.main() == 0
    assert path.read_text(encoding="utf-8") == bill[1]


def test_a_program_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["sbom", "playground", "x"])

    assert sbom.main() == 2
