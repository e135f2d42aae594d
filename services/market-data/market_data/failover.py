"""Whom to ask next where one provider cannot answer, and that this lasts for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from common.clock import Clock
from common.errors import NotEnoughCandles, Unavailable, UnknownSymbol
from market_data.catalogue import Offer
from market_data.resilience.bulkhead import Busy
from market_data.resilience.preference import Preference

PATIENCE_SECONDS = 2.0  # with a provider while there is another one to ask
Answer = TypeVar("Answer")
_Failure = Unavailable | NotEnoughCandles | UnknownSymbol
log = structlog.get_logger(__name__)


class Failover:
    """Chooses among the providers of a market.

    Attributes:
        patience: Seconds before the next provider is asked.
    """

    def __init__(self, clock: Clock, patience: float = PATIENCE_SECONDS) -> None:
        self.patience = patience
        self._preference = Preference(clock)

    def order(self, offers: Sequence[Offer]) -> list[Offer]:
        """Return whom to ask, in order.

        Whoever failed within the last minute comes last. A market that an exchange lists first is
        never answered from a recording or a simulation.
        """
        if is_live(offers[0]):
            offers = [offer for offer in offers if is_live(offer)]
        return self._preference.order(offers, _key)

    def pass_over(self, offer: Offer) -> None:
        """Ask the others first for a minute."""
        self._preference.pass_over(_key(offer))

    async def first(
        self, offers: Sequence[Offer], ask: Callable[[Offer], Awaitable[Answer]]
    ) -> Answer:
        """Return the first provider's answer; the next one is asked where it cannot give one.

        Raises:
            Unavailable, NotEnoughCandles: The first one, if no provider can answer.
            UnknownSymbol: If all of them have delisted the market since they were asked for a list.
        """
        ordered = self.order(offers)
        errors: list[_Failure] = []
        for offer in ordered:
            try:
                async with asyncio.timeout(None if offer is ordered[-1] else self.patience):
                    return await ask(offer)
            except TimeoutError:
                slow = Unavailable(f"{offer.provider.name} takes longer than usual.")
                self._note(offer, slow)
                errors.append(slow)
            except (Unavailable, NotEnoughCandles, UnknownSymbol) as error:
                self._note(offer, error)
                errors.append(error)
        raise next((one for one in errors if not isinstance(one, UnknownSymbol)), errors[0])

    def _note(self, offer: Offer, error: _Failure) -> None:
        if not isinstance(error, Busy | NotEnoughCandles):
            self.pass_over(offer)
        symbol = str(offer.listing.symbol)
        name, why = offer.provider.name, str(error)
        log.info("provider_passed_over", provider=name, symbol=symbol, reason=why)


def is_live(offer: Offer) -> bool:
    """Whether an exchange stands behind it, not a recording or a simulation."""
    return offer.provider.quality == "single"


def _key(offer: Offer) -> tuple[object, ...]:
    return offer.provider.name, offer.listing.symbol
