"""What an alert is: a measure of a market, a direction, a threshold, and how often it tells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Literal

from common.market import Timeframe

Direction = Literal["up", "down", "any"]
Repeat = Literal["once", "every", "remind"]

# armed: fires at the threshold. waiting: beyond it, so it must come back before it can be crossed.
# resting: has fired and tells nothing before `wakes_at`. The others are out of the engine's sight.
State = Literal["armed", "waiting", "resting", "paused", "fired", "expired", "deleted"]
ACTIVE: tuple[State, ...] = ("armed", "waiting", "resting")
KEPT: tuple[State, ...] = (*ACTIVE, "paused")

MOST_PER_PERSON = 50
MOST_PER_GROUP = 20
SHORTEST_PAUSE = 300.0  # seconds between two messages of one alert
LONGEST_NOTE = 200
ATR_PERIOD = 14
_HYSTERESIS = Decimal("0.9")


class Kind(Enum):
    """What is measured."""

    PRICE = "price"
    PRICE_AT = "price_at"  # of one exchange alone
    MINUTE_AT = "minute_at"  # the same at the close of each minute: what lies between counts then
    MOVE = "pct"  # percent within a window
    BREAKOUT = "atr_move"  # close to close, in ATR of the candle before
    ATR_SHARE = "atr_pct"  # ATR in percent of the close
    REGIME = "atr_ratio"  # ATR against its mean over 50 bars
    SUPERTREND = "supertrend"  # 1 at the close where it flips


_OF_CANDLES = (Kind.BREAKOUT, Kind.ATR_SHARE, Kind.REGIME, Kind.SUPERTREND)
AT_EXCHANGES = (Kind.PRICE_AT, Kind.MINUTE_AT)
_LEVELS = (Kind.PRICE, *AT_EXCHANGES, Kind.ATR_SHARE, Kind.REGIME)
_WITH_PERIOD = (Kind.BREAKOUT, Kind.ATR_SHARE, Kind.REGIME)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is compared with the threshold.

    Attributes:
        span: Length of the candles, or of the window of a move; None for the price itself.
        period: Of ATR.
        exchange: Whose price it is, as market-data names it; None: what all of them agree on.
    """

    kind: Kind
    span: Timeframe | None = None
    period: int | None = None
    exchange: str | None = None

    @property
    def text(self) -> str:
        """The stored form: `price`, `price_at:kraken`, `pct:1h`, `atr_move:4h:14`."""
        parts = [self.kind.value]
        if self.exchange is not None:
            parts.append(self.exchange)
        if self.span is not None:
            parts.append(self.span.value)
        if self.period is not None:
            parts.append(str(self.period))
        return ":".join(parts)

    @classmethod
    def parse(cls, text: str) -> "Measure":
        """Read the stored form.

        >>> Measure.parse("atr_pct:1d:14").text
        'atr_pct:1d:14'
        """
        kind, span, period = [*text.split(":"), "", ""][:3]
        if Kind(kind) in AT_EXCHANGES:
            return cls(Kind(kind), exchange=span)
        return cls(Kind(kind), Timeframe(span) if span else None, int(period) if period else None)

    @property
    def moves(self) -> Sequence["Measure"]:
        """The measures that a fire of this one may move thresholds of: itself, as a rule."""
        if self.kind not in AT_EXCHANGES:
            return (self,)
        return [replace(self, kind=kind) for kind in AT_EXCHANGES]

    @property
    def of_candles(self) -> bool:
        """Whether it has a value at the close of each candle, and none between."""
        return self.kind in _OF_CANDLES

    @property
    def is_level(self) -> bool:
        """Whether it has a side at every moment, so that it can be crossed; else it happens."""
        return self.kind in _LEVELS


PRICE = Measure(Kind.PRICE)


def measure(kind: Kind, span: Timeframe) -> Measure:
    """Return a measure of candles, or of moves, with the usual period."""
    return Measure(kind, span, ATR_PERIOD if kind in _WITH_PERIOD else None)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person, or a program, wants to be told.

    Attributes:
        symbol: `BASE-QUOTE`.
        threshold: In the quote asset, in percent, or a multiple of ATR; above 0.
        percent: Of a price alert counted from `anchor`: signed as `direction` says.
        pause: Seconds between two messages; 0 for `once`.
        expires_at: UTC seconds; None: never.
        note: Plain text that the message repeats.
    """

    symbol: str
    measure: Measure
    direction: Direction
    threshold: Decimal
    percent: Decimal | None = None
    anchor: Decimal | None = None
    repeat: Repeat = "once"
    pause: float = 0.0
    expires_at: float | None = None
    note: str = ""

    @property
    def rearm(self) -> Decimal:
        """Where it counts as having come back: a tenth short of a regime, else the threshold."""
        if self.measure.kind is not Kind.REGIME:
            return self.threshold
        return (
            self.threshold * _HYSTERESIS if self.direction == "up" else self.threshold / _HYSTERESIS
        )


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule with its place in life.

    Attributes:
        number: What its chat calls it.
        since: Everything up to then is accounted for; what happened before cannot fire it.
        anchored_at: Moves within a window are counted from then on.
        wakes_at: When a resting one may tell again.
        step: The market's tick when it was set, to write prices with.
        version: Rises with each change; a change of an older version is void.
        purpose: `message`, or who else is told (see `alerts.watches`).
        subject: What that other one calls it.
    """

    id: int
    chat: int
    user: int
    number: int
    rule: Rule
    state: State
    since: float
    anchored_at: float
    step: Decimal
    wakes_at: float | None = None
    version: int = 0
    purpose: str = "message"
    subject: str = ""
