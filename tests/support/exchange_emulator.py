"""An exchange on a real socket: Coinbase's dialect over SIMU's numbers, with scripted faults.

exchange = ExchangeEmulator(clock)
async with serve(exchange.app) as address:
    exchange.script(too_many_requests(2))     # the next request
    exchange.trouble = no_candles             # every request, until it is None again

The shapes are those of recorded responses (tests/unit/market_data/test_reference_coinbase.py).
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.clock import Clock
from common.market import EPOCH, Candle, Symbol, Timeframe
from market_data.providers import Listing
from market_data.providers.simu import Simu
from market_data.providers.simu_markets import MARKETS, simu_market

# Beside SIMU's ten: prices of 1e-10 and 1e7.
EXTREMES = {
    market.symbol: market
    for market in (
        simu_market("TINY", "0.0000000001", 0.9, "0.0000000000000001", "1", "1e15", 0.8),
        simu_market("HUGE", "10000000", 0.5, "0.01", "0.00000001", "50", 0.8),
    )
}
MOST = 300
_GRANULARITIES = ("60", "300", "900", "3600", "21600", "86400")
_TOO_MANY = (
    "granularity too small for the requested time range. "
    "Count of aggregations requested exceeds 300"
)

# A fault gets the request and the healthy answer, and returns a response or another answer.
Fault = Callable[[Request, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


class ExchangeEmulator:
    """The exchange.

    Attributes:
        app: Serve it.
        requests: What arrived, oldest first.
        most_under_way: Requests that were open at the same time, at most.
        trouble: A fault of every request that has no scripted one.
        delisted: Markets that are no longer traded.
    """

    def __init__(self, clock: Clock, seed: str = "1") -> None:
        self.simu = Simu(clock, seed, MARKETS | EXTREMES)
        self.requests: list[Seen] = []
        self.most_under_way = 0
        self.trouble: Fault | None = None
        self.delisted: set[Symbol] = set()
        self._clock = clock
        self._script: list[Fault] = []
        self._under_way = 0
        self.app = Starlette(
            routes=[
                Route("/products", self._answering(self._products)),
                Route("/products/{id}/ticker", self._answering(self._ticker)),
                Route("/products/{id}/stats", self._answering(self._stats)),
                Route("/products/{id}/candles", self._answering(self._candles)),
                Route("/time", self._answering(self._time)),
            ]
        )

    def script(self, *faults: Fault) -> None:
        """One fault for each of the next requests, in order."""
        self._script += faults

    def _answering(
        self, healthy: Callable[[Request], Awaitable[Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            params, headers = dict(request.query_params), dict(request.headers)
            self.requests.append(Seen(request.url.path, params, headers))
            fault = self._script.pop(0) if self._script else self.trouble
            self._under_way += 1
            self.most_under_way = max(self.most_under_way, self._under_way)
            try:
                answer = await healthy(request)
                if fault is not None:
                    answer = await fault(request, answer)
            finally:
                self._under_way -= 1
            if "user-agent" not in headers:
                return refusal(400, "User-Agent header is required.")
            return answer if isinstance(answer, Response) else response(answer)

        return endpoint

    async def _products(self, request: Request) -> Any:
        return [_product(listing, self.delisted) for listing in await self.simu.listings()]

    async def _ticker(self, request: Request) -> Any:
        symbol = self._symbol(request)
        if symbol is None:
            return refusal(404, "NotFound")
        ticker = await self.simu.ticker(symbol)
        _, _, volume, _ = await self._day(symbol)
        assert ticker.bid is not None and ticker.ask is not None
        return {
            "ask": plain(ticker.ask),
            "bid": plain(ticker.bid),
            "volume": plain(volume),
            "trade_id": int(ticker.at.timestamp()),
            "price": plain(ticker.price),
            "size": "0.00730812",
            "time": ticker.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "rfq_volume": "7.669923",
        }

    async def _stats(self, request: Request) -> Any:
        symbol = self._symbol(request)
        if symbol is None:
            return refusal(404, "NotFound")
        high, low, volume, opened = await self._day(symbol)
        last = await self.simu.ticker(symbol)
        return {
            "open": plain(opened),
            "high": plain(high),
            "low": plain(low),
            "last": plain(last.price),
            "volume": plain(volume),
            "volume_30day": plain(volume * 30),
        }

    async def _candles(self, request: Request) -> Any:
        """Rows newest first; both ends of the range are inclusive, and both or neither count."""
        symbol = self._symbol(request)
        granularity = request.query_params.get("granularity", "60")
        if symbol is None:
            return refusal(404, "NotFound")
        if granularity not in _GRANULARITIES:
            return refusal(400, "Unsupported granularity")
        timeframe = next(one for one in Timeframe if one.seconds == int(granularity))
        last = timeframe.opening(self._clock.now())
        first = last - (MOST - 1) * timeframe.length
        start, end = request.query_params.get("start"), request.query_params.get("end")
        if start and end:
            first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
        if (last - first) // timeframe.length >= MOST + 1:
            return refusal(400, _TOO_MANY)
        # The documentation warns of rows before `start`: one always comes.
        since = timeframe.opening(first) - timeframe.length
        until = timeframe.opening(last) + timeframe.length
        candles = await self._from_simu(symbol, timeframe, since, until)
        return [_row(candle) for candle in reversed(candles)]

    async def _time(self, request: Request) -> Any:
        now = self._clock.now()
        return {"iso": now.isoformat(), "epoch": Decimal(str(now.timestamp()))}

    def _symbol(self, request: Request) -> Symbol | None:
        symbol = Symbol.parse(request.path_params["id"])
        return symbol if symbol in MARKETS | EXTREMES and symbol not in self.delisted else None

    async def _day(self, symbol: Symbol) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """High, low, volume and open of the last 24 hours, by quarters."""
        until = Timeframe.M15.opening(self._clock.now()) + Timeframe.M15.length
        candles = await self.simu.candles(symbol, Timeframe.M15, until - timedelta(days=1), until)
        high, low = max(one.high for one in candles), min(one.low for one in candles)
        return high, low, sum((one.volume for one in candles), Decimal(0)), candles[0].open

    async def _from_simu(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> list[Candle]:
        if timeframe is not Timeframe.H6:
            return list(await self.simu.candles(symbol, timeframe, start, end))
        by_opening: dict[datetime, list[Candle]] = {}
        for candle in await self.simu.candles(symbol, Timeframe.H2, start, end):
            by_opening.setdefault(timeframe.opening(candle.opened_at), []).append(candle)
        return [_added_up(opened_at, parts) for opened_at, parts in by_opening.items()]


def response(answer: Any, status: int = 200) -> Response:
    return Response(encoded(answer), status, media_type="application/json; charset=utf-8")


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return Response(
        encoded({"message": message}), status, headers, media_type="application/json; charset=utf-8"
    )


def encoded(answer: Any) -> str:
    """JSON in which a `Decimal` is a number with all of its digits."""
    if isinstance(answer, dict):
        pairs = (f"{json.dumps(name)}:{encoded(value)}" for name, value in answer.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(answer, list):
        return "[" + ",".join(map(encoded, answer)) + "]"
    if isinstance(answer, Decimal):
        return str(answer.normalize())
    return json.dumps(answer)


def plain(value: Decimal) -> str:
    return f"{value:f}"


def _row(candle: Candle) -> list[int | Decimal]:
    time = (candle.opened_at - EPOCH) // timedelta(seconds=1)
    return [time, candle.low, candle.high, candle.open, candle.close, candle.volume]


def _added_up(opened_at: datetime, parts: list[Candle]) -> Candle:
    return Candle(
        opened_at,
        parts[0].open,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].close,
        sum((part.volume for part in parts), Decimal(0)),
    )


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
