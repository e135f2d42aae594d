"""Coinbase Exchange, by its public REST interface.

Its candles lag behind the market and now and then come back empty, so a price is the ticker's and
never the last candle's. Minutes without trades have no row.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog

from common.clock import Clock, SystemClock
from common.errors import Unavailable, UnknownSymbol
from common.http import TOTAL_SECONDS, create_client
from common.market import Candle, Symbol, Ticker, Timeframe
from common.wire import AsOfKind, Quality
from market_data.providers import Listing, Surroundings
from market_data.providers import coinbase_words as words
from market_data.providers.coinbase_calls import Calls, NotFound, Sleep
from market_data.providers.coinbase_words import BadAnswer

URL = "https://api.exchange.coinbase.com"
_NATIVE = frozenset(Timeframe(text) for text in ("1m", "5m", "15m", "1h", "6h", "1d"))
_ASKED = 3  # times, while a range that must hold something comes back empty
_PAUSE = 0.2  # seconds between them
_QUIET = 60  # a listed market trades at least once in so many candles
log = structlog.get_logger(__name__)


class Coinbase:
    """One exchange over HTTP."""

    name = "coinbase"
    quality: Quality = "single"
    as_of_kind: AsOfKind = "exchange"
    page = 300

    def __init__(
        self,
        clock: Clock,
        url: str = URL,
        *,
        seconds: float = TOTAL_SECONDS,
        pace: Clock | None = None,
        sleep: Sleep = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Connect on the first call.

        Args:
            clock: What time it is at the exchange.
            seconds: For one call.
            pace: Clock for the limits that we keep; the machine's by default.
            sleep: How to wait, for our turn or before asking again.
            transport: For tests.
        """
        client = create_client(url, headers={"User-Agent": "crypto-assistant"}, transport=transport)
        self._calls = Calls(client, pace or SystemClock(), seconds=seconds, sleep=sleep)
        self._clock = clock
        self._sleep = sleep

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._calls.calls

    def timeframes(self, symbol: Symbol) -> frozenset[Timeframe]:
        return _NATIVE

    def now(self, symbol: Symbol) -> datetime:
        return self._clock.now()

    def grace(self, timeframe: Timeframe) -> float:
        """Candles of a minute are published one to seven minutes late."""
        return 60.0 if timeframe is Timeframe.M1 else 10.0

    async def listings(self) -> Sequence[Listing]:
        try:
            products = await self._calls.ask("/products")
        except NotFound:
            raise Unavailable("coinbase has no list of products.") from None
        found: list[Listing] = []
        for product in products if isinstance(products, list) else []:
            try:
                listed = words.listing(product)
            except BadAnswer as error:
                log.warning("product_set_aside", provider=self.name, reason=str(error))
            else:
                found += [listed] if listed else []
        if not found:
            raise Unavailable("coinbase lists no market right now.")
        return found

    async def ticker(self, symbol: Symbol) -> Ticker:
        """The last trade, with bid and ask; the day's extremes only where they answer too."""
        said, stats = await asyncio.gather(self._of(symbol, "ticker"), self._stats(symbol))
        try:
            return words.ticker(symbol, said, stats, self._clock.now())
        except BadAnswer as error:
            raise Unavailable(f"coinbase's ticker of {symbol.shown} is no use: {error}.") from None

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """As the port says. A long range that is empty is asked for again before it is believed.

        Raises:
            Unavailable: Also if a long range up to now stays empty, or most rows make no sense.
        """
        params = {
            "granularity": str(timeframe.seconds),
            "start": _written(start),
            # Both ends are inclusive there, and one candle more than 300 would be refused.
            "end": _written(end - timedelta(seconds=1)),
        }
        must_trade = end - start >= _QUIET * timeframe.length
        for attempt in range(_ASKED if must_trade else 1):
            if attempt:
                await self._sleep(_PAUSE)
            rows = await self._of(symbol, "candles", params)
            candles = self._read(symbol, timeframe, rows)
            inside = [candle for candle in candles if start <= candle.opened_at < end]
            if inside:
                return inside
        if must_trade and end + timeframe.length >= timeframe.opening(self._clock.now()):
            raise Unavailable(
                f"coinbase has no {timeframe.value} candles of {symbol.shown} right now."
            )
        return []

    async def _of(self, symbol: Symbol, what: str, params: dict[str, str] | None = None) -> Any:
        try:
            return await self._calls.ask(f"/products/{symbol}/{what}", params)
        except NotFound:
            raise UnknownSymbol(str(symbol)) from None

    async def _stats(self, symbol: Symbol) -> Any:
        try:
            return await self._of(symbol, "stats")
        except (Unavailable, UnknownSymbol):
            return None

    def _read(self, symbol: Symbol, timeframe: Timeframe, rows: Any) -> list[Candle]:
        """Rows that make sense, oldest first, one a time: the one with the most trades in it."""
        if not isinstance(rows, list):
            raise Unavailable(f"coinbase sent no list of candles of {symbol.shown}.")
        good: dict[datetime, Candle] = {}
        bad: list[str] = []
        for row in rows:
            try:
                candle = words.candle(row, timeframe.seconds)
            except BadAnswer as error:
                bad.append(str(error))
                continue
            known = good.get(candle.opened_at)
            if known is None or known.volume < candle.volume:
                good[candle.opened_at] = candle
        if bad:
            log.warning("candles_set_aside", symbol=str(symbol), rows=len(bad), reason=bad[0])
        if len(bad) > len(good):
            raise Unavailable(f"coinbase's candles of {symbol.shown} make no sense: {bad[0]}.")
        return [good[opened_at] for opened_at in sorted(good)]

    async def aclose(self) -> None:
        await self._calls.aclose()


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def create(surroundings: Surroundings) -> Coinbase:
    return Coinbase(surroundings.clock, surroundings.urls.get("coinbase", URL))


PROVIDER = create
