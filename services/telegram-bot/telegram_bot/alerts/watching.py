"""One market as the engine sees it: where no alert is, and what its price did lately."""

from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal

from common import wire
from telegram_bot.alerts.bands import Band
from telegram_bot.alerts.machine import Look
from telegram_bot.alerts.rules import Alert, Kind, Measure
from telegram_bot.alerts.windows import Extremes
from telegram_bot.simulation.prices import prices_at

OLDEST_SECONDS = 60.0  # a price that is older fires nothing
_RECENT_SECONDS = 10.0
_SILENCE_SECONDS = 90.0  # without a price, after which candles are looked at first
_PATIENCE_SECONDS = 30.0  # for those candles
_MINUTE = 60.0


@dataclass(slots=True)
class Hold:
    """Alerts about moves that were looked at and stay: until when they need no other look.

    Their own moves count from when they last fired or were set, so they are less than the market's.
    """

    down: Decimal  # of the market, up to which they were looked at
    up: Decimal
    floor: Decimal  # no price from here
    ceiling: Decimal  # to there concerns them

    def covers(self, value: Look) -> bool:
        """Say whether nothing new can come of a look."""
        return (
            value.begins == value.at  # nobody asked about the extremes of a candle
            and value.low >= self.down
            and value.high <= self.up
            and self.floor < value.price < self.ceiling
        )


@dataclass(slots=True)
class WatchedMarket:
    """A market with alerts on its price.

    Attributes:
        until: End of the last minute whose candle was looked at, UTC seconds.
        at: Of the newest price.
        ticker: The newest that may fire an alert.
        behind: Since when candles are to be looked at before prices; None: they were, when it
            had `caught_up` last.
        doubted: Minutes in which the sources disagreed: their extremes prove nothing.
        missed: Minutes with a price whose look could not be kept: their candles make up for it.
    """

    symbol: str
    until: float
    bands: dict[Measure, Band] = field(default_factory=dict)
    at: float = 0.0
    ticker: wire.TickerReply | None = None
    behind: float | None = None
    caught_up: float = 0.0
    doubted: set[float] = field(default_factory=set)
    missed: set[float] = field(default_factory=set)
    holds: dict[Measure, Hold] = field(default_factory=dict)
    _windows: dict[Measure, Extremes] = field(default_factory=dict)
    _recent: deque[Look] = field(default_factory=deque)

    def watch(self, measure: Measure, band: Band) -> None:
        """Take a band in place of the one before; an empty one ends the watch."""
        self.holds.pop(measure, None)
        if band.empty:
            self.bands.pop(measure, None)
            self._windows.pop(measure, None)
            return
        self.bands[measure] = band
        if measure.kind is Kind.MOVE and measure not in self._windows:
            self._windows[measure] = Extremes(_seconds(measure))
            for look in self._recent:
                self._windows[measure].add(look.begins, look.at, look.low, look.high)

    @property
    def longest(self) -> float:
        """How far its windows reach back, in seconds."""
        return max((window.seconds for window in self._windows.values()), default=0.0)

    def hears(self, reply: wire.TickerReply, now: float) -> Look | None:
        """Take in a price that may fire; None: it is not new, or candles come first."""
        look = look_at(reply)
        if look.at <= self.at:
            return None
        if self.behind is None and look.at - self._known() > _SILENCE_SECONDS:
            self.behind = now
        self.ticker = reply
        if self.behind is not None and now - self.behind < _PATIENCE_SECONDS:
            return None
        self.behind, self.at = None, look.at
        return look

    def catch_up(self, now: float) -> None:
        """Note that all candles there are were looked at."""
        self.behind, self.caught_up = None, now

    def _known(self) -> float:
        return max(self.at, self.until, self.caught_up)

    def overlaps(self, begins: float) -> bool:
        """Say whether prices were looked at that are newer than the beginning of a candle."""
        return self.at > begins

    def value(self, measure: Measure, look: Look) -> Look | None:
        """Return what a look at the price means for a measure of it; None: nothing."""
        match measure.kind:
            case Kind.MOVE:
                return self._moved(measure, look, 0.0)
            case Kind.PRICE_AT:
                return _seen_at(measure.exchange or "", look)
            case Kind.MINUTE_AT:
                is_minute = look.begins < look.at
                return _seen_at(measure.exchange or "", look) if is_minute else None
        return look

    def mine(self, alert: Alert, look: Look, value: Look) -> Look:
        """Return the same for one alert: moves count from where it was anchored."""
        if alert.rule.measure.kind is not Kind.MOVE:
            return value
        return self._moved(alert.rule.measure, look, alert.anchored_at)

    def may_touch(self, measure: Measure, value: Look) -> bool:
        """Say whether a value may wake somebody."""
        band, hold = self.bands.get(measure), self.holds.get(measure)
        if band is None or band.holds(value.low, value.high, value.at):
            return False
        return hold is None or not hold.covers(value) or band.wakes_at <= value.at

    def remember(self, look: Look) -> None:
        """Count a look among the past of those that follow."""
        for window in self._windows.values():
            window.add(look.begins, look.at, look.low, look.high)
        self._recent.append(look)
        while self._recent[0].at < look.at - _RECENT_SECONDS:
            self._recent.popleft()

    def recent(self) -> list[Look]:
        """Return the looks of the last seconds: an alert that was just set has not seen them."""
        return list(self._recent)

    def hold(self, measure: Measure, value: Look, stay: list[Alert]) -> None:
        """Note alerts about moves that were looked at and did not fire."""
        if measure.kind is not Kind.MOVE or not stay:
            return
        price, window = value.price, self._windows[measure]
        floor, ceiling = Decimal(0), Decimal("Infinity")
        for alert in stay:
            lowest = window.lowest(value.at, alert.anchored_at) or price
            highest = window.highest(value.at, alert.anchored_at) or price
            share = alert.rule.threshold / 100
            floor = max(floor, highest * (1 - share), lowest)
            ceiling = min(ceiling, lowest * (1 + share), highest)
        self.holds[measure] = Hold(value.low, value.high, floor, ceiling)

    def doubt(self, reply: wire.TickerReply) -> None:
        """Note a minute in which its price was disputed, or held back as a jump."""
        unheard = bool(reply.sources) and not any(source.used for source in reply.sources)
        if reply.quality == "disputed" or unheard:
            at = reply.as_of.timestamp() + reply.age_ms / 1_000
            self.doubted.add(at // _MINUTE * _MINUTE)

    def _moved(self, measure: Measure, look: Look, anchor: float) -> Look:
        window = self._windows[measure]
        down, up = window.moves(look.at, anchor, look.low, look.high, look.last)
        return replace(look, low=down, high=up, last=Decimal(0))


def may_fire(reply: wire.TickerReply, now: float) -> bool:
    """Say whether a price is sure and new enough to wake anybody."""
    return reply.alertable and not reply.stale and now - reply.as_of.timestamp() <= OLDEST_SECONDS


def look_at(reply: wire.TickerReply) -> Look:
    """Return a ticker as a look at one instant."""
    at = reply.as_of.timestamp()
    simulated = reply.quality == "simulated"
    return Look(at, at, *(reply.price,) * 4, simulated=simulated, exchanges=prices_at(reply))


def _seen_at(exchange: str, look: Look) -> Look | None:
    """Return what one exchange did; a candle that it is not of says nothing about it."""
    own = look.exchanges.get(exchange)
    if own is None or look.begins < look.at:
        return None if own is None else look
    return replace(look, low=own, high=own, last=own, price=own)


def _seconds(measure: Measure) -> float:
    assert measure.span is not None
    return float(measure.span.seconds)
