"""What the dialects have in common: numbers read exactly, and nonsense refused with a reason.

Numbers come as strings or as JSON numbers, times as int or as text; every form is read.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from common.assets import NAMES
from common.market import EPOCH, Candle, Symbol, Ticker, Timeframe
from market_data.providers import Listing

_LARGEST = 20  # powers of ten; beyond, a number is a slip and not a price
_OUTSIDE = Decimal("0.1")  # how far a last trade may lie outside bid and ask


class BadAnswer(ValueError):
    """A piece of an answer that makes no sense; the message says why."""


@dataclass(frozen=True, slots=True)
class Market:
    """A listing, and how the exchange writes the market when it is asked for."""

    listing: Listing
    written: str


@contextmanager
def making_sense(of: str) -> Iterator[None]:
    """Turn whatever a read of `of` stumbles over into `BadAnswer`."""
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise BadAnswer(f"{of} makes no sense: {error}") from None


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


def above_zero(value: Any) -> Decimal:
    """Read a price or a step. Raises as `number` does, and for 0 and below."""
    exact = number(value)
    if exact <= 0:
        raise BadAnswer(f"{exact} is not above 0")
    return exact


def price_or_none(value: Any) -> Decimal | None:
    """Read a price; an empty side of the book is written as 0, or left out."""
    try:
        return above_zero(value)
    except BadAnswer:
        return None


def amount_or_none(value: Any) -> Decimal | None:
    """Read an amount, 0 or more; None where the exchange does not say."""
    try:
        amount = number(value)
    except BadAnswer:
        return None
    return amount if amount >= 0 else None


def places(value: Any) -> Decimal:
    """Return the step of numbers with so many decimals: `0.01` for 2 or "2".

    Raises:
        BadAnswer: If it is not a whole number from 0 to 20.
    """
    decimals = number(value)
    if decimals % 1 or not 0 <= decimals <= _LARGEST:
        raise BadAnswer(f"{decimals} is no number of decimals")
    return Decimal(1).scaleb(-int(decimals))


def instant(value: Any, a_second: int = 1) -> datetime:
    """Read a time since 1970, as int or text.

    Args:
        a_second: How many of its units make one: 1_000 for milliseconds.

    Raises:
        BadAnswer: If it is not a time of this age.
    """
    units = number(value)
    if not 0 <= units < 10**10 * a_second:
        raise BadAnswer(f"{units} is not a time")
    return EPOCH + timedelta(microseconds=int(units * 1_000_000 / a_second))


def candle(timeframe: Timeframe, opened_at: datetime, *prices_and_volume: Any) -> Candle:
    """Make a candle of open, high, low, close and volume.

    Raises:
        BadAnswer: If it is off the grid, or its prices contradict each other.
    """
    if opened_at.microsecond or opened_at != timeframe.opening(opened_at):
        raise BadAnswer(f"{opened_at.isoformat()} opens no {timeframe.value} candle")
    open_, high, low, close, volume = (number(value) for value in prices_and_volume)
    try:
        return Candle(opened_at, open_, high, low, close, volume)
    except ValueError as error:
        raise BadAnswer(str(error)) from None


def market(base: str, quote: str, price_step: Any, lot_step: Any, written: str) -> Market:
    """Make a market. Raises `BadAnswer` or `ValueError` where it could not be asked for."""
    symbol = Symbol(base, quote)
    name = NAMES.get(symbol.base, symbol.base)
    return Market(Listing(symbol, name, above_zero(price_step), above_zero(lot_step)), written)


def an_object(said: Any, what: str) -> Mapping[str, Any]:
    """Return `said`. Raises `BadAnswer` if it is no JSON object."""
    if not isinstance(said, Mapping):
        raise BadAnswer(f"{what} is not an object")
    return said


def ticker(
    symbol: Symbol,
    at: datetime,
    *,
    price: Any,
    bid: Any,
    ask: Any,
    high: Any,
    low: Any,
    volume: Any,
    quote_volume: Any = None,
) -> Ticker:
    """Make a ticker of what an exchange says of the last 24 hours; only the price must be there.

    Raises:
        BadAnswer: If there is no price, or it lies far outside the book's bid and ask.
    """
    found = Ticker(
        symbol=symbol,
        price=above_zero(price),
        at=at,
        bid=price_or_none(bid),
        ask=price_or_none(ask),
        high_24h=price_or_none(high),
        low_24h=price_or_none(low),
        volume_24h=amount_or_none(volume),
        quote_volume_24h=amount_or_none(quote_volume),
    )
    _check_book(found.price, found.bid, found.ask)
    return found


def _check_book(price: Decimal, bid: Decimal | None, ask: Decimal | None) -> None:
    """A last trade far from where people bid and ask is a slip, or old: no price of now.

    Raises:
        BadAnswer: If it lies more than a tenth outside.
    """
    too_low = bid is not None and price < bid * (1 - _OUTSIDE)
    too_high = ask is not None and price > ask * (1 + _OUTSIDE)
    if too_low or too_high:
        raise BadAnswer(f"the price {price} lies far outside bid {bid} and ask {ask}")
