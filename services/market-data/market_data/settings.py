"""Settings of the market-data service, read once from the environment."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from common.settings import ProgramSettings

FEED_URL = "wss://ws-feed.exchange.coinbase.com"
EXCHANGES = ("binance", "binanceus", "bitstamp", "coinbase", "kraken")


def _an_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("it does not start with http:// or https://")
    return url


Url = Annotated[str, AfterValidator(_an_address)]
_AN_ADDRESS = "an address that starts with http"


class Settings(ProgramSettings):
    """What an operator may set; each description is also the text of an error."""

    market_data_host: str = Field(default="127.0.0.1", description="an address to listen on")
    market_data_port: int = Field(
        default=8081, ge=0, le=65_535, description="a port from 1 to 65535, or 0 for any free one"
    )
    most_requests: int = Field(
        default=256,
        ge=1,
        le=10_000,
        description="a whole number of requests that may be under way at once, 1 to 10000",
    )
    providers: str = Field(
        default="recorded,simu",
        description="names of providers, the preferred one first, for example coinbase,recorded",
    )
    data_dir: Path | None = Field(
        default=None,
        description="a folder of CSV files with date or ts, open, high, low, close, volume",
    )
    as_of: datetime | None = Field(
        default=None,
        description="the instant at which recordings stand, for example 2022-01-31T12:00:00Z",
    )
    simu_seed: str = Field(default="1", description="any text; another seed is another market")
    candle_store: Path | None = Field(
        default=None,
        description="a file to keep candles of exchanges in, for example .run/candles.sqlite",
    )
    binance_url: Url | None = Field(default=None, description=_AN_ADDRESS)
    binanceus_url: Url | None = Field(default=None, description=_AN_ADDRESS)
    bitstamp_url: Url | None = Field(default=None, description=_AN_ADDRESS)
    coinbase_url: Url | None = Field(default=None, description=_AN_ADDRESS)
    coinbase_feed_url: str | None = Field(
        default=None,
        pattern="^(wss?://.+|off)$",
        description="the address of a WebSocket that starts with ws, or off for no live feed",
    )
    kraken_url: Url | None = Field(default=None, description=_AN_ADDRESS)

    @field_validator("data_dir")
    @classmethod
    def _a_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError("there is no such folder")
        return folder

    @field_validator("as_of")
    @classmethod
    def _in_utc(cls, at: datetime | None) -> datetime | None:
        if at is not None and at.tzinfo is None:
            return at.replace(tzinfo=UTC)
        return at.astimezone(UTC) if at else None

    def provider_names(self) -> list[str]:
        return [name for name in self.providers.replace(",", " ").lower().split() if name]

    def feed_url(self) -> str | None:
        """Where Coinbase's live feed is; None for none, as when the exchange is a stand-in."""
        if self.coinbase_feed_url == "off":
            return None
        return self.coinbase_feed_url or (None if self.coinbase_url else FEED_URL)

    def urls(self) -> dict[str, str]:
        """Where exchanges are, by name, as far as they are not where they say themselves."""
        set_here = {name: getattr(self, f"{name}_url") for name in EXCHANGES}
        return {name: url for name, url in set_here.items() if url is not None}
