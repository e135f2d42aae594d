"""Every acceptance example has a test, and the page that lists them names tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "development" / "acceptance.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-Z]\d{1,2}) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
NAMED = [
    *(f"P{number}" for number in range(1, 12)),
    *("A1", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "C1"),
    *(f"L{number}" for number in range(1, 11)),
    *("D1", "D2", "D3", "D4"),
    *("I1", "G1", "G2", "W1", "W2", "B1", "B2", "M1", "F1", "X1", "S1"),
    *(f"T{number}" for number in range(1, 16)),
    *(f"E{number}" for number in range(1, 16)),
    "N1",
]


@cache
def named_in(file: Path) -> frozenset[str]:
    """Return the names of the test functions of a file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, functions))


def test_every_example_is_listed_once() -> None:
    assert [number for number, _, _ in ROWS] == NAMED


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_an_example_names_tests_that_are_there(row: tuple[str, str, str]) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[2])

    assert named and len(named) == row[2].count("`") // 2
    assert [name for file, name in named if name not in named_in(ROOT / file)] == []
