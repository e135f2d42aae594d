"""The examples in the docstrings of formatting are true."""

import doctest
import importlib
import pkgutil

import pytest

from telegram_bot import formatting

MODULES = sorted(module.name for module in pkgutil.iter_modules(formatting.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    module = importlib.import_module(f"{formatting.__name__}.{name}")

    assert doctest.testmod(module).failed == 0
