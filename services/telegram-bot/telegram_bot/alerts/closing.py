"""Measures of candles: indicators, read once at each close."""

import asyncio
from collections.abc import Mapping
from functools import partial

import structlog

from common.clock import Clock
from common.errors import CryptoAssistantError, NotEnoughCandles, UnknownSymbol
from telegram_bot.alerts.bands import Band
from telegram_bot.alerts.feed import Feed, Reading
from telegram_bot.alerts.firing import Firing
from telegram_bot.alerts.readings import look_of
from telegram_bot.alerts.rules import Measure
from telegram_bot.alerts.silence import Silence
from telegram_bot.alerts.store import Watched
from telegram_bot.alerts.together import together

log = structlog.get_logger(__name__)

_SETTLES = 2.0  # seconds after a close in which its candle is not to be expected
_LATE = 120.0
_NEW_CANDLES = 3  # how far back is looked where there is no mark
_MOST_READINGS = 200


class Closes:
    """Knows which candles are watched, and up to when they were read."""

    def __init__(self, feed: Feed, firing: Firing, clock: Clock) -> None:
        self._feed = feed
        self._firing = firing
        self._clock = clock
        self._until: dict[Watched, float] = {}
        self._silence: Silence[Watched] = Silence(self._now)

    @property
    def until(self) -> Mapping[Watched, float]:
        """The end of the last candle that was read, of each measure."""
        return self._until

    def forget(self) -> None:
        """Watch nothing."""
        self._until, self._silence = {}, Silence(self._now)

    def watch(self, watched: Watched, band: Band, mark: float | None) -> None:
        """Watch from a mark on, or from some candles ago; an empty band ends it."""
        if band.empty:
            self._until.pop(watched, None)
        elif watched not in self._until:
            self._silence.forget(watched)
            new = self._closed(watched[1]) - _NEW_CANDLES * _seconds(watched[1])
            self._until[watched] = new if mark is None else mark

    async def look_around(self, one_at_a_time: asyncio.Lock) -> None:
        """Read candles that have closed since the last time, and let alerts react to them."""
        now = self._now()
        due = [
            watched
            for watched, until in self._until.items()
            if until < self._closed(watched[1]) <= now - _SETTLES and self._silence.may_ask(watched)
        ]
        await together(partial(self._look_at, one_at_a_time), due)

    async def _look_at(self, one_at_a_time: asyncio.Lock, watched: Watched) -> None:
        now = self._now()
        until = self._until.get(watched)
        if until is None:
            return  # nobody watches it any more
        self._silence.asks(watched)
        symbol, measure = watched
        count = int((now - until) // _seconds(measure)) + 1
        try:
            assert measure.span is not None
            last = min(count, _MOST_READINGS)
            readings = await self._feed.readings(symbol, measure.span, last)
        except NotEnoughCandles:
            if watched in self._until:
                self._until[watched] = self._closed(measure)  # there will be one more at the next
            return
        except CryptoAssistantError as error:
            log.info("candles are missing", symbol=symbol, reason=str(error))
            why = self._silence.fails(watched, unlisted=isinstance(error, UnknownSymbol))
            if why is not None:
                async with one_at_a_time:
                    await self._firing.give_up(watched, why)
                    self._until.pop(watched, None)
            return
        self._silence.answers(watched)
        async with one_at_a_time:
            for reading in readings:
                if until < reading.at <= now and watched in self._until:
                    await self._see(watched, reading, now)

    async def _see(self, watched: Watched, reading: Reading, now: float) -> None:
        look = look_of(reading, watched[1].kind, late=now - reading.at > _LATE)
        if look is not None:
            await self._firing.touch(watched, look, lambda alert: look)
        self._until[watched] = reading.at

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _closed(self, measure: Measure) -> float:
        """Return when the last candle of a measure closed."""
        assert measure.span is not None
        return measure.span.opening(self._clock.now()).timestamp()


def _seconds(measure: Measure) -> float:
    assert measure.span is not None
    return float(measure.span.seconds)
