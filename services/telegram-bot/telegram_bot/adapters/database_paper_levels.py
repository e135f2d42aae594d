"""Levels of paper positions as the engine's price watches, and what it saw as a candle."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Connection

from common.market import Candle
from telegram_bot.adapters import database_price_watches
from telegram_bot.adapters.database_price_watches import PriceWatch
from telegram_bot.alerts.machine import Look
from telegram_bot.alerts.rules import Kind, Measure
from telegram_bot.paper.levels import Level

PURPOSE = "paper"
_KINDS = {"trail": Kind.MINUTE_AT}  # follows a minute once it is over, as in a backtest


def watch(
    connection: Connection,
    chat: int,
    wanted: Iterable[Level],
    exchange: str,
    *,
    now: float,
    since: float | None = None,
) -> None:
    """Have the engine watch these levels of a chat, and no others.

    Args:
        exchange: Whose prices touch them.
        since: When those that are new, or have moved, begin; None: now.
    """
    watches = [
        PriceWatch(
            subject=f"{level.symbol}.{level.name}@{chat}",
            symbol=level.symbol,
            measure=Measure(_KINDS.get(level.name, Kind.PRICE_AT), exchange=exchange),
            direction=level.direction,
            threshold=level.price,
            step=level.step,
        )
        for level in wanted
    ]
    began = now if since is None else since
    database_price_watches.keep(connection, PURPOSE, chat, watches, since=began, now=now)


def candle_of(look: Look) -> Candle:
    """Return what was seen as a candle; a price alone is one without extremes."""
    first = look.last if look.first is None else look.first
    began = datetime.fromtimestamp(look.begins, UTC)
    high, low = max(look.high, first, look.last), min(look.low, first, look.last)
    return Candle(began, first, high, low, look.last, Decimal(0))
