"""Settings are read once; a wrong one is named, never repeated."""

import pytest
from pydantic import Field, SecretStr

from common.errors import Misconfigured
from common.settings import ProgramSettings, read


class Example(ProgramSettings):
    example_token: SecretStr = Field(description="the token")
    example_port: int = Field(default=80, ge=1, description="a port from 1 to 65535")


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


def test_every_wrong_variable_is_named_at_once() -> None:
    with pytest.raises(Misconfigured, match="(?s)ENVIRONMENT is wrong.*LOG_LEVEL is wrong"):
        read(ProgramSettings, environment="moon", log_level="LOUD")
