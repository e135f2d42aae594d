"""Binance, by the host of its public REST interface that serves market data and nothing else.

Calls cost weight, and each answer says how much of it our address has used in this minute. Binance
turns away some countries, cloud regions in the USA among them, with 451.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from common.errors import Unavailable, UnknownSymbol
from common.market import EPOCH, Candle, Symbol, Ticker, Timeframe
from market_data.providers import Listing, Surroundings
from market_data.providers import binance_words as words
from market_data.providers.exchange import Exchange
from market_data.providers.exchange_manners import Manners, NotFound
from market_data.providers.exchange_words import BadAnswer

_LIST, _CANDLES, _TICKER = 20.0, 2.0, 2.0  # weights
_LONGEST_LIST = 32 * 1024 * 1024  # bytes: every symbol with all of its rules


class Binance(Exchange):
    """Binance over HTTP. `https://api.binance.com` answers the same way.

    Attributes:
        only_traded: Narrows the list down, where the exchange can do that.
    """

    name = "binance"
    url = "https://data-api.binance.vision"
    page = 1_000
    # Of 6000 a minute we use 4000, and never more than 5000 in any minute.
    manners = Manners(
        "binance",
        rate=4_000 / 60,
        burst=1_000,
        complaint=words.complaint,
        used="X-MBX-USED-WEIGHT-1M",
        a_minute=4_000,
    )
    native = {timeframe: timeframe.value for timeframe in Timeframe}
    settled = 2.0
    only_traded: ClassVar[Mapping[str, str]] = {
        "showPermissionSets": "false",
        "symbolStatus": "TRADING",
    }

    async def listings(self) -> Sequence[Listing]:
        path = "/api/v3/exchangeInfo"
        try:
            said = await self._calls.ask(
                path, self.only_traded, cost=_LIST, most_bytes=_LONGEST_LIST
            )
        except NotFound:
            said = None
        symbols = said.get("symbols") if isinstance(said, dict) else None
        if not isinstance(symbols, list):
            raise Unavailable(f"{self.name} has no list of symbols.")
        return [market.listing for market in await self._markets(symbols, words.market)]

    async def ticker(self, symbol: Symbol) -> Ticker:
        """The last trade, with bid and ask and the extremes and volumes of 24 hours."""
        said = await self._of(symbol, "ticker/24hr", {}, _TICKER)
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
            "interval": self.native[timeframe],
            "startTime": str(_milliseconds(start)),
            "endTime": str(_milliseconds(end) - 1),  # inclusive
            "limit": str(self.page),
        }
        rows = await self._of(symbol, "klines", params, _CANDLES)
        candles = self._candles(symbol, rows, lambda row: words.candle(row, timeframe), start, end)
        return self._believe(symbol, timeframe, start, end, candles)

    async def _of(self, symbol: Symbol, what: str, params: dict[str, str], weight: float) -> Any:
        params = {"symbol": words.written(symbol), **params}
        try:
            return await self._calls.ask(f"/api/v3/{what}", params, cost=weight)
        except NotFound:
            raise UnknownSymbol(str(symbol)) from None


def _milliseconds(at: datetime) -> int:
    return int((at - EPOCH).total_seconds()) * 1_000


def create(surroundings: Surroundings) -> Binance:
    return Binance(surroundings.clock, surroundings.urls.get("binance"))


PROVIDER = create
