"""`setWebhook` as the deploy tool does it, against the playground's Bot API."""

import asyncio

import pytest

from deploy.platform import PlatformError
from deploy.webhook import ALLOWED, BotApi, Target
from local.ports import free_port
from playground.faults import Fault
from telegram_bot.adapters.telegram_feed import ALLOWED_UPDATES
from tests.support.playground import Playground, playground

HOOK = "https://bot.example.org/telegram"


def api(telegram: Playground, token: str = "") -> BotApi:
    known = {
        "TELEGRAM_BOT_TOKEN": token or telegram.token,
        "WEBHOOK_SECRETS": "the-newest-of-the-two, the-one-before-it",
    }
    return BotApi(telegram.address, lambda name: known[name])


async def test_telegram_brings_updates_where_it_is_told_to() -> None:
    async with playground(flood=None) as telegram:
        await telegram.says("/price BTC")
        found = await asyncio.to_thread(api(telegram).target)
        assert found == Target("", found.connections, found.allowed, 1)

        await asyncio.to_thread(api(telegram).aim, HOOK)

        found = await asyncio.to_thread(api(telegram).target)
        assert found.leads_to(HOOK)
        assert found.waiting == 1  # what people wrote meanwhile is there
        (told,) = telegram.oracle.named("setWebhook")
        assert told["secret_token"] == "the-newest-of-the-two"
        assert "drop_pending_updates" not in told


async def test_trouble_is_said_without_the_token() -> None:
    async with playground(flood=None) as telegram:
        with pytest.raises(PlatformError, match="Telegram says 401 to getWebhookInfo") as found:
            await asyncio.to_thread(api(telegram, "1:another").target)
        assert "another" not in str(found.value)

        telegram.world.faults.add("setWebhook", Fault(drop=True))
        with pytest.raises(PlatformError, match="cannot be asked for setWebhook") as found:
            await asyncio.to_thread(api(telegram).aim, HOOK)
        assert telegram.token not in str(found.value)


def test_nobody_answers_and_the_token_is_not_said() -> None:
    gone = BotApi(f"http://127.0.0.1:{free_port()}", lambda name: "1:very-secret")

    with pytest.raises(PlatformError, match="cannot be asked for getWebhookInfo") as found:
        gone.target()
    assert "secret" not in str(found.value)


def test_a_secret_that_nobody_knows_is_said() -> None:
    with pytest.raises(PlatformError, match="WEBHOOK_SECRETS is not known"):
        BotApi("http://127.0.0.1", lambda name: "").aim(HOOK)
    with pytest.raises(PlatformError, match="TELEGRAM_BOT_TOKEN is not known"):
        BotApi("http://127.0.0.1", lambda name: "").target()


def test_two_secrets_are_told_apart_without_being_told() -> None:
    def mark(secret: str) -> str:
        return BotApi("", lambda name: secret).mark()

    marks = [mark(it) for it in ("one", "two", "one")]

    assert marks[0] == marks[2] != marks[1]
    assert len(marks[0]) == 8


def test_the_same_updates_are_asked_for_as_by_polling() -> None:
    assert ALLOWED == ALLOWED_UPDATES
