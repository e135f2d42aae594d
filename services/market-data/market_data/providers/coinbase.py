"""Coinbase Exchange, by its public REST interface.

Its candles lag behind the market and now and then come back empty, so a price is the ticker's and
never the last candle's. Minutes without trades have no row.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from common.errors import Unavailable, UnknownSymbol
from common.market import Candle, Symbol, Ticker, Timeframe
from market_data.providers import Listing, Surroundings
from market_data.providers import coinbase_words as words
from market_data.providers.exchange import Exchange
from market_data.providers.exchange_manners import Manners, NotFound
from market_data.providers.exchange_words import BadAnswer

_ASKED = 3  # times, while a range that must hold something comes back empty
_PAUSE = 0.2  # seconds between them


class Coinbase(Exchange):
    """Coinbase Exchange over HTTP."""

    name = "coinbase"
    url = "https://api.exchange.coinbase.com"
    page = 300
    # Its own limit is 10 a second and 15.
    manners = Manners("coinbase", rate=8.0, burst=12.0, complaint=words.complaint)
    native = {
        Timeframe(text): str(Timeframe(text).seconds)
        for text in ("1m", "5m", "15m", "1h", "6h", "1d")
    }
    settled = 10.0

    def _settles(self, timeframe: Timeframe) -> float:
        """Candles of a minute are published one to seven minutes late."""
        return 60.0 if timeframe is Timeframe.M1 else self.settled

    async def listings(self) -> Sequence[Listing]:
        try:
            products = await self._calls.ask("/products")
        except NotFound:
            raise Unavailable("coinbase has no list of products.") from None
        items = products if isinstance(products, list) else []
        return [market.listing for market in await self._markets(items, words.market)]

    async def ticker(self, symbol: Symbol) -> Ticker:
        """The last trade, with bid and ask; the day's extremes only where they answer too."""
        said, stats = await asyncio.gather(self._of(symbol, "ticker"), self._stats(symbol))
        try:
            return words.ticker(symbol, said, stats, self._clock.now())
        except BadAnswer as error:
            raise self._no_price(symbol, error) from None

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """As the port says. A long range that is empty is asked for again before it is believed.

        Raises:
            Unavailable: Also if a long range up to now stays empty, or most rows make no sense.
        """
        params = {
            "granularity": self.native[timeframe],
            "start": _written(start),
            # Both ends are inclusive there, and one candle more than 300 would be refused.
            "end": _written(end - timedelta(seconds=1)),
        }
        candles: list[Candle] = []
        for attempt in range(_ASKED if self._must_trade(timeframe, start, end) else 1):
            if attempt:
                await self._sleep(_PAUSE)
            rows = await self._of(symbol, "candles", params)
            candles = self._candles(
                symbol, rows, lambda row: words.candle(row, timeframe), start, end
            )
            if candles:
                break
        return self._believe(symbol, timeframe, start, end, candles, again=False)

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


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def create(surroundings: Surroundings) -> Coinbase:
    return Coinbase(surroundings.clock, surroundings.urls.get("coinbase"))


PROVIDER = create
