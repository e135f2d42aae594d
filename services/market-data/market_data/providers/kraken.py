"""Kraken, by its public REST interface.

It has the last 720 candles of a timeframe and nothing before, whatever `since` says. Intervals
without trades have a flat row. Its tickers carry no time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from common.errors import Unavailable, UnknownSymbol
from common.market import EPOCH, Candle, Symbol, Ticker, Timeframe
from common.wire import AsOfKind
from market_data.providers import Listing, Surroundings
from market_data.providers import kraken_words as words
from market_data.providers.exchange import Exchange
from market_data.providers.exchange_manners import Manners, NotFound
from market_data.providers.exchange_words import BadAnswer

_ROWS = 720  # that it keeps, the forming one included; now and then one more


class Kraken(Exchange):
    """Kraken over HTTP."""

    name = "kraken"
    url = "https://api.kraken.com"
    as_of_kind: AsOfKind = "received"
    page = _ROWS
    # Once a second stays within its limits, which it counts by address, and for candles by pair.
    manners = Manners("kraken", rate=1.0, burst=1.0, complaint=words.complaint)
    # In minutes. It has weeks too, which open on Thursday: ours are built from days.
    native = {
        Timeframe(text): str(Timeframe(text).seconds // 60)
        for text in ("1m", "5m", "15m", "30m", "1h", "4h", "1d")
    }
    settled = 5.0

    async def listings(self) -> Sequence[Listing]:
        try:
            pairs = words.result(await self._calls.ask("/0/public/AssetPairs"))
        except (NotFound, BadAnswer):
            raise Unavailable("kraken has no list of pairs.") from None
        return self._names.learn(await self._markets(pairs.values(), words.market))

    async def ticker(self, symbol: Symbol) -> Ticker:
        """The last trade, with bid and ask and the extremes of 24 hours."""
        pair = await self._names.of(symbol, self.listings)
        said = await self._of(symbol, "Ticker", {"pair": pair})
        try:
            return words.ticker(symbol, said, self._clock.now())
        except BadAnswer as error:
            raise self._no_price(symbol, error) from None

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """As the port says; what it no longer has is not asked for.

        Raises:
            Unavailable: Also if a long range up to now is empty, or most rows make no sense.
        """
        pair = await self._names.of(symbol, self.listings)
        if end <= timeframe.opening(self._clock.now()) - _ROWS * timeframe.length:
            return []
        params = {
            "pair": pair,
            "interval": self.native[timeframe],
            # Only later candles come.
            "since": str(int((start - timeframe.length - EPOCH).total_seconds())),
        }
        rows = await self._of(symbol, "OHLC", params, lane=pair)
        candles = self._candles(symbol, rows, lambda row: words.candle(row, timeframe), start, end)
        return self._believe(symbol, timeframe, start, end, candles)

    async def _of(self, symbol: Symbol, what: str, params: dict[str, str], lane: str = "") -> Any:
        try:
            return words.only(await self._calls.ask(f"/0/public/{what}", params, lane=lane))
        except NotFound:
            raise UnknownSymbol(str(symbol)) from None
        except BadAnswer as error:
            raise Unavailable(f"kraken's answer about {symbol.shown} is no use: {error}.") from None


def create(surroundings: Surroundings) -> Kraken:
    return Kraken(surroundings.clock, surroundings.urls.get("kraken"))


PROVIDER = create
