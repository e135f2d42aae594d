"""The dialect of Binance and Binance.US of the exchange emulator."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from common.market import EPOCH, Symbol, Timeframe
from market_data.providers import Listing
from tests.support.exchange_dialect import Dialect, Handler, plain, response
from tests.support.exchange_numbers import Bar, Bars, Numbers, Quote

MOST, USUAL = 1_000, 500
_MINUTE = timedelta(minutes=1)
_TOO_MUCH = "Too much request weight used; current limit is 6000 request weight per 1 MINUTE."


class BinanceDialect(Dialect):
    """Prices in USDT, times in milliseconds, weight counted by the minute.

    Attributes:
        used: Weight that this address has used in this minute; others may add to it.
    """

    quote = "USDT"

    def __init__(self, numbers: Numbers) -> None:
        super().__init__(numbers)
        self.used = 0
        self._minute = numbers.clock.now()

    def routes(self) -> Mapping[str, Handler]:
        return {
            "/api/v3/exchangeInfo": self._symbols,
            "/api/v3/ticker/24hr": self._ticker,
            "/api/v3/klines": self._candles,
            "/api/v3/time": self._time,
        }

    def refuse(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        return response({"code": 0 if status == 451 else -1001, "msg": message}, status, headers)

    def too_many(self, headers: Mapping[str, str] | None) -> Response:
        return response({"code": -1003, "msg": _TOO_MUCH}, 429, headers)

    def headers(self) -> Mapping[str, str]:
        return {"X-MBX-USED-WEIGHT": str(self.used), "X-MBX-USED-WEIGHT-1M": str(self.used)}

    def check(self, request: Request) -> Response | None:
        """Count; nothing is refused here."""
        now = self.numbers.clock.now()
        if now - self._minute >= _MINUTE:
            self.used, self._minute = 0, now
        self.used += 20 if request.url.path.endswith("exchangeInfo") else 2
        return None

    def write(self, request: Request, answer: Any) -> Any:
        if isinstance(answer, Bars):
            interval = Timeframe(request.query_params["interval"])
            return [_row(bar, interval.seconds) for bar in answer]
        return self._ticker_of(answer) if isinstance(answer, Quote) else answer

    async def _symbols(self, request: Request) -> Any:
        only = request.query_params.get("symbolStatus")
        listed = [
            self._symbol_of(listing)
            for listing in await self.numbers.listings()
            if listing.symbol.base != self.quote
        ]
        return {
            "timezone": "UTC",
            "serverTime": _milliseconds(self.numbers.clock.now()),
            "rateLimits": [],
            "exchangeFilters": [],
            "symbols": [one for one in listed if only in (None, one["status"])],
        }

    async def _ticker(self, request: Request) -> Any:
        symbol = self._asked(request)
        return await self.numbers.quote(symbol) if symbol else _unknown()

    async def _candles(self, request: Request) -> Any:
        """Both ends are inclusive; from a start the oldest come, without one the newest."""
        symbol = self._asked(request)
        params = request.query_params
        if symbol is None:
            return _unknown()
        if params.get("interval") not in [timeframe.value for timeframe in Timeframe]:
            return response({"code": -1120, "msg": "Invalid interval."}, 400)
        timeframe = Timeframe(params["interval"])
        limit = min(int(params.get("limit", USUAL)), MOST)
        end = timeframe.opening(self.numbers.clock.now()) + timeframe.length
        if "endTime" in params:
            end = min(end, _instant(params["endTime"]) + timedelta(milliseconds=1))
        first = timeframe.opening(end - timedelta(milliseconds=1)) - (limit - 1) * timeframe.length
        if "startTime" in params:
            asked = _instant(params["startTime"]) - timedelta(milliseconds=1)
            first = timeframe.opening(asked) + timeframe.length
        return Bars((await self.numbers.bars(symbol, timeframe, first, end))[:limit])

    async def _time(self, request: Request) -> Any:
        return {"serverTime": _milliseconds(self.numbers.clock.now())}

    def _asked(self, request: Request) -> Symbol | None:
        asked = request.query_params.get("symbol", "")
        known = [one for one in self.numbers.markets() if one.base != self.quote]
        return next((one for one in known if one.base + self.quote == asked), None)

    def _ticker_of(self, quote: Quote) -> dict[str, Any]:
        day = quote.last_24h
        at = _milliseconds(quote.at)
        return {
            "symbol": quote.symbol.base + self.quote,
            "priceChange": _eight(quote.price - day.open),
            "priceChangePercent": "1.647",
            "weightedAvgPrice": _eight(day.open),
            "prevClosePrice": _eight(day.open),
            "lastPrice": _eight(quote.price),
            "lastQty": "0.23925000",
            "bidPrice": _eight(quote.bid),
            "bidQty": "6.27086000",
            "askPrice": _eight(quote.ask),
            "askQty": "0.03321000",
            "openPrice": _eight(day.open),
            "highPrice": _eight(day.high),
            "lowPrice": _eight(day.low),
            "volume": _eight(day.volume),
            "quoteVolume": _eight(day.volume * day.open),
            "openTime": at - 86_400_000,
            "closeTime": at,
            "firstId": 3_476_288_989,
            "lastId": 3_479_476_926,
            "count": 3_187_938,
        }

    def _symbol_of(self, listing: Listing) -> dict[str, Any]:
        symbol = listing.symbol
        tick, lot = _eight(listing.price_step), _eight(listing.lot_step)
        return {
            "symbol": symbol.base + self.quote,
            "status": "BREAK" if symbol in self.numbers.delisted else "TRADING",
            "baseAsset": symbol.base,
            "baseAssetPrecision": 8,
            "quoteAsset": self.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "isSpotTradingAllowed": True,
            "filters": [
                {
                    "filterType": "PRICE_FILTER",
                    "minPrice": tick,
                    "maxPrice": "1e9",
                    "tickSize": tick,
                },
                {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": "9000.0", "stepSize": lot},
            ],
        }


class BinanceUSDialect(BinanceDialect):
    """The same in dollars."""

    quote = "USD"


def _unknown() -> Response:
    return response({"code": -1121, "msg": "Invalid symbol."}, 400)


def _row(bar: Bar, seconds: int) -> list[Any]:
    prices = [_eight(price) for price in (bar.open, bar.high, bar.low, bar.close)]
    opens = bar.time * 1_000
    worth = _eight(bar.volume * bar.close)
    volume = _eight(bar.volume)
    return [opens, *prices, volume, opens + seconds * 1_000 - 1, worth, 3743, volume, worth, "0"]


def _eight(value: Decimal) -> str:
    """Text with eight decimals, or as many as it needs."""
    padded = f"{value:.8f}"
    return padded if Decimal(padded) == value else plain(value)


def _milliseconds(at: Any) -> int:
    return int((at - EPOCH) // timedelta(milliseconds=1))


def _instant(text: str) -> Any:
    return EPOCH + timedelta(milliseconds=int(text))
