"""Three presets: each decides at a close, by the candles that have closed and by nothing else.

A decision is an event: a preset that was stopped out waits for the next one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from common.market import Candle
from telegram_bot.simulation.wilder import Extremes, RunningAtr

Name = Literal["st", "chandelier", "breakout"]
Action = Literal["enter", "leave", "wait"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a preset wants after a close.

    Attributes:
        trend: Which way it sees the market; None before it has seen enough.
        level: The price that the close has crossed, in the quote asset; where it waits: the one at
            which its trend turns.
        atr: At that close.
    """

    action: Action
    trend: Literal["up", "down"] | None = None
    level: float | None = None
    atr: float | None = None


class Strategy(Protocol):
    """Sees one closed candle after the other."""

    def see(self, candle: Candle) -> Decision: ...


@dataclass(frozen=True, slots=True)
class Preset:
    """Which strategy, and with what: `st 10 3`.

    Attributes:
        period: Candles, of ATR; 2 to 90.
        multiple: Of ATR, above 0.
    """

    name: Name
    period: int
    multiple: Decimal

    @property
    def written(self) -> str:
        """As a person types it."""
        return f"{self.name} {self.period} {self.multiple}"

    @property
    def candles_needed(self) -> int:
        """How many candles settle it, so that where they begin no longer matters."""
        return min(1000, max(250, 11 * self.period))

    def strategy(self) -> Strategy:
        """Return one that has seen nothing yet."""
        return _STRATEGIES[self.name](self.period, float(self.multiple))


@dataclass(slots=True)
class _Supertrend:
    """Enters when Supertrend turns up, leaves when it turns down: as market-data draws it."""

    period: int
    multiple: float
    _atr: RunningAtr = field(init=False)
    _bands: tuple[float, float] | None = None
    _close: float = 0.0
    _up: bool = False

    def __post_init__(self) -> None:
        self._atr = RunningAtr(self.period)

    def see(self, candle: Candle) -> Decision:
        atr = self._atr.see(candle)
        if atr is None:
            return Decision("wait")
        middle = (float(candle.high) + float(candle.low)) / 2
        below, above = middle - self.multiple * atr, middle + self.multiple * atr
        close, before = float(candle.close), self._up
        if self._bands is not None:
            lower, upper = self._bands
            below = below if self._close < lower else max(below, lower)
            above = above if self._close > upper else min(above, upper)
            self._up = close >= below if self._up else close > above
        self._bands, self._close = (below, above), close
        trend = _word(self._up)
        if self._up == before:
            return Decision("wait", trend, below if self._up else above, atr)
        action: Action = "enter" if self._up else "leave"
        return Decision(action, trend, above if self._up else below, atr)


@dataclass(slots=True)
class _Chandelier:
    """Enters at a close above the short exit of the candle before, leaves below the long one."""

    period: int
    multiple: float
    _atr: RunningAtr = field(init=False)
    _extremes: Extremes = field(init=False)
    _exits: tuple[float, float] | None = None
    _up: bool | None = None

    def __post_init__(self) -> None:
        self._atr, self._extremes = RunningAtr(self.period), Extremes(self.period)

    def see(self, candle: Candle) -> Decision:
        atr, (highest, lowest) = self._atr.see(candle), self._extremes.see(candle)
        if atr is None:
            return Decision("wait")
        exits, self._exits = self._exits, (
            highest - self.multiple * atr,
            lowest + self.multiple * atr,
        )
        if exits is None:
            return Decision("wait", atr=atr)
        long_exit, short_exit = exits
        close, before = float(candle.close), self._up
        if close < long_exit:
            self._up = False
        elif close > short_exit:
            self._up = True
        level = long_exit if self._up else short_exit
        trend: Literal["up", "down"] | None = None if self._up is None else _word(self._up)
        if self._up == before or self._up is None:
            return Decision("wait", trend, level, atr)
        crossed = short_exit if self._up else long_exit
        return Decision("enter" if self._up else "leave", trend, crossed, atr)


@dataclass(slots=True)
class _Breakout:
    """Enters at a close that many ATRs above the one before, leaves at one as far below.

    Measured by the ATR of the candle before: nobody knew this one's while it formed.
    """

    period: int
    multiple: float
    _atr: RunningAtr = field(init=False)
    _before: tuple[float, float] | None = None
    _up: bool | None = None

    def __post_init__(self) -> None:
        self._atr = RunningAtr(self.period)

    def see(self, candle: Candle) -> Decision:
        before, close = self._before, float(candle.close)
        atr = self._atr.see(candle)
        if atr is not None:
            self._before = close, atr
        if before is None:
            return Decision("wait", atr=atr)
        last, reach = before[0], self.multiple * before[1]
        action: Action = "wait"
        if reach and close >= last + reach:
            action, self._up = "enter", True
        elif reach and close <= last - reach:
            action, self._up = "leave", False
        trend: Literal["up", "down"] | None = None if self._up is None else _word(self._up)
        level = last - reach if self._up else last + reach
        if action == "enter":
            level = last + reach
        elif action == "leave":
            level = last - reach
        return Decision(action, trend, level, atr)


def _word(up: bool) -> Literal["up", "down"]:
    return "up" if up else "down"


_STRATEGIES: Mapping[Name, Callable[[int, float], Strategy]] = {
    "st": _Supertrend,
    "chandelier": _Chandelier,
    "breakout": _Breakout,
}

USUAL: Mapping[Name, Preset] = {
    "st": Preset("st", 10, Decimal(3)),
    "chandelier": Preset("chandelier", 22, Decimal(3)),
    "breakout": Preset("breakout", 14, Decimal(2)),
}
"""Each preset as it is where nothing else is said."""
