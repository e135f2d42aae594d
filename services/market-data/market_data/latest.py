"""The last ticker of every market at every provider, and asking for the next one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from common.clock import Clock
from common.market import Ticker
from market_data.catalogue import Offer
from market_data.guarded import Guarded
from market_data.resilience.cache import Cache
from market_data.resilience.single_flight import SingleFlight

FRESH_SECONDS = 2.0  # before a preferred source is asked again
OTHERS_SECONDS = 5.0  # before the others are: they confirm, and their limits are tighter
_JITTER = 0.1  # so that what was asked together is not asked together for ever


@dataclass(frozen=True, slots=True)
class Known:
    """A ticker as it was last told.

    Attributes:
        age: Seconds since we heard it.
        failing: Whether its source was asked again since, in vain.
    """

    ticker: Ticker
    age: float
    failing: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    ticker: Ticker
    lasts: float


@dataclass(frozen=True, slots=True)
class _Failure:
    error: Exception
    lasts: float


class Latest:
    """Tickers by provider and market; one upstream call for all who ask at the same time.

    Attributes:
        calls: Upstream calls so far.
    """

    def __init__(self, clock: Clock, random: Callable[[], float] | None = None) -> None:
        self._kept: Cache[_Entry] = Cache(clock, most=8_000)
        self._flight: SingleFlight[Ticker] = SingleFlight()
        self._failed: Cache[_Failure] = Cache(clock, most=8_000)
        self._random = random or Random().random
        self.calls = 0

    @property
    def shared(self) -> int:
        """Questions that another one's call answered."""
        return self._flight.shared

    def known(self, offer: Offer) -> Known | None:
        hot = _hot(offer)
        if hot is not None:
            return Known(hot, age=0.0, failing=False)
        kept = self._kept.get(_key(offer))
        return Known(kept.value.ticker, kept.age, self.failing(offer)) if kept else None

    def failing(self, offer: Offer) -> bool:
        """Whether this source did not answer when it was asked last."""
        return self.trouble(offer) is not None

    def trouble(self, offer: Offer) -> Exception | None:
        """Why this source did not answer when it was asked last; None if it did."""
        failed = self._failed.get(_key(offer))
        return failed.value.error if failed else None

    def due(self, offer: Offer, *, preferred: bool) -> bool:
        """Say whether a source is worth asking again now, whether it answered last or not."""
        if _hot(offer) is not None:
            return False
        if not preferred and isinstance(offer.provider, Guarded) and offer.provider.crowded:
            return False
        lasts = FRESH_SECONDS if preferred else OTHERS_SECONDS
        last = self._failed.get(_key(offer)) or self._kept.get(_key(offer))
        return last is None or last.age >= lasts * last.value.lasts

    def ask(self, offer: Offer) -> "asyncio.Task[Ticker]":
        """Ask now, or join who asked; the task goes on whoever leaves, so do not cancel it."""
        return self._flight.start(_key(offer), lambda: self._fetch(offer))

    async def _fetch(self, offer: Offer) -> Ticker:
        self.calls += 1
        try:
            ticker = await offer.provider.ticker(offer.listing.symbol)
        except Exception as error:
            self._failed.put(_key(offer), _Failure(error, self._lasts()))
            raise
        self._failed.drop(_key(offer))
        self._kept.put(_key(offer), _Entry(ticker, self._lasts()))
        return ticker

    def _lasts(self) -> float:
        return 1.0 - _JITTER + 2.0 * _JITTER * self._random()

    async def aclose(self) -> None:
        await self._flight.aclose()


def _hot(offer: Offer) -> Ticker | None:
    provider = offer.provider
    return provider.hot(offer.listing.symbol) if isinstance(provider, Guarded) else None


def _key(offer: Offer) -> tuple[object, ...]:
    return offer.provider.name, offer.listing.symbol
