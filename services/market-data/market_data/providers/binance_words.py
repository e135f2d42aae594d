"""The dialect of Binance and Binance.US, translated: symbols, tickers and klines.

Times are in milliseconds, as int or as text.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from common.market import Candle, Symbol, Ticker, Timeframe
from market_data.providers import exchange_words as words
from market_data.providers.exchange_manners import Complaint, Kind
from market_data.providers.exchange_words import BadAnswer, Market

_MILLISECONDS = 1_000
_KINDS = {-1003: Kind.TOO_MANY, -1121: Kind.MISSING}


def complaint(status: int, body: Any) -> Complaint | None:
    """Read `{"code": -1121, "msg": ...}`."""
    if not isinstance(body, dict) or "code" not in body or not isinstance(body.get("msg"), str):
        return None
    code = body["code"]
    return Complaint(body["msg"], _KINDS.get(code) if isinstance(code, int) else None)


def market(info: Any) -> Market | None:
    """Read one symbol of `exchangeInfo`; None for one that is not traded now.

    Raises:
        BadAnswer: If it is not a symbol that we could ask for.
    """
    with words.making_sense("a symbol"):
        if info["status"] != "TRADING" or not info.get("isSpotTradingAllowed", True):
            return None
        filters = {one["filterType"]: one for one in info["filters"]}
        found = words.market(
            info["baseAsset"],
            info["quoteAsset"],
            filters["PRICE_FILTER"]["tickSize"],
            filters["LOT_SIZE"]["stepSize"],
            info["symbol"],
        )
        if found.written != written(found.listing.symbol):
            raise BadAnswer(f"{found.written[:40]!r} is not {found.listing.symbol}")
        return found


def written(symbol: Symbol) -> str:
    """Return the name of a market here: `BTCUSDT`."""
    return symbol.base + symbol.quote


def ticker(symbol: Symbol, said: Any, now: datetime) -> Ticker:
    """Read a ticker of 24 hours.

    Args:
        now: A time after it is the exchange's clock running ahead, and is cut to it.

    Raises:
        BadAnswer: If there is no price, or it lies far outside the book's bid and ask.
    """
    said = words.an_object(said, "a ticker")
    return words.ticker(
        symbol,
        min(words.instant(said.get("closeTime"), _MILLISECONDS), now),
        price=said.get("lastPrice"),
        bid=said.get("bidPrice"),
        ask=said.get("askPrice"),
        high=said.get("highPrice"),
        low=said.get("lowPrice"),
        volume=said.get("volume"),
        quote_volume=said.get("quoteVolume"),
    )


def candle(row: Any, timeframe: Timeframe) -> Candle:
    """Read `[opens, open, high, low, close, volume, closes, quote volume, trades, ...]`.

    Raises:
        BadAnswer: If it is cut off, off the grid, of another length, or contradicts itself.
    """
    if not isinstance(row, list) or len(row) < 7:
        raise BadAnswer(f"{str(row)[:80]} is not a row of seven or more")
    opens, closes = words.number(row[0]), words.number(row[6])
    if closes - opens + 1 != Decimal(timeframe.seconds * _MILLISECONDS):
        raise BadAnswer(f"{opens} to {closes} is not {timeframe.value}")
    return words.candle(timeframe, words.instant(opens, _MILLISECONDS), *row[1:6])
