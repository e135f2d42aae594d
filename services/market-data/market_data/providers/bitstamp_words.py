"""Bitstamp's dialect, translated: markets, tickers and candles.

Everything comes as text. An unknown market is 404, at times as a page of HTML.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.market import Candle, Symbol, Ticker, Timeframe
from market_data.providers import exchange_words as words
from market_data.providers.exchange_manners import Complaint, Kind
from market_data.providers.exchange_words import Market

_TOO_MANY = ("400.002", "400.067", "400.068")
_MAINTENANCE = 60.0  # seconds between looks while it says that it is being maintained


def complaint(status: int, body: Any) -> Complaint | None:
    """Read `{"error": ...}` and `{"status": "error", "reason": ..., "code": ...}`."""
    if status == 404:
        return Complaint("", Kind.MISSING)
    if not isinstance(body, dict) or not ("error" in body or body.get("status") == "error"):
        return None
    said = str(body.get("error") or body.get("reason") or "error")
    if str(body.get("code") or body.get("response_code")) in _TOO_MANY:
        return Complaint(said, Kind.TOO_MANY)
    return Complaint(said, wait=_MAINTENANCE if "maintenance" in said else None)


def market(info: Any) -> Market | None:
    """Read one market; None for one that is not traded now, and for derivatives.

    The list of old calls a market's name `url_symbol`, the one of today `market_symbol`.

    Raises:
        BadAnswer: If it is not a market that we could ask for.
    """
    with words.making_sense("a market"):
        if info["trading"] != "Enabled" or info.get("market_type", "SPOT") != "SPOT":
            return None
        base, quote = info["name"].split("/")
        written = info.get("market_symbol") or info["url_symbol"]
        if not (written.isascii() and written.replace("-", "").isalnum()):
            raise ValueError(f"{written[:40]!r} is no part of an address")
        price_step, lot_step = (
            words.places(info[name]) for name in ("counter_decimals", "base_decimals")
        )
        return words.market(base, quote, price_step, lot_step, written)


def ticker(symbol: Symbol, said: Any, now: datetime) -> Ticker:
    """Read a ticker of 24 hours. `open` is that of the day and not of 24 hours: it is left alone.

    Args:
        now: A time after it is the exchange's clock running ahead, and is cut to it.

    Raises:
        BadAnswer: If there is no price, or it lies far outside the book's bid and ask.
    """
    said = words.an_object(said, "a ticker")
    return words.ticker(
        symbol,
        min(words.instant(said.get("timestamp")), now),
        price=said.get("last"),
        bid=said.get("bid"),
        ask=said.get("ask"),
        high=said.get("high"),
        low=said.get("low"),
        volume=said.get("volume"),
    )


def rows(said: Any) -> Any:
    """Return what stands under `data.ohlc`; None if there is nothing."""
    data = said.get("data") if isinstance(said, Mapping) else None
    return data.get("ohlc") if isinstance(data, Mapping) else None


def candle(row: Any, timeframe: Timeframe) -> Candle:
    """Read `{"timestamp", "open", "high", "low", "close", "volume"}`.

    Raises:
        BadAnswer: If something is missing, it is off the grid, or its prices contradict each other.
    """
    row = words.an_object(row, "a candle")
    opened_at = words.instant(row.get("timestamp"))
    names = ("open", "high", "low", "close", "volume")
    return words.candle(timeframe, opened_at, *(row.get(name) for name in names))
