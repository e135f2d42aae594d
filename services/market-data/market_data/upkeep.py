"""What makes kept candles better while nobody waits: a second look at closes and at outages."""

import asyncio
from collections.abc import Coroutine, Hashable, Sequence
from datetime import datetime

import structlog

from common.clock import Clock
from common.errors import CryptoAssistantError
from common.market import Timeframe
from common.wire import Gap
from market_data.archive import Archive, is_kept, known_until, settled_until
from market_data.catalogue import Offer
from market_data.filling import MOST_FILLED
from market_data.guarded import Guarded
from market_data.kept_candles import KeptCandles
from market_data.resilience.cache import Cache

UNFIXABLE_SECONDS = 6 * 3_600.0  # before an outage is asked for again
AGAIN_SECONDS = 60.0  # before what an upstream did not answer is tried again
log = structlog.get_logger(__name__)


class Upkeep:
    """Asks again in the background and corrects what is kept.

    Attributes:
        revised: Candles that changed, or appeared, after they had been answered.
        outages: Ranges of missing candles that were found, each once.
    """

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock
        self._not_before: Cache[float] = Cache(clock, most=10_000)
        self._under_way: set[asyncio.Task[None]] = set()
        self.revised = 0
        self.outages = 0

    def look_after(self, offer: Offer, native: Timeframe, kept: KeptCandles) -> None:
        """Read candles once more that were read before they had settled."""
        if not is_kept(offer) or _has_better_to_do(offer):
            return
        start, end = kept.settled, min(settled_until(offer, native), kept.end)
        start = max(start, end - offer.provider.page * native.length)
        key = (offer.provider.name, offer.listing.symbol, native)
        if start < end and self._may(key):
            self._put_off(key, AGAIN_SECONDS)
            self._soon(self._settle(offer, native, kept, start, end))

    def repair(
        self, offer: Offer, native: Timeframe, kept: KeptCandles, gaps: Sequence[Gap]
    ) -> None:
        """Ask once more for outages, in one call; what stays missing is left alone for hours.

        Args:
            gaps: Of `kept`, oldest first.
        """
        if not is_kept(offer) or offer.listing.sessions or _has_better_to_do(offer):
            return
        name = (offer.provider.name, offer.listing.symbol, native)
        keys = {(*name, gap.first, gap.last): gap for gap in gaps if gap.missing > MOST_FILLED}
        due = {key: gap for key, gap in keys.items() if self._may(key)}
        if not due:
            return
        end = max(gap.last for gap in due.values()) + native.length
        earliest = end - offer.provider.page * native.length
        asked = [key for key, gap in due.items() if gap.last >= earliest]
        start = max(min(due[key].first for key in asked), earliest)
        self.outages += sum(self._not_before.get(key) is None for key in asked)
        settled = known_until(offer, native, [], end)
        for key in asked:
            late = due[key].last >= settled  # it may be published yet
            self._put_off(key, AGAIN_SECONDS if late else UNFIXABLE_SECONDS)
        self._soon(self._repair(offer, native, kept, start, end, asked))

    async def _settle(
        self, offer: Offer, native: Timeframe, kept: KeptCandles, start: datetime, end: datetime
    ) -> None:
        if await self._asked_again(offer, native, kept, start, end):
            kept.settled = max(kept.settled, end)

    async def _repair(
        self,
        offer: Offer,
        native: Timeframe,
        kept: KeptCandles,
        start: datetime,
        end: datetime,
        keys: Sequence[Hashable],
    ) -> None:
        if not await self._asked_again(offer, native, kept, start, end):
            for key in keys:
                self._put_off(key, AGAIN_SECONDS)

    async def _asked_again(
        self, offer: Offer, native: Timeframe, kept: KeptCandles, start: datetime, end: datetime
    ) -> bool:
        """Ask, and correct what is kept; False where nobody answered."""
        try:
            rows = await self._archive.ask(offer, native, start, end)
        except CryptoAssistantError as error:
            log.info("not_asked_again", provider=offer.provider.name, reason=str(error))
            return False
        self.count(offer, native, kept.correct(rows))
        return True

    def count(self, offer: Offer, native: Timeframe, changed: int) -> None:
        """Note that candles changed after they may have been answered."""
        if changed:
            self.revised += changed
            log.info(
                "candles_revised",
                provider=offer.provider.name,
                symbol=str(offer.listing.symbol),
                tf=native.value,
                candles=changed,
            )

    def _may(self, key: Hashable) -> bool:
        found = self._not_before.get(key)
        return found is None or self._clock.monotonic() >= found.value

    def _put_off(self, key: Hashable, seconds: float) -> None:
        self._not_before.put(key, self._clock.monotonic() + seconds)

    def _soon(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def aclose(self) -> None:
        """Cancel what is still running."""
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _has_better_to_do(offer: Offer) -> bool:
    """People wait for the exchange already; what is only nice to have is asked another time."""
    return isinstance(offer.provider, Guarded) and offer.provider.crowded
