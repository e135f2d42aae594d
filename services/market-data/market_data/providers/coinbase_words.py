"""Coinbase's dialect, translated: products, tickers and rows of candles.

Prices come as strings in tickers and as JSON numbers in candles; both are read exactly.
"""

from datetime import UTC, datetime
from typing import Any

from common.market import Candle, Symbol, Ticker, Timeframe
from market_data.providers import exchange_words as words
from market_data.providers.exchange_manners import Complaint, Kind
from market_data.providers.exchange_words import BadAnswer, Market


def complaint(status: int, body: Any) -> Complaint | None:
    """Read `{"message": ...}`, which comes with any status, also with 200."""
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        return None
    return Complaint(body["message"], Kind.MISSING if status == 404 else None)


def market(product: Any) -> Market | None:
    """Read one product; None for one that is not traded now.

    Raises:
        BadAnswer: If it is not a product that we could ask for.
    """
    with words.making_sense("a product"):
        base, quote = product["base_currency"], product["quote_currency"]
        found = words.market(
            base, quote, product["quote_increment"], product["base_increment"], product["id"]
        )
        if found.written != str(found.listing.symbol):
            raise BadAnswer(f"{str(found.written)[:40]!r} is not {found.listing.symbol}")
        traded = product["status"] == "online" and not product.get("trading_disabled", False)
        return found if traded else None


def ticker(symbol: Symbol, said: Any, stats: Any, now: datetime) -> Ticker:
    """Read a ticker, and the day's extremes where there are any.

    Args:
        stats: The answer of `/stats`, or None.
        now: A time after it is the exchange's clock running ahead, and is cut to it.

    Raises:
        BadAnswer: If there is no price, or it lies far outside the book's bid and ask.
    """
    said = words.an_object(said, "a ticker")
    day = stats if isinstance(stats, dict) else {}
    return words.ticker(
        symbol,
        min(_instant(said.get("time")), now),
        price=said.get("price"),
        bid=said.get("bid"),
        ask=said.get("ask"),
        high=day.get("high"),
        low=day.get("low"),
        volume=said.get("volume"),
    )


def ticker_of_feed(symbol: Symbol, said: Any, now: datetime) -> Ticker:
    """Read a `ticker` message of the WebSocket; the first one is the last trade, however old.

    Raises:
        BadAnswer: As `ticker` does.
    """
    said = words.an_object(said, "a ticker message")
    return words.ticker(
        symbol,
        min(_instant(said.get("time")), now),
        price=said.get("price"),
        bid=said.get("best_bid"),
        ask=said.get("best_ask"),
        high=said.get("high_24h"),
        low=said.get("low_24h"),
        volume=said.get("volume_24h"),
    )


def candle(row: Any, timeframe: Timeframe) -> Candle:
    """Read `[time, low, high, open, close, volume]`.

    Raises:
        BadAnswer: If it is cut off, off the grid, or its prices contradict each other.
    """
    if not isinstance(row, list) or len(row) != 6:
        raise BadAnswer(f"{str(row)[:80]} is not a row of six")
    time, low, high, open_, close, volume = row
    return words.candle(timeframe, words.instant(time), open_, high, low, close, volume)


def _instant(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise BadAnswer(f"{str(text)[:40]!r} is not a time") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
