"""Readings out of what market data tells: pure."""

from collections.abc import Sequence
from decimal import Decimal

from common.market import Timeframe
from common.wire import CandlesReply, IndicatorsReply
from telegram_bot.alerts.feed import Bar, Reading
from telegram_bot.alerts.machine import Look
from telegram_bot.alerts.rules import Kind

MEAN_OVER = 50  # bars of a regime

Values = Sequence[Decimal | None]


def bars_of(reply: CandlesReply) -> list[Bar]:
    """Return the candles of a reply, oldest first."""
    seconds = Timeframe(reply.timeframe).seconds
    simulated = reply.quality == "simulated"
    columns = zip(reply.opened_at, reply.low, reply.high, reply.close, reply.open, strict=True)
    return [
        Bar(
            begins=opened.timestamp(),
            at=opened.timestamp() + seconds,
            low=low,
            high=high,
            close=close,
            simulated=simulated,
            open=first,
            source=reply.source,
        )
        for opened, low, high, close, first in columns
    ]


def readings_of(candles: CandlesReply, studies: IndicatorsReply) -> list[Reading]:
    """Join closes and indicators where both know a candle.

    Args:
        studies: `atr`, `natr` and `supertrend` with their series.
    """
    closes = dict(zip(candles.opened_at, candles.close, strict=True))
    lines = {
        name: line
        for indicator in studies.indicators
        for name, line in _named(indicator.name, indicator.series or {})
    }
    opened = studies.opened_at or []
    atrs, shares, up = (lines.get(name, [None] * len(opened)) for name in ("atr", "natr", "up"))
    seconds = Timeframe(studies.timeframe).seconds
    found: list[Reading] = []
    for place, at in enumerate(opened):
        close = closes.get(at)
        before = closes.get(opened[place - 1]) if place else None
        if close is None:
            continue
        found.append(
            Reading(
                at=at.timestamp() + seconds,
                close=close,
                breakout=_breakout(close, before, atrs[place - 1] if place else None),
                atr_share=shares[place],
                regime=_regime(atrs[: place + 1]),
                flip=_flip(up, place),
                simulated=candles.quality == "simulated",
            )
        )
    return found


def look_of(reading: Reading, kind: Kind, *, late: bool = False) -> Look | None:
    """Return what a measure of candles says at a close; None: nothing."""
    match kind:
        case Kind.BREAKOUT:
            return _happening(reading, reading.breakout, late)
        case Kind.SUPERTREND:
            return _happening(reading, Decimal(reading.flip), late)
    value = reading.atr_share if kind is Kind.ATR_SHARE else reading.regime
    if value is None:
        return None
    return Look(reading.at, reading.at, value, value, value, reading.close, late, reading.simulated)


def _happening(reading: Reading, size: Decimal | None, late: bool) -> Look | None:
    if not size:
        return None
    down, up = min(size, Decimal(0)), max(size, Decimal(0))
    return Look(
        reading.at, reading.at, down, up, Decimal(0), reading.close, late, reading.simulated
    )


def _named(name: str, series: dict[str, list[Decimal | None]]) -> list[tuple[str, Values]]:
    if name == "supertrend":
        return [("up", series.get("up", []))]
    return [(name, series.get("value", []))]


def _breakout(close: Decimal, before: Decimal | None, atr_before: Decimal | None) -> Decimal | None:
    """Measure against the ATR of the candle before: nobody knew this one's while it formed."""
    if before is None or not atr_before:
        return None
    return (close - before) / atr_before


def _regime(atrs: Values) -> Decimal | None:
    last = [value for value in atrs[-MEAN_OVER:] if value is not None]
    total = sum(last, Decimal(0))
    if len(last) < MEAN_OVER or not total:
        return None
    return last[-1] * MEAN_OVER / total


def _flip(up: Values, place: int) -> int:
    if place < 1 or len(up) <= place:
        return 0
    was, now = up[place - 1] is not None, up[place] is not None
    return int(now) - int(was)
