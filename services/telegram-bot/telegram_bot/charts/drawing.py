"""What a picture shows: numbers and finished words, nothing that has to be looked up.

Numbers are floats in the unit of their panel; they end as pixels. Every word is plain text in the
reader's language.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Literal

Role = Literal["atr_band", "trend_up", "trend_down", "average", "held", "curve"]
Write = Callable[[Decimal, Decimal], str]
"""Writes a value of an axis, whose neighbours are the second argument apart."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Columns of equal length, oldest first; `opened_at` is aware."""

    opened_at: Sequence[datetime]
    open: Sequence[float]
    high: Sequence[float]
    low: Sequence[float]
    close: Sequence[float]
    volume: Sequence[float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line over the bars; None where it has no value, so that it breaks there."""

    role: Role
    values: Sequence[float | None]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written around the picture.

    Attributes:
        title: The market and the timeframe.
        facts: Source, number of candles, time zone: the small line below.
        warning: Stands on a bright ground, as `SIMULATED`; empty: there is nothing to warn of.
        months: Twelve short names.
    """

    title: str
    facts: str
    warning: str
    months: Sequence[str]


@dataclass(frozen=True, slots=True)
class Chart:
    """Candles with what belongs to them.

    Attributes:
        price: The last price, and how it is written.
        panel: A line of its own below, such as ATR, with its name and how its last value is
            written.
        style: `line` draws closes alone.
    """

    words: Words
    bars: Bars
    zone: tzinfo
    write: Write
    price: tuple[float, str] | None = None
    overlays: Sequence[Line] = ()
    panel: tuple[Line, str] | None = None
    volume: str = "Volume"
    style: Literal["candle", "line"] = "candle"
    dark: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """Lines over time, the first one filled: an equity curve beside holding.

    Attributes:
        marks: Their names and last values, in the order of `lines`.
    """

    words: Words
    at: Sequence[datetime]
    zone: tzinfo
    write: Write
    lines: Sequence[Line]
    marks: Sequence[str] = field(default_factory=tuple)
    dark: bool = False
