"""The indicators that can be asked for by name: their parameters, their needs, their lines.

A period that is asked for goes to every indicator that has one; MACD keeps its three.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from common.market import Candle
from common.wire import IndicatorName
from market_data.indicators import macd
from market_data.indicators.atr import average_true_ranges
from market_data.indicators.bollinger import MULTIPLE, bollinger
from market_data.indicators.chandelier import chandeliers
from market_data.indicators.ema import exponential_means
from market_data.indicators.natr import normalised_true_ranges
from market_data.indicators.rsi import relative_strengths
from market_data.indicators.sma import simple_means
from market_data.indicators.supertrend import supertrends

NAMES: tuple[IndicatorName, ...] = get_args(IndicatorName)
Line = Sequence[Decimal | None]
_FAR = Decimal(3)


@dataclass(frozen=True, slots=True)
class Window:
    """What an indicator is computed over.

    Attributes:
        candles: Closed candles, oldest first.
        step: The tick size.
        last: How many values are wanted, up to the last candle.
    """

    candles: Sequence[Candle]
    period: int
    step: Decimal
    last: int

    @property
    def closes(self) -> list[Decimal]:
        return [candle.close for candle in self.candles]


@dataclass(frozen=True, slots=True)
class Known:
    """One indicator.

    Attributes:
        period: Its default; None where it has none.
        more: Candles that it needs beyond its period.
        settles: Periods after which its start no longer matters; 1 where there is no start.
        lines: Its values by name, each at the last candles, or at as many as have one.
        parameters: Fixed ones, beside the period.
    """

    period: int | None
    more: int
    settles: int
    lines: Callable[[Window], Mapping[str, Line]]
    parameters: Mapping[str, Decimal]

    def of(self, period: int | None) -> int:
        """Return the period to use where one was, or was not, asked for."""
        return macd.SLOW if self.period is None else period or self.period

    def need(self, period: int | None) -> int:
        """Return the fewest candles that give a value."""
        return self.of(period) + self.more

    def wanted(self, period: int | None) -> int:
        """Return how many candles settle a value; never fewer than 250."""
        return max(250, self.settles * self.of(period))


def _atr(window: Window) -> Mapping[str, Line]:
    return {"value": average_true_ranges(window.candles, window.period)}


def _natr(window: Window) -> Mapping[str, Line]:
    return {"value": normalised_true_ranges(window.candles, window.period)}


def _rsi(window: Window) -> Mapping[str, Line]:
    return {"value": relative_strengths(window.closes, window.period)}


def _ema(window: Window) -> Mapping[str, Line]:
    return {"value": exponential_means(window.closes, window.period)}


def _sma(window: Window) -> Mapping[str, Line]:
    return {"value": simple_means(window.closes, window.period)}


def _bollinger(window: Window) -> Mapping[str, Line]:
    bands = bollinger(window.closes, window.period)
    return {
        "upper": [one.upper for one in bands],
        "middle": [one.middle for one in bands],
        "lower": [one.lower for one in bands],
    }


def _macd(window: Window) -> Mapping[str, Line]:
    values = macd.macds(window.closes)
    return {
        "macd": [one.macd for one in values],
        "signal": [one.signal for one in values],
        "histogram": [one.histogram for one in values],
    }


def _supertrend(window: Window) -> Mapping[str, Line]:
    trends = supertrends(window.candles, window.step, window.period, _FAR, window.last)
    return {
        side: [one.flips_at if one and one.direction == side else None for one in trends]
        for side in ("up", "down")
    }


def _chandelier(window: Window) -> Mapping[str, Line]:
    exits = chandeliers(window.candles, window.step, window.period, _FAR, window.last)
    return {
        "long": [one.long if one else None for one in exits],
        "short": [one.short if one else None for one in exits],
    }


_PLAIN: Mapping[str, Decimal] = {}
KNOWN: Mapping[IndicatorName, Known] = {
    "atr": Known(14, 1, 11, _atr, _PLAIN),
    "natr": Known(14, 1, 11, _natr, _PLAIN),
    "rsi": Known(14, 1, 11, _rsi, _PLAIN),
    "ema": Known(20, 0, 6, _ema, _PLAIN),
    "sma": Known(20, 0, 1, _sma, _PLAIN),
    "bollinger": Known(20, 0, 1, _bollinger, {"multiple": MULTIPLE}),
    "macd": Known(
        None,
        macd.SIGNAL - 1,
        6,
        _macd,
        {"fast": Decimal(macd.FAST), "slow": Decimal(macd.SLOW), "signal": Decimal(macd.SIGNAL)},
    ),
    "supertrend": Known(10, 1, 11, _supertrend, {"multiple": _FAR}),
    "chandelier": Known(22, 1, 11, _chandelier, {"multiple": _FAR}),
}
