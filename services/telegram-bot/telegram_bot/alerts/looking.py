"""What the engine does with a price, or with a minute that has closed: one market at a time."""

from collections.abc import MutableMapping

from common import wire
from common.clock import Clock
from telegram_bot.alerts.feed import Bar
from telegram_bot.alerts.firing import Firing
from telegram_bot.alerts.machine import Look
from telegram_bot.alerts.rules import Kind, Measure
from telegram_bot.alerts.store import AlertBook
from telegram_bot.alerts.watching import WatchedMarket, may_fire

_LATE = 120.0


class Looking:
    """Lets alerts react; a market without alerts leaves `markets`."""

    def __init__(
        self,
        book: AlertBook,
        firing: Firing,
        clock: Clock,
        markets: MutableMapping[str, WatchedMarket],
    ) -> None:
        self._book = book
        self._firing = firing
        self._clock = clock
        self._markets = markets

    async def hear(self, market: WatchedMarket, told: wire.TickerReply) -> None:
        """Look at a price; one that may fire nothing makes its minute doubtful."""
        if not may_fire(told, self._now()):
            market.doubt(told)
            return
        look = market.hears(told, self._now())
        if look is not None:
            try:
                await self.see(market, look)
            except Exception:
                market.missed.add(look.at // 60 * 60)
                raise

    async def see_held(self, market: WatchedMarket) -> None:
        """Look at the price that came while candles came first."""
        if market.ticker is not None and may_fire(market.ticker, self._now()):
            look = market.hears(market.ticker, self._now())
            if look is not None:
                await self.see(market, look)

    async def see_bar(self, market: WatchedMarket, bar: Bar) -> None:
        """Look at a minute that has closed; one in which sources disagreed proves nothing.

        It counts as looked at once that is kept: a database that fails makes us look once more.
        """
        if bar.begins not in market.doubted:
            look = seen(bar, late=self._now() - bar.at > _LATE)
            alone = not market.overlaps(bar.begins)
            moves = alone or bar.begins in market.missed
            await self.see(market, look, moves=moves, is_past=alone)
        market.doubted.discard(bar.begins)
        market.missed.discard(bar.begins)
        market.until = bar.at

    async def see(
        self, market: WatchedMarket, look: Look, *, moves: bool = True, is_past: bool = True
    ) -> None:
        """Look at every measure; at moves unless they were looked at price by price.

        Args:
            is_past: Whether those that follow count from it, too.
        """
        for measure in list(market.bands):
            if moves or measure.kind is not Kind.MOVE:
                await self.touch(market, measure, look)
        if is_past:
            market.remember(look)

    async def touch(self, market: WatchedMarket, measure: Measure, look: Look) -> None:
        """Let alerts react, unless the value is where none is."""
        value = market.value(measure, look)
        if value is None or not market.may_touch(measure, value):
            return
        watched, known = (market.symbol, measure), value
        stay = await self._firing.touch(
            watched, value, lambda alert: market.mine(alert, look, known), market.ticker
        )
        for moved in measure.moves:
            market.watch(moved, await self._book.band((market.symbol, moved)))
        if not market.bands:
            self._markets.pop(market.symbol, None)
        elif measure in market.bands:
            market.hold(measure, value, stay)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def seen(bar: Bar, *, late: bool = False) -> Look:
    """Return a minute as a look at all that happened in it."""
    return Look(
        begins=bar.begins,
        at=bar.at,
        low=bar.low,
        high=bar.high,
        last=bar.close,
        price=bar.close,
        late=late,
        simulated=bar.simulated,
        first=bar.open,
        exchanges={bar.source: bar.close},
    )
