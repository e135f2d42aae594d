"""Bitstamp's dialect of the exchange emulator."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from common.market import EPOCH, Symbol, Timeframe
from market_data.providers import Listing
from tests.support.exchange_dialect import Dialect, Handler, plain, response
from tests.support.exchange_numbers import Bar, Bars, Quote

MOST = 1_000
_STEPS = "60 180 300 900 1800 3600 7200 14400 21600 43200 86400 259200".split()


class BitstampDialect(Dialect):
    """Everything as text; unknown markets are a page of HTML."""

    def routes(self) -> Mapping[str, Handler]:
        return {
            "/api/v2/markets/": self._markets,
            "/api/v2/ticker/{pair}/": self._ticker,
            "/api/v2/ohlc/{pair}/": self._candles,
        }

    def refuse(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        return response({"error": message}, status, headers)

    def too_many(self, headers: Mapping[str, str] | None) -> Response:
        body = {"status": "error", "reason": "Request rate limit exceeded.", "code": "400.002"}
        return response(body, 400, headers)

    def write(self, request: Request, answer: Any) -> Any:
        if isinstance(answer, Bars):
            symbol = self._asked(request)
            assert symbol is not None
            return {"data": {"pair": symbol.shown, "ohlc": [_row(bar) for bar in answer]}}
        return _ticker(answer) if isinstance(answer, Quote) else answer

    async def _markets(self, request: Request) -> Any:
        return [_market(one, self.numbers.delisted) for one in await self.numbers.listings()]

    async def _ticker(self, request: Request) -> Any:
        symbol = self._asked(request)
        return await self.numbers.quote(symbol) if symbol else _unknown()

    async def _candles(self, request: Request) -> Any:
        """Both ends are inclusive; from a start the oldest come, without one the newest."""
        symbol = self._asked(request)
        params = request.query_params
        if symbol is None:
            return _unknown()
        if params.get("step") not in _STEPS or not 1 <= int(params.get("limit", 0)) <= MOST:
            return self.refuse(400, "Invalid step or limit.")
        timeframe = next(one for one in Timeframe if one.seconds == int(params["step"]))
        limit = int(params["limit"])
        forming = timeframe.opening(self.numbers.clock.now())
        left_out = params.get("exclude_current_candle") == "true"
        end = forming if left_out else forming + timeframe.length
        if "end" in params:
            end = min(end, EPOCH + timedelta(seconds=int(params["end"]) + 1))
        first = timeframe.opening(end - timedelta(seconds=1)) - (limit - 1) * timeframe.length
        if "start" in params:
            asked = EPOCH + timedelta(seconds=int(params["start"]) - 1)
            first = timeframe.opening(asked) + timeframe.length
        return Bars((await self.numbers.bars(symbol, timeframe, first, end))[:limit])

    def _asked(self, request: Request) -> Symbol | None:
        pair = request.path_params["pair"]
        known = self.numbers.markets()
        return next((one for one in known if _name(one) == pair), None)


def _unknown() -> Response:
    return Response("<html><body>Page not found</body></html>", 404, media_type="text/html")


def _name(symbol: Symbol) -> str:
    return (symbol.base + symbol.quote).lower()


def _ticker(quote: Quote) -> dict[str, str]:
    day = quote.last_24h
    return {
        "timestamp": str(int(quote.at.timestamp())),
        "open": plain(quote.today.open),
        "high": plain(day.high),
        "low": plain(day.low),
        "last": plain(quote.price),
        "volume": plain(day.volume),
        "vwap": plain(day.open),
        "bid": plain(quote.bid),
        "ask": plain(quote.ask),
        "side": "0",
        "open_24": plain(day.open),
        "percent_change_24": "1.58",
    }


def _row(bar: Bar) -> dict[str, str]:
    return {
        "timestamp": str(bar.time),
        "open": plain(bar.open),
        "high": plain(bar.high),
        "low": plain(bar.low),
        "close": plain(bar.close),
        "volume": plain(bar.volume),
    }


def _market(listing: Listing, delisted: set[Symbol]) -> dict[str, Any]:
    symbol = listing.symbol
    return {
        "name": symbol.shown,
        "market_symbol": _name(symbol),
        "base_currency": symbol.base,
        "base_decimals": _decimals(plain(listing.lot_step)),
        "counter_currency": symbol.quote,
        "counter_decimals": _decimals(plain(listing.price_step)),
        "minimum_order_value": "10.00",
        "trading": "Disabled" if symbol in delisted else "Enabled",
        "instant_order_counter_decimals": 2,
        "instant_and_market_orders": "Enabled",
        "description": listing.name,
        "market_type": "SPOT",
    }


def _decimals(step: str) -> int:
    return len(step.partition(".")[2])
