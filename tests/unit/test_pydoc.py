"""Every module of ours can be read with pydoc."""

import importlib
import pkgutil
import pydoc

import pytest

PACKAGES = ("common", "market_data", "telegram_bot", "playground", "gitflow", "supply", "local")


def modules() -> list[str]:
    found = []
    for name in PACKAGES:
        package = importlib.import_module(name)
        found += [name, *(it.name for it in pkgutil.walk_packages(package.__path__, f"{name}."))]
    # A program's own module starts it; the steps of the database run where alembic runs them.
    return [it for it in found if not it.endswith(("__main__", "migrations.env"))]


@pytest.mark.parametrize("name", modules())
def test_a_module_can_be_read(name: str) -> None:
    page = pydoc.plain(pydoc.TextDoc().document(importlib.import_module(name)))

    assert page.startswith("NAME\n")
