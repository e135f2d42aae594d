"""The examples in docstrings are true."""

import doctest

import pytest

from local import check, children, gate


@pytest.mark.parametrize("module", [check, children, gate], ids=lambda module: module.__name__)
def test_examples_are_true(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]

    assert result.attempted > 0
    assert result.failed == 0
