"""Coinbase Exchange's dialect of the exchange emulator."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from common.market import Symbol, Timeframe
from market_data.providers import Listing
from tests.support.exchange_dialect import Dialect, Handler, plain, response
from tests.support.exchange_numbers import Bars, Quote

MOST = 300
_GRANULARITIES = ("60", "300", "900", "3600", "21600", "86400")
_TOO_MANY = (
    "granularity too small for the requested time range. "
    "Count of aggregations requested exceeds 300"
)


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return response({"message": message}, status, headers)


class CoinbaseDialect(Dialect):
    """Rows newest first, low and high before open; no row without trades."""

    def routes(self) -> Mapping[str, Handler]:
        return {
            "/products": self._products,
            "/products/{id}/ticker": self._ticker,
            "/products/{id}/stats": self._stats,
            "/products/{id}/candles": self._candles,
            "/time": self._time,
        }

    def refuse(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        return refusal(status, message, headers)

    def check(self, request: Request) -> Response | None:
        if "user-agent" in request.headers:
            return None
        return refusal(400, "User-Agent header is required.")

    def write(self, request: Request, answer: Any) -> Any:
        if isinstance(answer, Bars):
            return [
                [bar.time, bar.low, bar.high, bar.open, bar.close, bar.volume]
                for bar in reversed(answer)
            ]
        return _ticker(answer) if isinstance(answer, Quote) else answer

    async def _products(self, request: Request) -> Any:
        return [_product(one, self.numbers.delisted) for one in await self.numbers.listings()]

    async def _ticker(self, request: Request) -> Any:
        symbol = self._symbol(request)
        return await self.numbers.quote(symbol) if symbol else refusal(404, "NotFound")

    async def _stats(self, request: Request) -> Any:
        symbol = self._symbol(request)
        if symbol is None:
            return refusal(404, "NotFound")
        quote = await self.numbers.quote(symbol)
        return {
            "open": plain(quote.last_24h.open),
            "high": plain(quote.last_24h.high),
            "low": plain(quote.last_24h.low),
            "last": plain(quote.price),
            "volume": plain(quote.last_24h.volume),
            "volume_30day": plain(quote.last_24h.volume * 30),
        }

    async def _candles(self, request: Request) -> Any:
        """Both ends of the range are inclusive, and both or neither count."""
        symbol = self._symbol(request)
        granularity = request.query_params.get("granularity", "60")
        if symbol is None:
            return refusal(404, "NotFound")
        if granularity not in _GRANULARITIES:
            return refusal(400, "Unsupported granularity")
        timeframe = next(one for one in Timeframe if one.seconds == int(granularity))
        last = timeframe.opening(self.numbers.clock.now())
        first = last - (MOST - 1) * timeframe.length
        start, end = request.query_params.get("start"), request.query_params.get("end")
        if start and end:
            first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
        if (last - first) // timeframe.length >= MOST + 1:
            return refusal(400, _TOO_MANY)
        # The documentation warns of rows before `start`: one always comes.
        since = timeframe.opening(first) - timeframe.length
        until = timeframe.opening(last) + timeframe.length
        return await self.numbers.bars(symbol, timeframe, since, until)

    async def _time(self, request: Request) -> Any:
        now = self.numbers.clock.now()
        return {"iso": now.isoformat(), "epoch": Decimal(str(now.timestamp()))}

    def _symbol(self, request: Request) -> Symbol | None:
        symbol = Symbol.parse(request.path_params["id"])
        return symbol if self.numbers.trades(symbol) else None


def _ticker(quote: Quote) -> dict[str, Any]:
    return {
        "ask": plain(quote.ask),
        "bid": plain(quote.bid),
        "volume": plain(quote.last_24h.volume),
        "trade_id": int(quote.at.timestamp()),
        "price": plain(quote.price),
        "size": "0.00730812",
        "time": quote.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "rfq_volume": "7.669923",
    }


def _product(listing: Listing, delisted: set[Symbol]) -> dict[str, str | bool]:
    symbol = listing.symbol
    return {
        "id": str(symbol),
        "base_currency": symbol.base,
        "quote_currency": symbol.quote,
        "quote_increment": plain(listing.price_step),
        "base_increment": plain(listing.lot_step),
        "display_name": str(symbol),
        "min_market_funds": "1",
        "margin_enabled": False,
        "post_only": False,
        "limit_only": False,
        "cancel_only": False,
        "status": "delisted" if symbol in delisted else "online",
        "status_message": "",
        "trading_disabled": symbol in delisted,
        "fx_stablecoin": False,
        "max_slippage_percentage": "0.02000000",
        "auction_mode": False,
        "high_bid_limit_percentage": "",
    }
