"""Which markets exist, who offers them, and which one a person means."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import structlog

from common.assets import NAMES, QUOTES
from common.clock import Clock
from common.errors import AmbiguousSymbol, Unavailable, UnknownSymbol
from common.market import Symbol, split_market
from market_data.providers import Listing, Provider
from market_data.resilience.cache import Cache
from market_data.resilience.single_flight import SingleFlight
from market_data.spelling import distance, suggestions

FRESH_SECONDS = 3_600.0
SOON_SECONDS = 120.0  # after a list that lacks markets of the one before: a halt is no delisting
AGAIN_SECONDS = 15.0  # before a provider that did not answer is asked once more
PATIENCE_SECONDS = 2.0  # for a list, once another provider has answered
_NOTHING = Decimal(0)
_ALIKE = ("EUR", "GBP")  # amounts of them can be compared
_TELLING_NAME = 5  # letters; shorter names come close to too much
_FAR_AHEAD = 20  # so many times the volume leaves no doubt
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """A market at one provider."""

    provider: Provider
    listing: Listing


Size = tuple[Decimal, int, bool]


class Offers(dict[Symbol, list[Offer]]):
    """Who offers each market.

    Attributes:
        by_base: Its markets by their base asset.
        sizes: By base asset, for of two the larger one is meant more often: its largest volume, in
            how many places it is traded, which says how large it is where exchanges list their
            markets without volumes, as all of ours do, and whether it has a name here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.by_base: dict[str, list[Symbol]] = {}
        self.sizes: dict[str, Size] = {}

    def index(self) -> "Offers":
        """Take note of the bases, once all markets are in."""
        for symbol, offers in self.items():
            base = symbol.base
            self.by_base.setdefault(base, []).append(symbol)
            volume, width, named = self.sizes.get(base, (_NOTHING, 0, base in NAMES))
            self.sizes[base] = (max(volume, _volume(offers[0])), width + len(offers), named)
        return self


_Lists = list[Sequence[Listing] | None]


