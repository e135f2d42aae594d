"""The examples in the docstrings of arithmetic are true."""

import doctest
import importlib
import pkgutil

import pytest

from telegram_bot import arithmetic

MODULES = sorted(module.name for module in pkgutil.iter_modules(arithmetic.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    module = importlib.import_module(f"{arithmetic.__name__}.{name}")

    assert doctest.testmod(module).failed == 0
