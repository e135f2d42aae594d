"""Which markets exist, who offers them, and which one a person means."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import structlog

from common.assets import QUOTES
from common.clock import Clock
from common.errors import Unavailable, UnknownSymbol
from common.market import Symbol, split_market
from market_data.providers import Listing, Provider
from market_data.resilience.cache import Cache
from market_data.resilience.single_flight import SingleFlight
from market_data.spelling import suggestions

FRESH_SECONDS = 3_600.0
_NOTHING = Decimal(0)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """A market at one provider."""

    provider: Provider
    listing: Listing


Offers = dict[Symbol, list[Offer]]


class Catalogue:
    """The markets of all providers, in the order of preference; read again every hour."""

    def __init__(self, providers: Sequence[Provider], clock: Clock) -> None:
        self._providers = providers
        self._kept: Cache[Sequence[Listing]] = Cache(clock)
        self._flight: SingleFlight[Sequence[Listing]] = SingleFlight()

    async def resolve(self, text: str) -> list[Offer]:
        """Return who offers the market that `text` means, the preferred provider first.

        A bare base means its market in the first of `QUOTES` that is listed. A named quote is taken
        at its word: USD, USDT and USDC are different assets.

        Raises:
            BadInput: If the text cannot be a market.
            UnknownSymbol: If nobody lists it, with suggestions.
            Unavailable: If nobody who answered lists it and somebody did not answer.
        """
        base, quote = split_market(text)
        offers, silent = await self._offers()
        for candidate in _readings(text, base, quote):
            found = _find(offers, *candidate)
            if found is not None:
                return offers[found]
        if silent:
            raise Unavailable(f"{', '.join(silent)} did not say which markets they list.")
        raise UnknownSymbol(text.strip()[:40], _near(offers, base, quote))

    async def listed(self) -> list[Offer]:
        """Every market once, from its preferred provider, by falling volume.

        Raises:
            Unavailable: If no provider answered.
        """
        offers, silent = await self._offers()
        if not offers and silent:
            raise Unavailable(f"{', '.join(silent)} did not say which markets they list.")
        first = [by_provider[0] for by_provider in offers.values()]
        return sorted(first, key=lambda offer: (-_volume(offer), str(offer.listing.symbol)))

    async def _offers(self) -> tuple[Offers, list[str]]:
        """Offers by symbol, and the names of the providers that could not be asked."""
        answers = await asyncio.gather(*(self._listings(provider) for provider in self._providers))
        offers: Offers = {}
        silent: list[str] = []
        for provider, listings in zip(self._providers, answers, strict=True):
            if listings is None:
                silent.append(provider.name)
                continue
            for listing in listings:
                offers.setdefault(listing.symbol, []).append(Offer(provider, listing))
        return offers, silent

    async def _listings(self, provider: Provider) -> Sequence[Listing] | None:
        kept = self._kept.get(provider.name)
        if kept is not None and kept.age < FRESH_SECONDS:
            return kept.value
        try:
            listings = await self._flight.run(provider.name, provider.listings)
        except Unavailable as error:
            log.warning("listings_unavailable", provider=provider.name, reason=str(error))
            return kept.value if kept else None
        self._kept.put(provider.name, listings)
        return listings

    async def aclose(self) -> None:
        await self._flight.aclose()


def _readings(text: str, base: str, quote: str | None) -> list[tuple[str, str | None]]:
    """What the text may mean, likeliest first: TUSD is a coin before it is T in USD."""
    whole = text.strip().lstrip("$#").upper()
    return [(base, quote)] if quote is None else [(whole, None), (base, quote)]


def _find(offers: Offers, base: str, quote: str | None) -> Symbol | None:
    listed = [symbol for symbol in offers if symbol.base == base]
    if quote is not None:
        listed = [symbol for symbol in listed if symbol.quote == quote]
    return min(listed, key=lambda symbol: _preference(symbol, offers), default=None)


def _preference(symbol: Symbol, offers: Offers) -> tuple[int, Decimal, str]:
    rank = QUOTES.index(symbol.quote) if symbol.quote in QUOTES else len(QUOTES)
    return rank, -_volume(offers[symbol][0]), symbol.quote


def _near(offers: Offers, base: str, quote: str | None) -> list[str]:
    """Other quotes of the same base, else bases that are spelled alike."""
    same_base = [symbol for symbol in offers if symbol.base == base]
    if same_base:
        ranked = sorted(same_base, key=lambda symbol: _preference(symbol, offers))
        return [str(symbol) for symbol in ranked[:3]]
    volumes: dict[str, Decimal] = {}
    for symbol, by_provider in offers.items():
        volumes[symbol.base] = max(volumes.get(symbol.base, _NOTHING), _volume(by_provider[0]))
    return suggestions(base, volumes)


def _volume(offer: Offer) -> Decimal:
    return offer.listing.quote_volume_24h or _NOTHING
