"""Bitstamp, by its public REST interface."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from common.errors import Unavailable
from common.market import EPOCH, Candle, Symbol, Ticker, Timeframe
from market_data.providers import Listing, Surroundings
from market_data.providers import bitstamp_words as words
from market_data.providers.exchange import Exchange
from market_data.providers.exchange_manners import Manners, NotFound
from market_data.providers.exchange_words import BadAnswer
from market_data.resilience.retry import OneMarket


class Bitstamp(Exchange):
    """Bitstamp over HTTP."""

    name = "bitstamp"
    url = "https://www.bitstamp.net"
    page = 1_000
    # Its own limit is 400 a second, and 10 000 in 10 minutes: 16 a second.
    manners = Manners("bitstamp", rate=10.0, burst=10.0, complaint=words.complaint)
    # Its longest step is three days, which others have taken for a week.
    native = {
        timeframe: str(timeframe.seconds) for timeframe in Timeframe if timeframe != Timeframe.W1
    }
    settled = 2.0

    async def listings(self) -> Sequence[Listing]:
        try:
            said = await self._calls.ask("/api/v2/markets/")
        except NotFound:
            said = None
        if not isinstance(said, list):
            raise Unavailable("bitstamp has no list of markets.")
        return self._names.learn(await self._markets(said, words.market))

    async def ticker(self, symbol: Symbol) -> Ticker:
        """The last trade, with bid and ask and the extremes and volume of 24 hours."""
        said = await self._of(symbol, "ticker", {})
        try:
            return words.ticker(symbol, said, self._clock.now())
        except BadAnswer as error:
            raise self._no_price(symbol, error) from None

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """As the port says.

        Raises:
            Unavailable: Also if a long range up to now is empty, or most rows make no sense.
        """
        params = {
            "step": self.native[timeframe],
            "limit": str(self.page),
            "start": str(_seconds(start)),
            "end": str(_seconds(end) - 1),  # inclusive
        }
        rows = words.rows(await self._of(symbol, "ohlc", params))
        candles = self._candles(symbol, rows, lambda row: words.candle(row, timeframe), start, end)
        return self._believe(symbol, timeframe, start, end, candles)

    async def _of(self, symbol: Symbol, what: str, params: dict[str, str]) -> Any:
        name = await self._names.of(symbol, self.listings)
        try:
            return await self._calls.ask(f"/api/v2/{what}/{name}/", params)
        except NotFound:
            pass
        # 404 may be about the market or about the server: the list of markets decides.
        await self.listings()
        await self._names.of(symbol, self.listings)
        raise OneMarket(f"bitstamp answered 404 about {symbol.shown}, which it lists.")


def _seconds(at: datetime) -> int:
    return int((at - EPOCH).total_seconds())


def create(surroundings: Surroundings) -> Bitstamp:
    return Bitstamp(surroundings.clock, surroundings.urls.get("bitstamp"))


PROVIDER = create
