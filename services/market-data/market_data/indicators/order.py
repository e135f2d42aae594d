"""The order that every indicator counts on: oldest first, no candle twice."""

from collections.abc import Iterable
from datetime import datetime

from common.market import Candle


def refuse_disorder(candles: Iterable[Candle], after: datetime | None = None) -> None:
    """Check that each candle opened later than the one before it.

    Args:
        candles: Of one symbol and timeframe. Gaps are fine.
        after: The first candle must have opened later than this.

    Raises:
        ValueError: For a candle that is out of order, repeated, or not after `after`.
    """
    last = after
    for candle in candles:
        if last is not None and candle.opened_at <= last:
            raise ValueError(
                f"candles go from old to new, each once: {candle.opened_at.isoformat()} "
                f"does not follow {last.isoformat()}"
            )
        last = candle.opened_at
