"""The secret: a variable wins, Secrets Manager is asked once, and no value is ever said."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.platform import PlatformError
from deploy.secret import Secret

NAME = "crypto-assistant/staging"


@pytest.fixture(scope="module")
def keeper(moto: Callable[[str], Any]) -> Any:
    """Secrets Manager, which keeps one secret."""
    client = moto("secretsmanager")
    client.create_secret(Name=NAME, SecretString=json.dumps({"SMOKE_TOKEN": "let-me"}))
    client.create_secret(Name="odd", SecretString="a word and no object")
    return client


def test_a_variable_wins_and_nobody_is_asked() -> None:
    secret = Secret(lambda: pytest.fail("asked"), NAME, {"SMOKE_TOKEN": "mine"})

    assert secret.field("SMOKE_TOKEN") == "mine"


def test_a_field_is_read_from_secrets_manager_once(keeper: Any) -> None:
    asked: list[int] = []

    def client() -> Any:
        asked.append(1)
        return keeper

    secret = Secret(client, NAME, {})

    assert (secret.field("SMOKE_TOKEN"), secret.field("TELEGRAM_BOT_TOKEN")) == ("let-me", "")
    assert len(asked) == 1


def test_without_a_name_nothing_is_known() -> None:
    assert Secret(lambda: pytest.fail("asked"), "", {}).field("SMOKE_TOKEN") == ""


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("missing", "missing cannot be read"), ("odd", "odd holds no JSON object")],
)
def test_a_secret_that_cannot_be_read_is_said_without_its_content(
    keeper: Any, name: str, sentence: str
) -> None:
    with pytest.raises(PlatformError, match=sentence) as found:
        Secret(lambda: keeper, name, {}).field("SMOKE_TOKEN")
    assert "a word" not in str(found.value)
