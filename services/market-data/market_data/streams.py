"""Live prices for many readers: one pulse a market, the latest value for each reader.

A reader that is slow gets the latest value of each market when it is ready, never a backlog.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from common.clock import Clock
from common.errors import CryptoAssistantError, Unavailable
from common.market import Timeframe
from common.wire import encode
from market_data.market import Markets
from market_data.paging import CandlesAsked

PULSE_SECONDS = 0.5
HEARTBEAT_SECONDS = 10.0
MOST_READERS = 500
log = structlog.get_logger(__name__)

# What a pulse follows: a market's ticker, or its candles of one timeframe.
Topic = tuple[str, Timeframe | None]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a reader gets.

    Attributes:
        number: Rises over all events, also over restarts; a reader comes back with the last it saw.
        kind: `ticker` or `candle`.
        topic: A newer event of the same topic replaces this one.
        body: JSON.
    """

    number: int
    kind: str
    topic: Topic
    body: bytes


@dataclass(slots=True)
class Reader:
    """One who listens: at most one waiting event a topic."""

    waiting: dict[Topic, Event] = field(default_factory=dict)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, event: Event) -> None:
        self.waiting.pop(event.topic, None)  # the newer one queues up behind the others
        self.waiting[event.topic] = event
        self.woken.set()

    async def take(self, seconds: float) -> list[Event]:
        """Return what waits, oldest first; nothing when `seconds` passed without an event."""
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return []
        events, self.waiting = list(self.waiting.values()), {}
        self.woken.clear()
        return events


@dataclass(slots=True)
class _Pulse:
    task: asyncio.Task[None]
    readers: list[Reader] = field(default_factory=list)
    last: Event | None = None


class Streams:
    """Follows markets for as long as somebody listens to them."""

    def __init__(
        self,
        markets: Markets,
        clock: Clock,
        *,
        pulse: float = PULSE_SECONDS,
        most: int = MOST_READERS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._markets = markets
        self._pulse = pulse
        self._most = most
        self._sleep = sleep
        self._pulses: dict[Topic, _Pulse] = {}
        self._readers = 0
        # Milliseconds of the start, so that numbers rise over restarts too.
        self._number = int(clock.now().timestamp() * 1_000)

    @property
    def open(self) -> int:
        """How many listen now."""
        return self._readers

    @asynccontextmanager
    async def reader(
        self, symbols: Sequence[str], timeframe: Timeframe | None, seen: int = 0
    ) -> AsyncIterator[Reader]:
        """Listen to markets, in any spelling, and to their candles where a timeframe is named.

        Args:
            seen: The number of the last event that the reader has; only newer ones are given.

        Raises:
            Unavailable: If too many listen already.
            UnknownSymbol, BadInput: If a name is not a market's.
        """
        if self._readers >= self._most:
            raise Unavailable(f"{self._most} readers are listening already.", retry_after=30)
        self._readers += 1
        topics: list[Topic] = []
        reader = Reader()
        try:
            for text in symbols:
                symbol = (await self._markets.symbol(text)).symbol
                topics.append((symbol, None))
                if timeframe is not None:
                    topics.append((symbol, timeframe))
            topics = list(dict.fromkeys(topics))
            for topic in topics:
                self._listen(reader, topic, seen)
            yield reader
        finally:
            self._readers -= 1
            for topic in topics:
                self._leave(reader, topic)

    def _listen(self, reader: Reader, topic: Topic, seen: int) -> None:
        pulse = self._pulses.get(topic)
        if pulse is None:
            pulse = _Pulse(asyncio.create_task(self._follow(topic), name=f"pulse {topic[0]}"))
            self._pulses[topic] = pulse
        elif pulse.last is not None and pulse.last.number > seen:
            reader.give(pulse.last)
        pulse.readers.append(reader)

    def _leave(self, reader: Reader, topic: Topic) -> None:
        pulse = self._pulses.get(topic)
        if pulse is None or reader not in pulse.readers:
            return
        pulse.readers.remove(reader)
        if not pulse.readers:
            pulse.task.cancel()
            del self._pulses[topic]

    async def _follow(self, topic: Topic) -> None:
        """Ask for the topic again and again; say once when it cannot be had."""
        last: object = None
        away = False
        while True:
            try:
                mark, body = await self._ask(topic)
            except CryptoAssistantError as error:
                if not away:
                    log.warning("stream_interrupted", symbol=topic[0], reason=str(error))
                away = True
            except Exception:  # a bug of ours must not end it for all readers, who would not notice
                if not away:
                    log.exception("stream_broken", symbol=topic[0])
                away = True
            else:
                if mark != last:
                    self._publish(topic, body)
                last, away = mark, False
            await self._sleep(self._pulse)

    async def _ask(self, topic: Topic) -> tuple[object, bytes]:
        """What distinguishes this value from the one before it, and its JSON."""
        symbol, timeframe = topic
        if timeframe is None:
            ticker = await self._markets.ticker(symbol)
            return (ticker.price, ticker.as_of, ticker.stale), encode(ticker)
        candles = await self._markets.candles(symbol, CandlesAsked(timeframe, 1))
        return tuple(candles.opened_at), encode(candles)

    def _publish(self, topic: Topic, body: bytes) -> None:
        self._number += 1
        pulse = self._pulses[topic]
        pulse.last = Event(self._number, "candle" if topic[1] else "ticker", topic, body)
        for reader in pulse.readers:
            reader.give(pulse.last)

    async def aclose(self) -> None:
        """Stop following."""
        tasks = [pulse.task for pulse in self._pulses.values()]
        self._pulses.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
