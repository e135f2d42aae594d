"""Maximum drawdown: the deepest fall from a high, close to close."""

from collections.abc import Sequence

from common.market import Candle
from common.wire import Drawdown
from market_data.indicators.steps import EXACT, in_percent


def max_drawdown(candles: Sequence[Candle]) -> Drawdown:
    """Return the largest fall of a close below the highest close before it, as a share of that one.

    Of equal falls the first counts. A market that never fell has a depth of 0, and its first candle
    is both peak and trough.

    Args:
        candles: Closed candles, oldest first, at least one.
    """
    top = peak = trough = candles[0]
    for candle in candles:
        if candle.close > top.close:
            top = candle
        elif _deeper(top, candle, peak, trough):
            peak, trough = top, candle
    return Drawdown(
        depth_pct=in_percent(EXACT.subtract(peak.close, trough.close), peak.close),
        peak=peak.close,
        peak_at=peak.opened_at,
        trough=trough.close,
        trough_at=trough.opened_at,
        recovered_at=next(
            (
                candle.opened_at
                for candle in candles
                if candle.opened_at > trough.opened_at and candle.close >= peak.close
            ),
            None,
        ),
    )


def _deeper(top: Candle, low: Candle, peak: Candle, trough: Candle) -> bool:
    """Say whether `low` lies further below `top` than `trough` below `peak`; divides nothing."""
    return EXACT.multiply(low.close, peak.close) < EXACT.multiply(trough.close, top.close)
