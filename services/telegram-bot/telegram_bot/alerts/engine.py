"""The engine: watches every market that an alert is about, at the holder of the lease.

A price inside a market's band costs two comparisons. At its edge the database is asked who is
touched, the machine says what follows, and one transaction keeps it with the messages. What is not
kept did not happen: the next look finds the same alerts as they were.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from common import wire
from common.clock import Clock
from common.errors import CryptoAssistantError, UnknownSymbol
from telegram_bot.alerts.bands import Band
from telegram_bot.alerts.closing import Closes
from telegram_bot.alerts.feed import Feed
from telegram_bot.alerts.firing import Firing
from telegram_bot.alerts.looking import Looking, seen
from telegram_bot.alerts.readings import bars_of
from telegram_bot.alerts.rules import PRICE, Measure
from telegram_bot.alerts.silence import Silence
from telegram_bot.alerts.store import AlertBook, Watched
from telegram_bot.alerts.together import together
from telegram_bot.alerts.watching import WatchedMarket
from telegram_bot.people import People
from telegram_bot.turns import Turn
from telegram_bot.work import Lost, Tally

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.5  # seconds between looks at what people changed
_MARK_EVERY = 60.0
_FORGET_EVERY = 3_600.0
_BARS_EVERY = 2.0  # seconds between looks for minutes that are missing
_SETTLES = 2.0  # seconds after its end in which a candle is not to be expected
_RETRY = 5.0
_NEW_MARKET = 3_600.0  # how far back a market is looked at that has no mark


class Engine:
    """Fires alerts for as long as a turn lasts."""

    def __init__(
        self,
        book: AlertBook,
        feed: Feed,
        people: People,
        clock: Clock,
        tally: Tally,
        *,
        woken: Callable[[], None] = lambda: None,
        is_on: Callable[[Measure], bool] = lambda measure: True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Call `woken` when there are new messages to send; touch what `is_on`."""
        self._book = book
        self._feed = feed
        self._clock = clock
        self._tally = tally
        self._firing = Firing(book, people, clock, tally, woken, is_on)
        self._closes = Closes(feed, self._firing, clock)
        self._sleep = sleep
        self._lock = asyncio.Lock()  # one look at a time
        self._epoch = 0
        self._markets: dict[str, WatchedMarket] = {}
        self._looking = Looking(book, self._firing, clock, self._markets)
        self._silence: Silence[str] = Silence(self._now)
        self._edited = 0.0
        self._marked = 0.0
        self._forgot = 0.0
        self._bars_looked = 0.0

    @property
    def symbols(self) -> list[str]:
        """The markets whose prices are watched."""
        return sorted(self._markets)

    async def run(self, turn: Turn) -> None:
        """Watch until the turn is over, or lost."""
        tasks = [asyncio.create_task(work) for work in (self._listen(turn), self._regularly(turn))]
        try:
            await turn.over.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def start(self, turn: Turn) -> None:
        """Take over where the holder before left off."""
        self._epoch = self._firing.epoch = turn.epoch
        self._markets.clear()
        self._silence = Silence(self._now)
        self._closes.forget()
        marks = await self._book.marks()
        self._edited = self._now()
        for watched, band in (await self._book.bands()).items():
            self._watch(watched, band, marks)

    async def hear(self, told: wire.TickerReply | wire.CandlesReply) -> None:
        """Look at a price, or at a minute that has closed."""
        market = self._markets.get(told.symbol)
        if market is None:
            return
        async with self._lock:
            if isinstance(told, wire.CandlesReply):
                if not told.stale and told.quality != "disputed" and told.timeframe == "1m":
                    for bar in bars_of(told):
                        if bar.begins == market.until:
                            await self._looking.see_bar(market, bar)
                return
            await self._looking.hear(market, told)

    async def look_around(self) -> None:
        """Do what time asks for: changes by people, missing minutes, closed candles, marks."""
        await self.see_edits()
        await self.catch_up()

    async def catch_up(self) -> None:
        """Look at what nobody told us of. It takes as long as a market takes to say nothing."""
        if self._now() - self._bars_looked >= _BARS_EVERY:
            self._bars_looked = self._now()
            await self._see_missing()
            await self._closes.look_around(self._lock)
        if self._now() - self._marked >= _MARK_EVERY:
            self._marked = self._now()
            await self.mark()

    async def mark(self) -> None:
        """Note up to when everything was looked at, and let expire what has run out."""
        marks: dict[Watched, float] = {
            (symbol, PRICE): market.until for symbol, market in self._markets.items()
        }
        await self._book.mark(self._epoch, marks | dict(self._closes.until))
        await self._book.expire(self._epoch, self._now())
        if self._now() - self._forgot >= _FORGET_EVERY:
            self._forgot = self._now()
            await self._book.forget(self._epoch, self._now())

    async def _listen(self, turn: Turn) -> None:
        while True:  # who listens no more would hear of it by nothing but late alerts
            await self._guarded(turn, self._follow(turn))
            await self._sleep(_RETRY)

    async def _follow(self, turn: Turn) -> None:
        async for told in self._feed.follow(lambda: self.symbols):
            await self._guarded(turn, self.hear(told))

    async def _regularly(self, turn: Turn) -> None:
        while not await self._guarded(turn, self.start(turn)):
            await self._sleep(_RETRY)
        async with asyncio.TaskGroup() as looks:  # an alert that was set waits for no market
            looks.create_task(self._repeat(turn, self.see_edits))
            looks.create_task(self._repeat(turn, self.catch_up))

    async def _repeat(self, turn: Turn, look: Callable[[], Awaitable[None]]) -> None:
        while not turn.over.is_set():
            await self._guarded(turn, look())
            await self._sleep(LOOK_EVERY)

    async def _guarded(self, turn: Turn, work: Awaitable[None]) -> bool:
        """Do it; what fails is done again at the next look, unless the turn is lost."""
        try:
            await work
            return True
        except Lost:
            turn.lost = True
            turn.over.set()
        except Exception:
            log.exception("alerts could not be looked at")
            self._tally.count("bot_alerts_failed_total")
        return False

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _watch(self, watched: Watched, band: Band, marks: Mapping[Watched, float]) -> None:
        symbol, measure = watched
        if measure.of_candles:
            self._closes.watch(watched, band, marks.get(watched))
            return
        market = self._markets.get(symbol)
        if market is None and not band.empty:
            new = self._now() // 60 * 60 - _NEW_MARKET
            market = WatchedMarket(symbol, marks.get((symbol, PRICE), new), behind=self._now())
            self._markets[symbol] = market
            self._bars_looked = 0.0  # its past comes first, so at once
            self._silence.forget(symbol)
        if market is not None:
            market.watch(measure, band)
            if not market.bands:
                del self._markets[symbol]

    async def see_edits(self) -> None:
        """Learn what people changed, and show them what they have just missed."""
        edited, self._edited = await self._book.edited(self._edited)
        for watched in edited:
            async with self._lock:
                self._watch(watched, await self._book.band(watched), {})
                market = self._markets.get(watched[0])
                if market is not None and watched[1] in market.bands:
                    for look in market.recent():
                        await self._looking.touch(market, watched[1], look)

    async def _see_missing(self) -> None:
        """Fetch the minutes that nobody told us about, after a pause of ours or theirs."""
        now = self._now()
        behind = [
            market
            for market in self._markets.values()
            if (now - market.until >= 60 + _SETTLES or market.behind is not None)
            and self._silence.may_ask(market.symbol)
        ]
        await together(self._see_missing_of, behind)

    async def _see_missing_of(self, market: WatchedMarket) -> None:
        now = self._now()
        self._silence.asks(market.symbol)
        back = market.longest if market.behind is not None and not market.at else 0.0
        try:
            bars = await self._feed.bars(market.symbol, market.until - back, now)
        except CryptoAssistantError as error:
            log.info("minutes are missing", symbol=market.symbol, reason=str(error))
            await self._fails(market, unlisted=isinstance(error, UnknownSymbol))
            return
        self._silence.answers(market.symbol)
        async with self._lock:
            for bar in bars:
                if bar.begins >= market.until:
                    await self._looking.see_bar(market, bar)
                elif back and bar.at <= market.until:
                    market.remember(seen(bar))
            market.catch_up(now)
            await self._looking.see_held(market)

    async def _fails(self, market: WatchedMarket, *, unlisted: bool) -> None:
        """Pause the alerts of a market that will not answer, and say so."""
        why = self._silence.fails(market.symbol, unlisted=unlisted)
        if why is None:
            return
        async with self._lock:
            for measure in list(market.bands):
                watched = (market.symbol, measure)
                await self._firing.give_up(watched, why)
                self._watch(watched, await self._book.band(watched), {})
