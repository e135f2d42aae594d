import pytest

from common.errors import Misconfigured
from common.settings import read
from telegram_bot.settings import Settings

TOKEN = "123456789:AAE-not_a_real_token_0123456789abcde"


def test_a_token_is_all_it_takes() -> None:
    settings = read(Settings, telegram_bot_token=TOKEN)

    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.market_data_url == "http://127.0.0.1:8081"


def test_the_token_is_not_shown() -> None:
    settings = read(Settings, telegram_bot_token=TOKEN)

    assert TOKEN not in repr(settings) + str(settings) + str(settings.model_dump())
    assert settings.telegram_bot_token.get_secret_value() == TOKEN


def test_without_a_token_it_says_where_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)

    with pytest.raises(Misconfigured, match="TELEGRAM_BOT_TOKEN is missing.*BotFather.*make run"):
        read(Settings)


@pytest.mark.parametrize("token", ["nonsense", "123:", ":abc", "12a:abc", "123:ab c", "١٢:abc"])
def test_a_token_in_another_form_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(Misconfigured, match="TELEGRAM_BOT_TOKEN is wrong") as refused:
        read(Settings, telegram_bot_token=token)

    assert token not in str(refused.value)


@pytest.mark.parametrize("address", ["127.0.0.1:8081", "ftp://host", "http://", "http://h/?q=1"])
def test_an_address_must_be_a_web_address(address: str) -> None:
    with pytest.raises(Misconfigured, match="MARKET_DATA_URL is wrong"):
        read(Settings, telegram_bot_token=TOKEN, market_data_url=address)


def test_a_closing_slash_does_not_matter() -> None:
    settings = read(Settings, telegram_bot_token=TOKEN, market_data_url="http://host:1/")

    assert settings.market_data_url == "http://host:1"


def test_a_webhook_without_its_secret_says_what_is_missing() -> None:
    wanted = "^WEBHOOK_SECRETS is missing. It must be: the secret_token given to setWebhook, 16 to"

    with pytest.raises(Misconfigured, match=wanted):
        read(Settings, telegram_bot_token=TOKEN, updates="webhook")


@pytest.mark.parametrize("secrets", ["short", "a-secret-of-16-letters," * 3, "with spaces in it!"])
def test_webhook_secrets_must_be_what_telegram_takes(secrets: str) -> None:
    with pytest.raises(Misconfigured, match="^WEBHOOK_SECRETS is wrong .*16 to 256") as refused:
        read(Settings, telegram_bot_token=TOKEN, webhook_secrets=secrets)

    assert secrets not in str(refused.value)
