"""A day of SIMU, as a replay tells it: a price every ten seconds, and a candle every minute."""

import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from common.clock import FrozenClock
from common.market import Candle, Symbol, Timeframe
from market_data.providers.simu import Simu
from market_data.providers.simu_markets import MARKETS
from telegram_bot.alerts.feed import Bar

DAY = datetime(2026, 3, 12, tzinfo=UTC)
TICK = 10  # seconds
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Track:
    """One market's day; prices are whole numbers of `step`.

    Attributes:
        ticks: The price at each ten seconds.
        lows, highs, closes, opens: Of each minute.
    """

    step: Decimal
    ticks: list[int]
    lows: list[int]
    highs: list[int]
    closes: list[int]
    opens: list[int]

    def price(self, tick: int) -> Decimal:
        return self.ticks[min(tick, len(self.ticks) - 1)] * self.step

    def bar(self, minute: int) -> Bar:
        begins = DAY.timestamp() + minute * MINUTE
        columns = (self.lows, self.highs, self.closes, self.opens)
        low, high, close, first = (column[minute] * self.step for column in columns)
        return Bar(begins, begins + MINUTE, low, high, close, open=first, source="simu")


@dataclass(frozen=True, slots=True)
class ReplayWorld:
    """The day of some markets, by their symbols."""

    tracks: dict[str, Track]

    @property
    def steps(self) -> int:
        return min(len(track.ticks) for track in self.tracks.values())

    def bars(self, symbol: str, start: float, end: float) -> list[Bar]:
        """Return the minutes that closed after `start` and up to `end`."""
        track, origin = self.tracks[symbol], DAY.timestamp()
        first = max(0, int((start - origin) // MINUTE))
        last = min(len(track.lows), int((end - origin) // MINUTE))
        return [track.bar(minute) for minute in range(first, last)]

    def save(self, file: Path) -> None:
        tracks = {
            symbol: [str(it.step), it.ticks, it.lows, it.highs, it.closes, it.opens]
            for symbol, it in self.tracks.items()
        }
        file.write_text(json.dumps(tracks), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> "ReplayWorld":
        rows = json.loads(file.read_text(encoding="utf-8"))
        return cls({symbol: Track(Decimal(row[0]), *row[1:]) for symbol, row in rows.items()})


async def simulated(minutes: int, markets: int) -> ReplayWorld:
    """Return the first minutes of the day of so many markets."""
    clock = FrozenClock(DAY)
    simu = Simu(clock)
    tracks: dict[str, Track] = {}
    for symbol in list(MARKETS)[:markets]:
        tracks[str(symbol)] = await _track(simu, clock, symbol, minutes)
    return ReplayWorld(tracks)


async def _track(simu: Simu, clock: FrozenClock, symbol: Symbol, minutes: int) -> Track:
    step = MARKETS[symbol].price_step
    ticks = []
    clock.advance(DAY - clock.now())
    for _ in range(minutes * MINUTE // TICK):
        ticks.append(int((await simu.ticker(symbol)).price / step))
        clock.advance(TICK)
    clock.advance(1)
    candles: list[Candle] = []
    for start in range(0, minutes, 720):
        end = min(minutes, start + 720)
        candles += await simu.candles(
            symbol,
            Timeframe.M1,
            DAY + timedelta(minutes=start),
            DAY + timedelta(minutes=end),
        )
    assert len(candles) == minutes
    columns = zip(*((it.low, it.high, it.close, it.open) for it in candles), strict=True)
    return Track(step, ticks, *([int(value / step) for value in column] for column in columns))


def tick_at(at: float) -> int:
    """Return the number of the last tick up to an instant."""
    return bisect_right(range(0, 10**7, TICK), at - DAY.timestamp()) - 1
