"""Kraken's dialect, translated: asset pairs, tickers and rows of candles.

Errors come as an array with status 200. A key of the result may differ from what was asked for:
`XBTUSD` is answered as `XXBTZUSD`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.market import Candle, Symbol, Ticker, Timeframe
from market_data.providers import exchange_words as words
from market_data.providers.exchange_manners import Complaint, Kind
from market_data.providers.exchange_words import BadAnswer, Market

_OWN_NAMES = {"XBT": "BTC", "XDG": "DOGE"}  # of assets; all others are as elsewhere
_LOCKED_OUT = 900.0  # seconds that a temporary lockout takes
_KINDS = (
    ("EQuery:Unknown asset", Complaint("", Kind.MISSING)),
    ("EQuery:Invalid asset pair", Complaint("", Kind.MISSING)),
    ("EAPI:Rate limit exceeded", Complaint("", Kind.TOO_MANY)),
    ("EGeneral:Too many requests", Complaint("", Kind.TOO_MANY)),
    ("EGeneral:Temporary lockout", Complaint("", Kind.TOO_MANY, _LOCKED_OUT)),
)


def complaint(status: int, body: Any) -> Complaint | None:
    """Read `{"error": [...]}`; entries that start with W warn, and the result stands."""
    said = body.get("error") if isinstance(body, dict) else None
    if not isinstance(said, list):
        return None
    errors = [str(text) for text in said if not str(text).startswith("W")]
    if not errors:
        return None
    known = (what for start, what in _KINDS for text in errors if text.startswith(start))
    sort = next(known, Complaint())
    return Complaint(", ".join(errors), sort.kind, sort.wait)


def result(body: Any) -> Mapping[str, Any]:
    """Return what stands under `result`. Raises `BadAnswer` if there is none."""
    return words.an_object(words.an_object(body, "an answer").get("result"), "a result")


def only(body: Any) -> Any:
    """Return the one thing in the result, whatever its key.

    Raises:
        BadAnswer: If there is none, or more than one beside `last`.
    """
    found = [value for key, value in result(body).items() if key != "last"]
    if len(found) != 1:
        raise BadAnswer(f"a result of {len(found)} pairs answers no question about one")
    return found[0]


def market(pair: Any) -> Market | None:
    """Read one asset pair; None for one that is not traded now, and for dark pools.

    Raises:
        BadAnswer: If it is not a pair that we could ask for.
    """
    with words.making_sense("an asset pair"):
        if "wsname" not in pair or pair.get("status", "online") != "online":
            return None
        base, quote = (_OWN_NAMES.get(name, name) for name in pair["wsname"].split("/"))
        lot_step = words.places(pair["lot_decimals"])
        price_step = pair.get("tick_size") or words.places(pair["pair_decimals"])
        return words.market(base, quote, price_step, lot_step, pair["altname"])


def ticker(symbol: Symbol, said: Any, now: datetime) -> Ticker:
    """Read a ticker. It says no time, so it is of now, when it was received.

    Of pairs of values the second is of 24 hours, the first since 00:00 UTC. `o` is that day's open
    and no open of 24 hours, so it is left alone.

    Raises:
        BadAnswer: If there is no price, or it lies far outside the book's bid and ask.
    """
    with words.making_sense("a ticker"):
        return words.ticker(
            symbol,
            now,
            price=said["c"][0],
            bid=said["b"][0],
            ask=said["a"][0],
            high=said["h"][1],
            low=said["l"][1],
            volume=said["v"][1],
        )


def candle(row: Any, timeframe: Timeframe) -> Candle:
    """Read `[time, open, high, low, close, vwap, volume, count]`.

    Raises:
        BadAnswer: If it is cut off, off the grid, or its prices contradict each other.
    """
    if not isinstance(row, list) or len(row) != 8:
        raise BadAnswer(f"{str(row)[:80]} is not a row of eight")
    time, open_, high, low, close, _vwap, volume, _count = row
    return words.candle(timeframe, words.instant(time), open_, high, low, close, volume)
