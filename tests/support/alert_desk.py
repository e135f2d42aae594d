"""An alert engine over a real database, with prices that a test tells it.

async with alert_desk(url) as it:
    await it.set("70000")
    await it.price("70100")
    assert await it.told() == [...]
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from common import wire
from common.clock import FrozenClock
from common.errors import CryptoAssistantError
from common.market import Timeframe
from telegram_bot.adapters import database, database_schema
from telegram_bot.adapters.database import Database
from telegram_bot.adapters.database_alert_tables import alert_fires
from telegram_bot.adapters.database_engine import open_engine
from telegram_bot.alerts.engine import Engine
from telegram_bot.alerts.feed import Bar, Reading
from telegram_bot.alerts.rules import Alert, Kind, Rule
from telegram_bot.people import Strangers
from telegram_bot.profiles import Profile
from telegram_bot.turns import Turn
from telegram_bot.work import Tally
from tests.support.alerts import STEP, rule
from tests.support.replies import ticker_reply

ME = 1001
BTC = "BTC-USD"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class ScriptedFeed:
    """`Feed` out of lists.

    Attributes:
        minutes: Closed candles by their market; `candles`: readings by their market and length.
        failures: What everybody who asks is told instead, by market.
        silent: Markets that never answer; `waiting`: what was asked for of them.
        followed: How often it was listened to; each time that fails.
        asked: Which bars were asked for.
    """

    def __init__(self) -> None:
        self.minutes: dict[str, list[Bar]] = {}
        self.candles: dict[tuple[str, Timeframe], list[Reading]] = {}
        self.failures: dict[str, CryptoAssistantError] = {}
        self.asked: list[tuple[str, float, float]] = []
        self.silent: set[str] = set()
        self.waiting: list[str] = []
        self.followed = 0

    async def follow(
        self, symbols: Callable[[], Sequence[str]]
    ) -> AsyncIterator[wire.TickerReply | wire.CandlesReply]:
        self.followed += 1
        nothing: list[wire.TickerReply] = []
        for reply in nothing:
            yield reply
        raise OSError("nobody tells anything")

    async def bars(self, symbol: str, start: float, end: float) -> Sequence[Bar]:
        self.asked.append((symbol, start, end))
        self._fail(symbol)
        if symbol in self.silent:
            self.waiting.append(symbol)
            await asyncio.Event().wait()
        return [bar for bar in self.minutes.get(symbol, []) if start < bar.at <= end]

    async def readings(self, symbol: str, span: Timeframe, last: int) -> Sequence[Reading]:
        self._fail(symbol)
        return self.candles.get((symbol, span), [])[-last:]

    def _fail(self, symbol: str) -> None:
        if symbol in self.failures:
            raise self.failures[symbol]


@dataclass
class AlertDesk:
    """The engine, what it watches, and what it told."""

    base: Database
    feed: ScriptedFeed
    clock: FrozenClock
    people: Strangers
    turn: Turn
    engine: Engine
    source: str
    off: set[Kind] = field(default_factory=set)
    wakes: list[float] = field(default_factory=list)

    @property
    def now(self) -> float:
        return self.clock.now().timestamp()

    async def set(self, threshold: str, direction: Any = "up", **more: Any) -> Alert:
        """Set an alert about BTC-USD a second ago, and have the engine know it."""
        state = more.pop("state", "armed")
        chat = more.pop("chat", ME)
        some: Rule = replace(rule(threshold, direction), **more)
        added = await self.base.alerts.add(some, chat, chat, state=state, step=STEP, most=100)
        self.clock.advance(1)
        await self.engine.look_around()
        return added

    async def price(self, price: str, **more: Any) -> None:
        """Tell a price of BTC-USD that is true now, a second after what was before."""
        self.clock.advance(1)
        facts = {"symbol": BTC, "age_ms": 0, "alertable": True, "quality": "consensus", **more}
        facts = {"price": Decimal(price), "as_of": self.clock.now(), **facts}
        facts = {"source": self.source, **facts}
        await self.engine.hear(ticker_reply(**facts))

    async def minute(self, close: str, *, low: str = "", high: str = "", opened: str = "") -> None:
        """Let the minute that runs end with these prices, and be looked for."""
        begins = self.now // 60 * 60
        values = (Decimal(low or close), Decimal(high or close), Decimal(close))
        first = Decimal(opened or close)
        bar = Bar(begins, begins + 60, *values, open=first, source=self.source)
        self.feed.minutes.setdefault(BTC, []).append(bar)
        self.clock.advance(begins + 63 - self.now)
        await self.engine.look_around()

    async def pass_by(self, seconds: float, price: str) -> None:
        """Let time pass at one price, with a look every minute."""
        until = self.now + seconds
        while self.now < until - 61:
            self.clock.advance(59)
            await self.price(price)
            await self.engine.look_around()
        self.clock.advance(until - self.now - 1)
        await self.price(price)
        await self.engine.look_around()

    async def told(self) -> list[str]:
        """Return the lines of what was told, in order."""
        lines = select(alert_fires.c.line).order_by(alert_fires.c.moment, alert_fires.c.alert)
        return list(await self.base.reader.run(lambda connection: connection.scalars(lines).all()))

    async def fires(self) -> list[float]:
        """Return when alerts fired, in seconds since noon."""
        moments = select(alert_fires.c.moment).order_by(alert_fires.c.moment)
        found = await self.base.reader.run(lambda connection: connection.scalars(moments).all())
        return [moment / 1_000 - NOON.timestamp() for moment in found]

    async def restart(self) -> None:
        """Begin a new turn with nothing in memory, as after a crash."""
        epoch = await self.base.lease.take()
        assert epoch is not None
        self.turn = Turn(epoch)
        self.engine = Engine(
            self.base.alert_book,
            self.feed,
            self.people,
            self.clock,
            Tally(),
            sleep=lambda seconds: asyncio.sleep(0.002),
            woken=lambda: self.wakes.append(self.now),
            is_on=lambda measure: measure.kind not in self.off,
        )
        await self.engine.start(self.turn)


@asynccontextmanager
async def alert_desk(
    url: str, profile: Profile | None = None, source: str = "binance"
) -> AsyncIterator[AlertDesk]:
    """Run an engine over an empty database, at noon, with the prices of one exchange."""
    engine = open_engine(url)
    database_schema.prepare(engine)
    clock = FrozenClock(NOON)
    feed, people = ScriptedFeed(), Strangers()
    opened = database.opened(engine, 5.0, clock=lambda: clock.now().timestamp(), profile=profile)
    async with opened as base:
        nobody = Engine(base.alert_book, feed, people, clock, Tally())
        it = AlertDesk(base, feed, clock, people, Turn(0), nobody, source)
        await it.restart()
        yield it
