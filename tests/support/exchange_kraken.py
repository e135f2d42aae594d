"""Kraken's dialect of the exchange emulator."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from common.market import EPOCH, Symbol, Timeframe
from market_data.providers import Listing
from tests.support.exchange_dialect import Dialect, Handler, plain, response
from tests.support.exchange_numbers import Bar, Bars, Quote

MOST = 720
_OWN_NAMES = {"BTC": "XBT", "DOGE": "XDG"}
_LEGACY = ("BTC", "ETH", "LTC", "XRP", "DOGE")  # assets of old, with an X or a Z before the name
_MINUTES = (1, 5, 15, 30, 60, 240, 1440)
_UNKNOWN = "EQuery:Unknown asset pair"


class KrakenDialect(Dialect):
    """Errors with status 200, other keys than asked for, the last 720 rows and no more."""

    def routes(self) -> Mapping[str, Handler]:
        return {
            "/0/public/AssetPairs": self._pairs,
            "/0/public/Ticker": self._ticker,
            "/0/public/OHLC": self._candles,
            "/0/public/Time": self._time,
            "/0/public/SystemStatus": self._status,
        }

    def refuse(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        return response({"error": [message]}, status, headers)

    def too_many(self, headers: Mapping[str, str] | None) -> Response:
        return self.refuse(200, "EAPI:Rate limit exceeded", headers)

    def write(self, request: Request, answer: Any) -> Any:
        if isinstance(answer, Bars):
            symbol = self._asked(request)
            assert symbol is not None
            last = answer[-2].time if len(answer) > 1 else 0
            return _said({_key(symbol): [_row(bar) for bar in answer], "last": last})
        if isinstance(answer, Quote):
            return _said({_key(answer.symbol): _ticker(answer)})
        return answer

    async def _pairs(self, request: Request) -> Any:
        pairs: dict[str, Any] = {}
        for listing in await self.numbers.listings():
            if self.numbers.trades(listing.symbol):
                pairs[_key(listing.symbol)] = _pair(listing)
        dark = {f"{key}.d": _dark(pair) for key, pair in list(pairs.items())[:1]}
        return _said(pairs | dark)

    async def _ticker(self, request: Request) -> Any:
        symbol = self._asked(request)
        return await self.numbers.quote(symbol) if symbol else self.refuse(200, _UNKNOWN)

    async def _candles(self, request: Request) -> Any:
        """Rows after `since`, at most the last 720 up to now, the forming one included."""
        symbol = self._asked(request)
        interval = request.query_params.get("interval", "1")
        if symbol is None:
            return self.refuse(200, _UNKNOWN)
        if interval not in map(str, _MINUTES):
            return self.refuse(200, "EGeneral:Invalid arguments")
        timeframe = next(one for one in Timeframe if one.seconds == int(interval) * 60)
        end = timeframe.opening(self.numbers.clock.now()) + timeframe.length
        since = EPOCH + timedelta(seconds=int(request.query_params.get("since", "0")))
        first = max(timeframe.opening(since) + timeframe.length, end - MOST * timeframe.length)
        return await self.numbers.bars(symbol, timeframe, first, end)

    async def _time(self, request: Request) -> Any:
        now = self.numbers.clock.now()
        text = now.strftime("%a, %d %b %y %H:%M:%S +0000")
        return _said({"unixtime": int(now.timestamp()), "rfc1123": text})

    async def _status(self, request: Request) -> Any:
        now = self.numbers.clock.now()
        return _said({"status": "online", "timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ")})

    def _asked(self, request: Request) -> Symbol | None:
        """The market of `pair`, which may be a pair's key or its other name."""
        pair = request.query_params.get("pair", "")
        known = self.numbers.markets()
        return next((one for one in known if pair in (_key(one), _altname(one))), None)


def _said(result: Any) -> dict[str, Any]:
    return {"error": [], "result": result}


def _altname(symbol: Symbol) -> str:
    return _OWN_NAMES.get(symbol.base, symbol.base) + symbol.quote


def _key(symbol: Symbol) -> str:
    """Assets of old stand in keys as `XXBTZUSD`, later ones as `ADAUSD`; Tether as `USDTZUSD`."""
    base = _OWN_NAMES.get(symbol.base, symbol.base)
    if symbol.base == "DOGE":
        return base + symbol.quote
    if symbol.base == "USDT":
        return f"{base}Z{symbol.quote}"
    return f"X{base}Z{symbol.quote}" if symbol.base in _LEGACY else base + symbol.quote


def _ticker(quote: Quote) -> dict[str, Any]:
    today, day = quote.today, quote.last_24h
    return {
        "a": [plain(quote.ask), "1", "1.000"],
        "b": [plain(quote.bid), "1", "1.000"],
        "c": [plain(quote.price), "0.00009443"],
        "v": [plain(today.volume), plain(day.volume)],
        "p": [plain(today.open), plain(day.open)],
        "t": [35, 3276],
        "l": [plain(today.low), plain(day.low)],
        "h": [plain(today.high), plain(day.high)],
        "o": plain(today.open),
    }


def _row(bar: Bar) -> list[Any]:
    prices = [plain(price) for price in (bar.open, bar.high, bar.low, bar.close)]
    return [bar.time, *prices, plain(bar.close), plain(bar.volume), 162]


def _pair(listing: Listing) -> dict[str, Any]:
    symbol = listing.symbol
    base = _OWN_NAMES.get(symbol.base, symbol.base)
    return {
        "altname": _altname(symbol),
        "wsname": f"{base}/{symbol.quote}",
        "aclass_base": "currency",
        "base": f"X{base}" if symbol.base in _LEGACY else base,
        "aclass_quote": "currency",
        "quote": f"Z{symbol.quote}",
        "lot": "unit",
        "cost_decimals": 5,
        "pair_decimals": _decimals(plain(listing.price_step)),
        "lot_decimals": _decimals(plain(listing.lot_step)),
        "lot_multiplier": 1,
        "leverage_buy": [2, 3],
        "leverage_sell": [2, 3],
        "fees": [[0, 0.4]],
        "fees_maker": [[0, 0.25]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": "0.00005",
        "costmin": "0.5",
        "tick_size": plain(listing.price_step),
        "status": "online",
        "long_position_limit": 80,
        "short_position_limit": 80,
    }


def _dark(pair: dict[str, Any]) -> dict[str, Any]:
    """A dark pool beside the pair: without a name for the stream."""
    fields = pair | {"altname": pair["altname"] + ".d"}
    del fields["wsname"]
    return fields


def _decimals(step: str) -> int:
    return len(step.partition(".")[2])
