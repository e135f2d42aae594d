"""How an exchange writes its markets, where that must be learned from its list."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from common.errors import UnknownSymbol
from common.market import Symbol
from market_data.providers import Listing
from market_data.providers.exchange_words import Market


class Names:
    """The exchange's name of every market that it listed last."""

    def __init__(self) -> None:
        self._written: dict[Symbol, str] = {}
        self._learning = asyncio.Lock()

    def learn(self, markets: Sequence[Market]) -> list[Listing]:
        """Remember these and forget the others; return their listings."""
        self._written = {market.listing.symbol: market.written for market in markets}
        return [market.listing for market in markets]

    async def of(self, symbol: Symbol, listings: Callable[[], Awaitable[object]]) -> str:
        """Return the exchange's name of a market.

        Args:
            listings: Asks for the list, which is learned; called where none is known yet.

        Raises:
            UnknownSymbol: If the exchange does not list it.
        """
        async with self._learning:
            if not self._written:
                await listings()
        if symbol not in self._written:
            raise UnknownSymbol(str(symbol))
        return self._written[symbol]
