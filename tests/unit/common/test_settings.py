"""Settings are read once; a wrong one is named, never repeated."""

from typing import Annotated

import pytest
from pydantic import AfterValidator, Field, SecretStr

from common.errors import Misconfigured
from common.settings import ProgramSettings, read


def _not_round(number: int) -> int:
    if number % 10:
        raise ValueError("it does not end in 0")
    return number


class Example(ProgramSettings):
    example_token: SecretStr = Field(description="the token")
    example_port: int = Field(default=80, ge=1, description="a port from 1 to 65535")
    example_round: Annotated[int, AfterValidator(_not_round)] = Field(
        default=10, description="a round number"
    )
    example_share: float = Field(default=0.5, gt=0, lt=1, description="a share of the whole")
    example_count: int = Field(default=1, le=5, description="how many there may be")


def test_variables_of_the_environment_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE_TOKEN", "s3cret")
    monkeypatch.setenv("EXAMPLE_PORT", "")
    monkeypatch.setenv("ENVIRONMENT", "staging")

    settings = read(Example)

    assert settings.environment == "staging"
    assert settings.example_port == 80
    assert "s3cret" not in repr(settings)


def test_a_missing_variable_is_named_with_what_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXAMPLE_TOKEN", raising=False)

    with pytest.raises(Misconfigured, match="EXAMPLE_TOKEN is missing. It must be: the token"):
        read(Example)


def test_a_wrong_value_is_not_repeated_because_it_may_be_a_secret() -> None:
    with pytest.raises(Misconfigured, match="EXAMPLE_PORT is wrong") as refusal:
        read(Example, example_token="s3cret", example_port="hunter2")

    assert "hunter2" not in str(refusal.value) and "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"log_level": "LOUD"},
            "LOG_LEVEL is wrong. It must be: DEBUG, INFO, WARNING or ERROR; "
            "by default what the environment's file says.",
        ),
        (
            {"environment": "moon"},
            "ENVIRONMENT is wrong. It must be: local, staging or production.",
        ),
        ({"example_port": "x"}, "EXAMPLE_PORT is wrong. It must be: a port from 1 to 65535."),
        (
            {"example_round": 7},
            "EXAMPLE_ROUND is wrong (it does not end in 0). It must be: a round number.",
        ),
        (
            {"example_port": 0},
            "EXAMPLE_PORT is wrong (it is below 1). It must be: a port from 1 to 65535.",
        ),
        (
            {"example_count": 6},
            "EXAMPLE_COUNT is wrong (it is above 5). It must be: how many there may be.",
        ),
        (
            {"example_share": 0},
            "EXAMPLE_SHARE is wrong (it is not above 0). It must be: a share of the whole.",
        ),
        (
            {"example_share": 1},
            "EXAMPLE_SHARE is wrong (it is not below 1). It must be: a share of the whole.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_our_own_words(given: dict[str, object], said: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        read(Example, example_token="s3cret", **given)

    assert str(refusal.value) == said


def test_every_wrong_variable_is_named_at_once() -> None:
    with pytest.raises(Misconfigured, match="(?s)ENVIRONMENT is wrong.*LOG_LEVEL is wrong"):
        read(ProgramSettings, environment="moon", log_level="LOUD")
