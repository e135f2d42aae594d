"""The owner's table of flags, and the question asked of it."""

import sys
from pathlib import Path

import pytest

import common.features
from common.features import ENVIRONMENTS, FEATURES, Environment, Features

ON_WHERE = {
    "enhanced_price_display": {"local": True, "staging": True, "production": False},
    "atr_optimization": {"local": True, "staging": True, "production": True},
    "charts": {"local": True, "staging": True, "production": False},
}


def test_the_owners_flags_stand_as_the_owner_set_them() -> None:
    assert {flag: FEATURES[flag] for flag in FEATURES if flag in ON_WHERE} == ON_WHERE


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_flag_is_on_where_the_table_says_so(environment: Environment) -> None:
    features = Features(environment)

    assert {flag: features.enabled(flag, chat=7) for flag in FEATURES if flag in ON_WHERE} == {
        flag: row[environment] for flag, row in ON_WHERE.items()
    }
    assert all(features.enabled(flag) is features.enabled(flag, chat=7) for flag in FEATURES)


def test_a_flag_or_an_environment_that_nobody_knows_is_off() -> None:
    assert Features("local").enabled("unheard_of") is False  # type: ignore[arg-type]
    assert Features("moon").enabled("atr_optimization") is False  # type: ignore[arg-type]


def test_the_package_depends_on_the_standard_library_and_neighbours_that_do_so_alone() -> None:
    imported = set()
    for path in Path(common.features.__file__).parent.glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        imported |= {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    ours = {name for name in imported if name.startswith("common.")}

    neighbours = ("common.features", "common.clock", "common.ledger", "common.aws")
    assert all(name.startswith(neighbours) for name in ours)
    assert {name.partition(".")[0] for name in imported - ours} <= sys.stdlib_module_names
