"""What each environment sets, and what a wrong file is answered with."""

from decimal import Decimal

import pytest

from common import environments
from common.environments import Limits
from common.errors import Misconfigured
from common.features import ENVIRONMENTS, Environment

OWNERS = {
    "local": Limits("DEBUG", 50, 20, Decimal("0.01"), Decimal("1000")),
    "staging": Limits("DEBUG", 50, 20, Decimal("0.01"), Decimal("1000")),
    "production": Limits("INFO", 150, 40, Decimal("0.02"), Decimal("2500")),
}
GOOD = """
log_level = "INFO"
max_active_tickers = 1
focus_universe_size = 2
risk_percentage = "0.01"
max_position_size = "1000"
"""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_files_hold_the_owners_values(environment: Environment) -> None:
    assert environments.load(environment) == OWNERS[environment]


def test_an_environment_that_does_not_exist_is_named() -> None:
    with pytest.raises(Misconfigured, match="ENVIRONMENT is 'moon'; it must be one of local"):
        environments.load("moon")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "instead", "reason"),
    [
        ("max_active_tickers = 1", "max_active_tickers = 0", "max_active_tickers is 0"),
        ("max_active_tickers = 1", "max_active_tickers = true", "whole number"),
        ('log_level = "INFO"', 'log_level = "LOUD"', "log_level is 'LOUD'; use one of DEBUG"),
        ('risk_percentage = "0.01"', "risk_percentage = 0.01", "quoted number"),
        ('risk_percentage = "0.01"', 'risk_percentage = "much"', "risk_percentage is 'much'"),
        ('risk_percentage = "0.01"', 'risk_percentage = "-1"', "above 0"),
        ("focus_universe_size = 2", "", "missing keys .'focus_universe_size'"),
        ("focus_universe_size = 2", "focus_universe_size = 2\nmoon = 1", "unknown keys .'moon'"),
        ("focus_universe_size = 2", "focus_universe_size = ", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_a_reason(line: str, instead: str, reason: str) -> None:
    assert environments.parse(GOOD, "x.toml").max_active_tickers == 1

    with pytest.raises(Misconfigured, match=reason) as refusal:
        environments.parse(GOOD.replace(line, instead), "x.toml")

    assert "x.toml" in str(refusal.value)
