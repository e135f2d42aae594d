"""Longer candles built from shorter ones, and the candles that a series lacks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import reduce
from itertools import groupby, pairwise

from common.market import Candle, Timeframe
from common.wire import Gap
from market_data.indicators.order import refuse_disorder
from market_data.indicators.steps import EXACT


def build(
    candles: Sequence[Candle], timeframe: Timeframe, source: Timeframe, until: datetime
) -> list[Candle]:
    """Build candles of `timeframe` from closed candles of `source`, in UTC, weeks from Monday.

    Only whole candles are built: none that opens before the first source candle, and none that
    closes after `until`. Between those, a missing source candle means no trade was seen: a week of
    stock prices is whole with its five days, and a span without any candle builds none.

    Args:
        candles: Oldest first.
        until: Every candle that closed by then is in `candles`, if it exists.

    Raises:
        ValueError: If `source` does not divide `timeframe`, or a candle is out of order or does
            not open on a multiple of `source`.
    """
    if not source.divides(timeframe):
        raise ValueError(f"{timeframe.value} cannot be built from {source.value}")
    _refuse_misfits(candles, source)
    return [
        _merged(opened_at, list(parts))
        for opened_at, parts in groupby(candles, lambda one: timeframe.opening(one.opened_at))
        if opened_at >= candles[0].opened_at and opened_at + timeframe.length <= until
    ]


def gaps(candles: Sequence[Candle], timeframe: Timeframe) -> list[Gap]:
    """Return the stretches of candles that are missing inside a series, oldest first.

    Nights and weekends of a market that closes are missing too; the caller knows its hours.

    Args:
        candles: Of `timeframe`, oldest first.

    Raises:
        ValueError: If a candle is out of order or does not open on a multiple of `timeframe`.
    """
    _refuse_misfits(candles, timeframe)
    length = timeframe.length
    return [
        Gap(
            first=before.opened_at + length,
            last=after.opened_at - length,
            missing=(after.opened_at - before.opened_at) // length - 1,
        )
        for before, after in pairwise(candles)
        if after.opened_at - before.opened_at > length
    ]


def largest_dividing(native: Collection[Timeframe], wanted: Timeframe) -> Timeframe | None:
    """Return the longest of `native` that `wanted` can be built from; `wanted` itself if listed."""
    fitting = [timeframe for timeframe in native if timeframe.divides(wanted)]
    return max(fitting, key=lambda timeframe: timeframe.seconds, default=None)


def _merged(opened_at: datetime, parts: Sequence[Candle]) -> Candle:
    return Candle(
        opened_at=opened_at,
        open=parts[0].open,
        high=max(part.high for part in parts),
        low=min(part.low for part in parts),
        close=parts[-1].close,
        volume=reduce(EXACT.add, (part.volume for part in parts)),
    )


def _refuse_misfits(candles: Sequence[Candle], timeframe: Timeframe) -> None:
    refuse_disorder(candles)
    for candle in candles:
        if timeframe.opening(candle.opened_at) != candle.opened_at:
            at = candle.opened_at.isoformat()
            raise ValueError(f"a candle of {timeframe.value} cannot open at {at}")
