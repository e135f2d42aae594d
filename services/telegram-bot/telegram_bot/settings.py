"""What the operator can set. `.env.example` and docs name the same variables."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from common.settings import ProgramSettings
from telegram_bot.profiles import ProfileName


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


def _user_ids(text: str) -> str:
    if not all(word.strip().isdecimal() for word in text.split(",") if text):
        raise ValueError("not ids such as 123456789, with commas")
    return text


def _webhook_secrets(secret: SecretStr) -> SecretStr:
    words = _words(secret)
    if len(words) > 2 or not all(_WEBHOOK_SECRET.fullmatch(word) for word in words):
        raise ValueError("not one or two words that Telegram takes")
    return secret


def _words(secret: SecretStr) -> list[str]:
    return [word.strip() for word in secret.get_secret_value().split(",") if word.strip()]


_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
Port = Annotated[int, Field(ge=0, le=65_535)]
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
    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///bot.sqlite"),
        description="sqlite:///bot.sqlite or postgresql://user:password@host/database",
    )
    trading_profile: ProfileName = Field(
        default="SIMU",
        description="SIMU or COINBASE: whose prices paper trades are filled at, and what they cost",
    )
    owner_ids: Annotated[str, AfterValidator(_user_ids)] = Field(
        default="",
        description="Telegram users who run the bot and may turn its flags: their ids, with commas",
    )
    updates: Literal["polling", "webhook"] = Field(
        default="polling", description="polling or webhook: who calls whom"
    )
    webhook_secrets: Annotated[SecretStr, AfterValidator(_webhook_secrets)] = Field(
        default=SecretStr(""),
        validate_default=True,
        description=(
            "the secret_token given to setWebhook, 16 to 256 of A-Z a-z 0-9 _ - (UPDATES=webhook "
            "needs it); while it is being changed the new and the old one, with a comma"
        ),
    )
    webhook_host: str = Field(
        default="127.0.0.1", description="an address to listen on for Telegram"
    )
    webhook_port: Port = Field(default=8443, description="a port from 1 to 65535 for Telegram")
    internal_host: str = Field(
        default="127.0.0.1", description="an address to listen on for health and metrics"
    )
    internal_port: Port | None = Field(
        default=None, description="a port from 1 to 65535 for health and metrics"
    )
    smoke_token: SecretStr = Field(
        default=SecretStr(""),
        description="who may have a canned update answered, and the lease handed over",
    )
    dead_after_seconds: float = Field(
        default=5.0,
        ge=0.5,
        le=8,
        description="how long a task may show no life before others take its work, 0.5 to 8",
    )
    bot_heartbeat: Path | None = Field(
        default=None,
        description="a file to touch before every poll, for a health check to read its age",
    )
    snapshots: str = Field(
        default="",
        description="where `python -m backup keep` stores snapshots, s3://bucket/folder",
    )
    stop_seconds: float = Field(
        default=10.0,
        gt=0,
        le=110,
        description="how long answers under way may take after SIGTERM, above 0 and up to 110",
    )

    @field_validator("webhook_secrets")
    @classmethod
    def _needed_by_webhook(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("updates") == "webhook" and not _words(secret):
            raise PydanticCustomError("missing", "UPDATES=webhook needs it")
        return secret

    def owners(self) -> set[int]:
        """The users who run the bot."""
        return {int(word) for word in self.owner_ids.split(",") if word}

    def accepted_secrets(self) -> list[str]:
        """The secrets that a webhook call may carry."""
        return _words(self.webhook_secrets)