class Catalogue:
    """The markets of all providers, in the order of preference; read again every hour, and soon
    where markets are missing that were there: trading in them may have been halted.
    """

    def __init__(
        self, providers: Sequence[Provider], clock: Clock, patience: float = PATIENCE_SECONDS
    ) -> None:
        """Know nothing yet.

        Args:
            patience: Seconds for a provider's first list, once another one has answered.
        """
        self._providers = providers
        self._patience = patience
        self._kept: Cache[Sequence[Listing]] = Cache(clock)
        self._failed: Cache[None] = Cache(clock)
        self._lacking: Cache[frozenset[Symbol]] = Cache(clock)
        self._flight: SingleFlight[None] = SingleFlight()
        self._joined: tuple[_Lists, Offers] | None = None
        self._ranked: tuple[Offers, list[Offer]] | None = None

    async def resolve(self, text: str) -> list[Offer]:
        """Return who offers the market that `text` means, the preferred provider first.

        A bare base means its market in the first of `QUOTES` that is listed; euros and pounds are
        asked about where there is neither a dollar nor much more volume in one of them. A named
        quote is taken at its word: USD, USDT and USDC are different assets.

        Raises:
            BadInput: If the text cannot be a market.
            AmbiguousSymbol: If it can be several.
            UnknownSymbol: If nobody lists it, with suggestions.
            Unavailable: If nobody who answered lists it and somebody did not answer.
        """
        base, quote = split_market(text)
        offers, silent = await self._offers()
        for candidate in _readings(text, base, quote):
            found = _find(offers, *candidate)
            if found is not None and candidate[1] is None:
                _refuse_if_several(offers, found, text)
            if found is not None:
                return offers[found]
        if silent:
            raise Unavailable(f"{', '.join(silent)} did not say which markets they list.")
        raise UnknownSymbol(text.strip()[:40], _near(offers, base, quote))

    async def listed(self) -> Sequence[Offer]:
        """Every market once, from its preferred provider, by falling volume.

        Those whose volume nobody tells follow by how widely their base asset is traded.

        Raises:
            Unavailable: If no provider answered.
        """
        offers, silent = await self._offers()
        if not offers and silent:
            raise Unavailable(f"{', '.join(silent)} did not say which markets they list.")
        if self._ranked is None or self._ranked[0] is not offers:
            first = [by_provider[0] for by_provider in offers.values()]
            first.sort(key=lambda offer: str(offer.listing.symbol))
            first.sort(key=lambda offer: _rank(offer, offers), reverse=True)
            self._ranked = offers, first
        return self._ranked[1]

    async def _offers(self) -> tuple[Offers, list[str]]:
        """Offers by symbol, and the names of the providers that could not be asked."""
        await self._read()
        lists = [self._known(provider) for provider in self._providers]
        if self._joined is None or not _same(self._joined[0], lists):
            self._joined = (lists, _join(self._providers, lists))
        silent = [
            provider.name
            for provider, listings in zip(self._providers, lists, strict=True)
            if listings is None
        ]
        return self._joined[1], silent

    async def _read(self) -> None:
        """Ask for the lists that are due, and wait for what nothing is known of yet.

        An old list is as good until the new one is there; who failed before is not waited for.
        """
        some = any(self._known(provider) is not None for provider in self._providers)
        due = [one for one in self._providers if self._due(one, patient=some)]
        asked = {one: self._flight.start(one.name, partial(self._listings, one)) for one in due}
        waited = {
            task
            for one, task in asked.items()
            if self._known(one) is None and not (some and self._failed.get(one.name))
        }
        while waited:
            seconds = self._patience if some else None
            done, waited = await asyncio.wait(
                waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                return
            for task in done:
                task.result()
            some = any(self._known(provider) is not None for provider in self._providers)

    def _known(self, provider: Provider) -> Sequence[Listing] | None:
        kept = self._kept.get(provider.name)
        return kept.value if kept else None

    def _due(self, provider: Provider, *, patient: bool) -> bool:
        kept, failed = self._kept.get(provider.name), self._failed.get(provider.name)
        if patient and failed is not None and failed.age < AGAIN_SECONDS:
            return False
        return kept is None or kept.age >= self._lasts(provider)

    def _lasts(self, provider: Provider) -> float:
        """Seconds before a list is read again; markets that are gone for an hour are gone."""
        lacking = self._lacking.get(provider.name)
        return SOON_SECONDS if lacking and lacking.age < FRESH_SECONDS else FRESH_SECONDS

    def _note_lacking(self, provider: Provider, listings: Sequence[Listing]) -> None:
        lacking = self._lacking.get(provider.name)
        noted = lacking.value if lacking and lacking.age < FRESH_SECONDS else frozenset()
        before = {listing.symbol for listing in self._known(provider) or ()}
        gone = (before | noted).difference(listing.symbol for listing in listings)
        if not gone:
            self._lacking.drop(provider.name)
        elif gone - noted:
            self._lacking.put(provider.name, frozenset(gone))

    async def _listings(self, provider: Provider) -> None:
        try:
            listings = await provider.listings()
            self._note_lacking(provider, listings)
            self._kept.put(provider.name, listings)
            self._failed.drop(provider.name)
        except Unavailable as error:
            self._failed.put(provider.name, None)
            log.warning("listings_unavailable", provider=provider.name, reason=str(error))

    async def aclose(self) -> None:
        await self._flight.aclose()


def _same(before: _Lists, now: _Lists) -> bool:
    return all(one is other for one, other in zip(before, now, strict=True))


def _join(providers: Sequence[Provider], lists: _Lists) -> Offers:
    offers = Offers()
    for provider, listings in zip(providers, lists, strict=True):
        for listing in listings or ():
            offers.setdefault(listing.symbol, []).append(Offer(provider, listing))
    return offers.index()


def _readings(text: str, base: str, quote: str | None) -> list[tuple[str, str | None]]:
    """What the text may mean, likeliest first: TUSD is a coin before it is T in USD."""
    whole = text.strip().lstrip("$#").upper()
    return [(base, quote)] if quote is None else [(whole, None), (base, quote)]


def _find(offers: Offers, base: str, quote: str | None) -> Symbol | None:
    listed = offers.by_base.get(base, [])
    if quote is not None:
        listed = [symbol for symbol in listed if symbol.quote == quote]
    return min(listed, key=lambda symbol: _preference(symbol, offers), default=None)


def _refuse_if_several(offers: Offers, found: Symbol, text: str) -> None:
    """Refuse a bare base that trades about as much in another currency of about the same size."""
    if found.quote not in _ALIKE:
        return
    alike = [symbol for symbol in offers.by_base[found.base] if symbol.quote in _ALIKE]
    largest = max(_volume(offers[symbol][0]) for symbol in alike)
    close = [
        symbol
        for symbol in alike
        if _volume(offers[symbol][0]) * _FAR_AHEAD > largest or not largest  # nobody tells
    ]
    if len(close) > 1:
        close.sort(key=lambda symbol: -_volume(offers[symbol][0]))
        raise AmbiguousSymbol(text.strip()[:40], [str(symbol) for symbol in close])


def _preference(symbol: Symbol, offers: Offers) -> tuple[int, Decimal, str]:
    rank = QUOTES.index(symbol.quote) if symbol.quote in QUOTES else len(QUOTES)
    return rank, -_volume(offers[symbol][0]), symbol.quote


def _near(offers: Offers, base: str, quote: str | None) -> list[str]:
    """Other quotes of the same base, else bases that are spelled alike."""
    same_base = offers.by_base.get(base)
    if same_base:
        ranked = sorted(same_base, key=lambda symbol: _preference(symbol, offers))
        return [str(symbol) for symbol in ranked[:3]]
    return suggestions(base, offers.sizes) or _named_alike(offers, base)


def _named_alike(offers: Offers, word: str) -> list[str]:
    """Return listed bases whose name is one slip away: BTC for BITCON; WEATHER is no TETHER."""
    named = {
        name.upper().replace(" ", ""): base
        for base, name in NAMES.items()
        if base in offers.sizes and len(name) >= _TELLING_NAME
    }
    sizes = {name: offers.sizes[base] for name, base in named.items()}
    return [named[name] for name in suggestions(word, sizes) if distance(word, name) == 1]


def _rank(offer: Offer, offers: Offers) -> Size:
    _, width, named = offers.sizes[offer.listing.symbol.base]
    return _volume(offer), width, named


def _volume(offer: Offer) -> Decimal:
    return offer.listing.quote_volume_24h or _NOTHING
