"""Whom to ask for a price, and how long to wait for whom."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.clock import Clock
from common.errors import CryptoAssistantError, Unavailable, UnknownSymbol
from common.market import Ticker
from market_data.catalogue import Offer
from market_data.consensus import FRESH_SECONDS, Source
from market_data.latest import Known, Latest

AT_ONCE_SECONDS = 5.0  # younger: answered as it is, while we ask again
SOON_SECONDS = 15.0  # younger: answered as it is, unless a new one comes in a moment
STALE_SECONDS = 300.0  # older than this, no answer is better than the last one
MOMENT = 0.2  # seconds for a new price where a good one is known
A_WHILE = 1.0  # where a stale one is known
BUDGET = 0.25  # for the other sources, once one has answered
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Heard:
    """A source and what it said last.

    Attributes:
        at: When its price was true: no later than we heard of it, whatever its clock says.
    """

    offer: Offer
    known: Known
    source: Source
    at: datetime

    @property
    def stale(self) -> bool:
        return self.known.failing or self.known.age > FRESH_SECONDS


class Hearing:
    """Hears the sources of one market at a time, all of them side by side.

    Attributes:
        latest: What they said last.
        served: Answers by what they cost: `fresh`, `revalidating` or `waited`.
    """

    def __init__(self, clock: Clock, random: Callable[[], float] | None = None) -> None:
        self.latest = Latest(clock, random)
        self.served: Counter[str] = Counter()

    async def hear(self, offers: Sequence[Offer]) -> list[Heard]:
        """Ask who is worth asking, wait as long as that makes sense, and tell what is known.

        Args:
            offers: Of one market, the preferred source first.

        Raises:
            Unavailable: If nothing is known that is not too old.
        """
        ages = [known.age if (known := self.latest.known(offer)) else _NEVER for offer in offers]
        asked = [
            self.latest.ask(offer)
            for offer in offers
            if self.latest.due(offer, preferred=offer is offers[0])
        ]
        patience = self._patience(offers, ages) if asked else 0.0
        if patience:
            await _wait(asked, patience)
        self.served["waited" if patience else "revalidating" if asked else "fresh"] += 1
        known_now = [(offer, self.latest.known(offer)) for offer in offers]
        heard = [
            _heard(offer, known)
            for offer, known in known_now
            if known is not None and known.age <= STALE_SECONDS
        ]
        if not heard:
            raise self._why(offers)
        return heard

    def _patience(self, offers: Sequence[Offer], ages: Sequence[float]) -> float:
        """Seconds to wait for an answer: none where what is known may be told as it is.

        That is the preferred source, and one beside it, unless they are known to fail.
        """
        if min(ages) > STALE_SECONDS:
            return _NEVER
        if min(ages) > SOON_SECONDS:
            return A_WHILE
        able = sum(not self.latest.failing(offer) for offer in offers)
        fresh = sum(age <= FRESH_SECONDS for age in ages)
        preferred = ages[0] <= AT_ONCE_SECONDS or self.latest.failing(offers[0])
        return 0.0 if preferred and fresh >= min(2, able) else MOMENT

    def _why(self, offers: Sequence[Offer]) -> Exception:
        """Why nobody answered: the preferred source's reason, unless another one's is our bug.

        That a source has delisted the market since counts last: another one may still have it.
        """
        errors = [error for offer in offers if (error := self.latest.trouble(offer)) is not None]
        bugs = [error for error in errors if not isinstance(error, CryptoAssistantError)]
        away = [error for error in errors if not isinstance(error, UnknownSymbol)]
        why = (bugs or away or errors or [Unavailable("No source answered.")])[0]
        return why.with_traceback(None)  # it may be told again and again, and would grow

    async def aclose(self) -> None:
        await self.latest.aclose()


async def _wait(asked: "Sequence[asyncio.Task[Ticker]]", seconds: float) -> None:
    """Wait for the first answer, and then a moment for the others; the calls themselves go on."""
    now = asyncio.get_running_loop().time
    ends, pending = now() + seconds, set(asked)
    while pending:
        left = None if seconds == _NEVER else ends - now()
        done, pending = await asyncio.wait(
            pending, timeout=left, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            return
        if any(not task.cancelled() and task.exception() is None for task in done):
            break
    if pending:
        await asyncio.wait(pending, timeout=max(0.0, min(BUDGET, ends - now())))


def _heard(offer: Offer, known: Known) -> Heard:
    ticker, now = known.ticker, offer.provider.now(offer.listing.symbol)
    by_exchange = (now - ticker.at).total_seconds()
    age = max(known.age, by_exchange)
    source = Source(offer.provider.name, ticker.price, age, ticker.bid, ticker.ask)
    if offer.provider.quality != "single":  # its time stands still, or is ours
        return Heard(offer, known, source, min(ticker.at, now))
    return Heard(offer, known, source, now - timedelta(seconds=age))
