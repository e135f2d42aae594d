"""The examples in docstrings are true."""

import doctest

import pytest

from gates import licences, pages, workflows
from gitflow import versions
from local import check, children, gate

WITH_EXAMPLES = [check, children, gate, licences, pages, versions, workflows]


@pytest.mark.parametrize("module", WITH_EXAMPLES, ids=lambda module: module.__name__)
def test_examples_are_true(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]

    assert result.attempted > 0
    assert result.failed == 0
