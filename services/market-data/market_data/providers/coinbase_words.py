"""Coinbase's dialect, translated: products, tickers and rows of candles.

Prices come as strings in tickers and as JSON numbers in candles; both are read exactly.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from common.assets import NAMES
from common.market import EPOCH, Candle, Symbol, Ticker
from market_data.providers import Listing

_LARGEST = 20  # powers of ten; beyond, a number is a slip and not a price
_OUTSIDE = Decimal("0.1")  # how far a last trade may lie outside bid and ask


class BadAnswer(ValueError):
    """A piece of an answer that makes no sense; the message says why."""


def number(value: Any) -> Decimal:
    """Read a string, an int or a `Decimal`.

    Raises:
        BadAnswer: If it is not a number of a sensible size.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadAnswer(f"{str(value)[:40]!r} is not a number")
    try:
        exact = Decimal(value)
    except (InvalidOperation, ValueError):
        raise BadAnswer(f"{str(value)[:40]!r} is not a number") from None
    if not exact.is_finite() or (exact and abs(exact.adjusted()) > _LARGEST):
        raise BadAnswer(f"{str(value)[:40]} is out of bounds")
    return exact


def listing(product: Any) -> Listing | None:
    """Read one product; None for one that is not traded now.

    Raises:
        BadAnswer: If it is not a product that we could ask for.
    """
    try:
        symbol = Symbol(product["base_currency"], product["quote_currency"])
        if product["id"] != str(symbol):
            raise BadAnswer(f"{str(product['id'])[:40]!r} is not {symbol}")
        if product["status"] != "online" or product.get("trading_disabled", False):
            return None
        return Listing(
            symbol=symbol,
            name=NAMES.get(symbol.base, symbol.base),
            price_step=_above_zero(product["quote_increment"]),
            lot_step=_above_zero(product["base_increment"]),
        )
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise BadAnswer(f"a product makes no sense: {error}") from None


def ticker(symbol: Symbol, said: Any, stats: Any, now: datetime) -> Ticker:
    """Read a ticker, and the day's extremes where there are any.

    Args:
        stats: The answer of `/stats`, or None.
        now: A time after it is the exchange's clock running ahead, and is cut to it.

    Raises:
        BadAnswer: If there is no price, or it lies far outside the book's bid and ask.
    """
    if not isinstance(said, Mapping):
        raise BadAnswer("a ticker is not an object")
    price = _above_zero(said.get("price"))
    bid, ask = _price_or_none(said, "bid"), _price_or_none(said, "ask")
    _check_book(price, bid, ask)
    day = stats if isinstance(stats, Mapping) else {}
    return Ticker(
        symbol=symbol,
        price=price,
        at=min(_instant(said.get("time")), now),
        bid=bid,
        ask=ask,
        high_24h=_price_or_none(day, "high"),
        low_24h=_price_or_none(day, "low"),
        volume_24h=_volume_or_none(said),
    )


def candle(row: Any, seconds: int) -> Candle:
    """Read `[time, low, high, open, close, volume]`.

    Args:
        seconds: Length of the candle.

    Raises:
        BadAnswer: If it is cut off, off the grid, or its prices contradict each other.
    """
    if not isinstance(row, list) or len(row) != 6:
        raise BadAnswer(f"{str(row)[:80]} is not a row of six")
    time = number(row[0])
    low, high, open_, close, volume = (number(value) for value in row[1:])
    if time % seconds or not 0 <= time < 10**10:
        raise BadAnswer(f"{time} opens no candle of {seconds} s")
    try:
        return Candle(EPOCH + timedelta(seconds=int(time)), open_, high, low, close, volume)
    except ValueError as error:
        raise BadAnswer(str(error)) from None


def _check_book(price: Decimal, bid: Decimal | None, ask: Decimal | None) -> None:
    """A last trade far from where people bid and ask is a slip, or old: no price of now."""
    too_low = bid is not None and price < bid * (1 - _OUTSIDE)
    too_high = ask is not None and price > ask * (1 + _OUTSIDE)
    if too_low or too_high:
        raise BadAnswer(f"the price {price} lies far outside bid {bid} and ask {ask}")


def _above_zero(value: Any) -> Decimal:
    exact = number(value)
    if exact <= 0:
        raise BadAnswer(f"{exact} is not above 0")
    return exact


def _price_or_none(said: Mapping[str, Any], name: str) -> Decimal | None:
    """An empty side of the book is written as 0, or left out."""
    try:
        return _above_zero(said.get(name))
    except BadAnswer:
        return None


def _volume_or_none(said: Mapping[str, Any]) -> Decimal | None:
    try:
        volume = number(said.get("volume"))
    except BadAnswer:
        return None
    return volume if volume >= 0 else None


def _instant(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise BadAnswer(f"{str(text)[:40]!r} is not a time") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
