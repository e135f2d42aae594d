"""The owner's table of flags, and the question asked of it."""

from pathlib import Path

import pytest

from common.features import ENVIRONMENTS, FEATURES, Environment, Features

ON_WHERE = {
    "enhanced_price_display": {"local": True, "staging": True, "production": False},
    "atr_optimization": {"local": True, "staging": True, "production": True},
}


def test_the_table_is_the_owners() -> None:
    assert FEATURES == ON_WHERE


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_flag_is_on_where_the_table_says_so(environment: Environment) -> None:
    features = Features(environment)

    for flag in FEATURES:
        assert features.enabled(flag, chat=7) is ON_WHERE[flag][environment]
        assert features.enabled(flag) is ON_WHERE[flag][environment]


def test_a_flag_or_an_environment_that_nobody_knows_is_off() -> None:
    assert Features("local").enabled("unheard_of") is False  # type: ignore[arg-type]
    assert Features("moon").enabled("atr_optimization") is False  # type: ignore[arg-type]


def test_the_module_depends_on_the_standard_library_alone() -> None:
    import common.features

    lines = Path(common.features.__file__).read_text(encoding="utf-8").splitlines()
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}

    assert imported == {"collections.abc", "dataclasses", "typing"}
