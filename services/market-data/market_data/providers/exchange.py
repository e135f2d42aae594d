"""What the adapters of exchanges share: their time, their calls, and the reading of lists."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import httpx
import structlog

from common.clock import Clock, SystemClock
from common.deadlines import EXCHANGE_SECONDS
from common.errors import Unavailable
from common.http import create_client
from common.market import Candle, Symbol, Timeframe
from common.wire import AsOfKind, Quality
from market_data.providers.exchange_calls import Calls, Sleep
from market_data.providers.exchange_manners import Manners
from market_data.providers.exchange_names import Names
from market_data.providers.exchange_words import BadAnswer, Market
from market_data.resilience.retry import OneMarket

_QUIET = 60  # a listed market trades at least once in so many candles
_A_TURN = 100  # markets of a list that are read in one go: about a millisecond
log = structlog.get_logger(__name__)


class Exchange:
    """One exchange over HTTP; a subclass says how it is asked and what its answers mean.

    Attributes:
        native: How the exchange writes the timeframes that it has.
        settled: Seconds after a candle's end before it counts as closed.
    """

    name: str
    url: ClassVar[str]
    page: int
    manners: ClassVar[Manners]
    native: ClassVar[Mapping[Timeframe, str]]
    settled: ClassVar[float]
    quality: Quality = "single"
    as_of_kind: AsOfKind = "exchange"

    def __init__(
        self,
        clock: Clock,
        url: str | None = None,
        *,
        seconds: float = EXCHANGE_SECONDS,
        pace: Clock | None = None,
        sleep: Sleep = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Connect on the first call.

        Args:
            clock: What time it is at the exchange.
            url: Where it is; the exchange's own address by default.
            seconds: For one call.
            pace: Clock for the limits that we keep; the machine's by default.
            sleep: How to wait, for our turn or before asking again.
            transport: For tests.
        """
        agent = {"User-Agent": "crypto-assistant"}
        client = create_client(url or self.url, headers=agent, transport=transport)
        pace = pace or SystemClock()
        self._calls = Calls(client, self.manners, pace, seconds=seconds, sleep=sleep, wall=clock)
        self._names = Names()
        self._clock = clock
        self._sleep = sleep

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._calls.calls

    @property
    def waited(self) -> float:
        """Seconds that calls have waited so far because of the exchange's limits."""
        return self._calls.waited

    def timeframes(self, symbol: Symbol) -> frozenset[Timeframe]:
        return frozenset(self.native)

    def now(self, symbol: Symbol) -> datetime:
        return self._clock.now()

    def grace(self, timeframe: Timeframe) -> float:
        """Seconds that a candle settles, and by which our clock runs ahead of the exchange's."""
        return self._settles(timeframe) + self._calls.ahead.seconds

    def _settles(self, timeframe: Timeframe) -> float:
        return self.settled

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def _markets(
        self, items: Iterable[Any], read: Callable[[Any], Market | None]
    ) -> list[Market]:
        """Markets that make sense and are traded; others get their turn while a long list is read.

        Raises:
            Unavailable: If there are none.
        """
        found: list[Market] = []
        bad: list[str] = []
        for number, item in enumerate(items):
            if number % _A_TURN == 0:
                await asyncio.sleep(0)
            try:
                one = read(item)
            except BadAnswer as error:
                bad.append(str(error))
            else:
                found += [one] if one else []
        if bad:
            log.warning("markets_set_aside", provider=self.name, markets=len(bad), reason=bad[0])
        if not found:
            raise Unavailable(f"{self.name} lists no market right now.")
        return found

    def _candles(
        self,
        symbol: Symbol,
        rows: Any,
        read: Callable[[Any], Candle],
        start: datetime,
        end: datetime,
    ) -> list[Candle]:
        """Rows that make sense and open within the range, oldest first.

        Of rows for one time the one with the most trades in it counts.

        Raises:
            Unavailable: If these are no rows.
            OneMarket: If most of them make no sense.
        """
        if not isinstance(rows, list):
            raise Unavailable(f"{self.name} sent no list of candles of {symbol.shown}.")
        good: dict[datetime, Candle] = {}
        bad: list[str] = []
        for row in rows:
            try:
                candle = read(row)
            except BadAnswer as error:
                bad.append(str(error))
                continue
            known = good.get(candle.opened_at)
            if known is None or known.volume < candle.volume:
                good[candle.opened_at] = candle
        if bad:
            log.warning(
                "candles_set_aside",
                provider=self.name,
                symbol=str(symbol),
                rows=len(bad),
                reason=bad[0],
            )
        if len(bad) > len(good):
            raise OneMarket(f"{self.name}'s candles of {symbol.shown} make no sense: {bad[0]}.")
        return [good[opened_at] for opened_at in sorted(good) if start <= opened_at < end]

    def _no_price(self, symbol: Symbol, error: BadAnswer) -> OneMarket:
        """A last trade that makes no sense stays until the next one: not asked for at once."""
        sentence = f"{self.name}'s ticker of {symbol.shown} is no use: {error}."
        return OneMarket(sentence, again=False)

    def _must_trade(self, timeframe: Timeframe, start: datetime, end: datetime) -> bool:
        """Say whether a market would have traded within the range."""
        return end - start >= _QUIET * timeframe.length

    def _believe(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        start: datetime,
        end: datetime,
        candles: list[Candle],
        *,
        again: bool = True,
    ) -> list[Candle]:
        """Return the candles; long ago there may be none, but a long range up to now has some.

        Args:
            again: Whether asking once more may find them.

        Raises:
            OneMarket: If that is empty.
        """
        recent = end + timeframe.length >= timeframe.opening(self._clock.now())
        if not candles and recent and self._must_trade(timeframe, start, end):
            raise OneMarket(
                f"{self.name} has no {timeframe.value} candles of {symbol.shown} right now.",
                again=again,
            )
        return candles
