"""What the owner asked for is listed whole, and what is said to be somewhere is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "development" / "traceability.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (S\d)-(\d\d) \| .+ \| (.*) \| (.+) \|$", PAGE, re.MULTILINE)
# How many features each of the five documents names.
NAMED = {"S0": 18, "S1": 20, "S2": 79, "S3": 24, "S4": 35}


def test_every_feature_of_every_document_is_listed_once() -> None:
    assert Counter(document for document, _, _, _ in ROWS) == NAMED
    for document, count in NAMED.items():
        numbers = [number for listed, number, _, _ in ROWS if listed == document]
        assert numbers == [f"{number:02}" for number in range(1, count + 1)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[:2]))
def test_a_feature_is_where_it_is_said_to_be(row: tuple[str, str, str, str]) -> None:
    otherwise, where = row[2:]
    files = re.findall(r"`([^`]+)`", where)

    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert files or where == "*later*" or (where == "*not built*" and otherwise)
