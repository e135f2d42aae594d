import asyncio
from collections.abc import Iterator

import pytest

from telegram_bot.__main__ import main
from telegram_bot.ports import Conflict
from telegram_bot.settings import Settings
from tests.support.logged import loggers_restored


@pytest.fixture(autouse=True)
def the_loggers_afterwards() -> Iterator[None]:
    with loggers_restored():
        yield


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "4242:nothing-real-nothing-real-nothing")


@pytest.mark.usefixtures("token")
def test_another_program_with_the_token_ends_this_one_with_3(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def conflict(settings: Settings, stop: asyncio.Event) -> None:
        raise Conflict("terminated by other getUpdates request")

    assert main(conflict) == 3
    assert "another program takes this bot's updates; giving up" in capsys.readouterr().out


@pytest.mark.usefixtures("token")
def test_a_stop_ends_the_program_with_0() -> None:
    async def done(settings: Settings, stop: asyncio.Event) -> None:
        assert not stop.is_set()

    assert main(done) == 0


def test_a_wrong_setting_ends_the_program_with_2_and_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "nonsense")

    assert main() == 2
    assert capsys.readouterr().err.startswith("TELEGRAM_BOT_TOKEN is wrong")
