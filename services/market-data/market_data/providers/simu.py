"""SIMU: the exchange inside the program. Ten markets, no network, the same prices everywhere.

Its answers always say that they are simulated.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import exp

from common.assets import NAMES
from common.clock import Clock
from common.errors import UnknownSymbol
from common.market import EPOCH, Candle, Symbol, Ticker, Timeframe
from common.wire import AsOfKind, Quality
from market_data.providers import Listing, Surroundings
from market_data.providers.simu_markets import MARKETS, SimuMarket
from market_data.providers.simu_tree import LEFT, SPREAD_SALT, Node, Tree

_NATIVE = frozenset(timeframe for timeframe in Timeframe if timeframe.seconds in LEFT)
_HALF_SPREAD = 0.00005  # of the price, half to one and a half times


class Simu:
    """Candles since 1970 and prices at any second, computed when they are asked for."""

    name = "simu"
    quality: Quality = "simulated"
    as_of_kind: AsOfKind = "exchange"
    page = 1_000

    def __init__(
        self, clock: Clock, seed: str = "1", markets: Mapping[Symbol, SimuMarket] = MARKETS
    ) -> None:
        self._clock = clock
        self._markets = markets
        self._trees = {symbol: Tree(market, seed) for symbol, market in markets.items()}

    def timeframes(self, symbol: Symbol) -> frozenset[Timeframe]:
        """All but 6h and 1w, which callers build."""
        return _NATIVE

    def now(self, symbol: Symbol) -> datetime:
        return self._clock.now()

    def grace(self, timeframe: Timeframe) -> float:
        return 0.0

    async def listings(self) -> Sequence[Listing]:
        return [
            Listing(
                symbol=symbol,
                name=NAMES.get(symbol.base, symbol.base),
                price_step=market.price_step,
                lot_step=market.lot_step,
                quote_volume_24h=market.volume * market.usual_price,
            )
            for symbol, market in self._markets.items()
        ]

    async def ticker(self, symbol: Symbol) -> Ticker:
        """The close of the running second, between a bid and an ask."""
        market, tree = self._find(symbol)
        at = self._clock.now()
        second = _epoch(at)
        (node,) = tree.bars(1, second, second + 1)
        ticks = _ticks(market, node.close)
        width = 0.5 + tree.uniform(SPREAD_SALT, second)
        half = max(1, round(ticks * _HALF_SPREAD * width))
        return Ticker(
            symbol=symbol,
            price=ticks * market.price_step,
            at=at,
            bid=max(1, ticks - half) * market.price_step,
            ask=(ticks + half) * market.price_step,
        )

    async def candles(
        self, symbol: Symbol, timeframe: Timeframe, start: datetime, end: datetime
    ) -> Sequence[Candle]:
        """As the port says. The forming candle holds everything up to the running second."""
        market, tree = self._find(symbol)
        known = _epoch(self._clock.now()) + 1
        first, last = max(0, _epoch(start)), min(_epoch(end), known)
        if first >= last:
            return []
        return [
            _candle(market, tree.until(node, known))
            for node in tree.bars(timeframe.seconds, first, last)
        ]

    async def aclose(self) -> None:
        """Nothing is open."""

    def _find(self, symbol: Symbol) -> tuple[SimuMarket, Tree]:
        if symbol not in self._markets:
            raise UnknownSymbol(str(symbol))
        return self._markets[symbol], self._trees[symbol]


def _epoch(at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=1)


def _ticks(market: SimuMarket, logarithm: float) -> int:
    """Rounding never swaps two prices, so bars that add up in logarithms add up in ticks."""
    return max(1, round(exp(logarithm) / float(market.price_step)))


def _candle(market: SimuMarket, node: Node) -> Candle:
    step = market.price_step
    return Candle(
        opened_at=EPOCH + timedelta(seconds=node.start),
        open=_ticks(market, node.open) * step,
        high=_ticks(market, node.high) * step,
        low=_ticks(market, node.low) * step,
        close=_ticks(market, node.close) * step,
        volume=node.lots * market.lot_step,
    )


def create(surroundings: Surroundings) -> Simu:
    return Simu(surroundings.clock, surroundings.simu_seed)


PROVIDER = create
