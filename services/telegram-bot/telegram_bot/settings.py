"""What the operator can set. `.env.example` and docs name the same variables."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from common.settings import ProgramSettings


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("not a web address")
    return text.rstrip("/")


def _bot_token(secret: SecretStr) -> SecretStr:
    number, _, letters = secret.get_secret_value().partition(":")
    plain = letters.replace("-", "").replace("_", "")
    if not (number.isascii() and number.isdecimal() and plain.isascii() and plain.isalnum()):
        raise ValueError("not in the form of a token")
    return secret


Address = Annotated[str, AfterValidator(_web_address)]


class Settings(ProgramSettings):
    """The bot's own settings."""

    telegram_bot_token: Annotated[SecretStr, AfterValidator(_bot_token)] = Field(
        description=(
            "a bot token such as 123456789:AAE… — send /newbot to @BotFather in Telegram to get "
            "one, or use `make run`, which needs none"
        )
    )
    telegram_api_url: Address = Field(
        default="https://api.telegram.org",
        description="the address of the Bot API, for example https://api.telegram.org",
    )
    market_data_url: Address = Field(
        default="http://127.0.0.1:8081",
        description="the address of the market-data service, for example http://127.0.0.1:8081",
    )
    bot_heartbeat: Path | None = Field(
        default=None,
        description="a file to touch before every poll, for a health check to read its age",
    )
    stop_seconds: float = Field(
        default=10.0,
        gt=0,
        le=110,
        description="how long answers under way may take after SIGTERM, above 0 and up to 110",
    )
