"""Candles of the wire as those that a simulation goes through."""

from common.market import Candle
from common.wire import CandlesReply


def candles_of(reply: CandlesReply) -> list[Candle]:
    """Return the columns as candles, oldest first.

    Raises:
        ValueError: If the columns differ in length, or a candle makes no sense.
    """
    columns = (reply.opened_at, reply.open, reply.high, reply.low, reply.close, reply.volume)
    return [Candle(*values) for values in zip(*columns, strict=True)]
