"""Stops, targets and trailing stops: what a candle, or a price alone, does to a position.

Nobody knows in which order a candle went up and down. So a stop counts before a target, and a
trailing stop follows a candle's high only once the candle is over: the worse case each time.
"""

from dataclasses import replace
from decimal import Decimal

from common.market import Candle
from telegram_bot.arithmetic.exact import less
from telegram_bot.simulation.account import Position, Reason


def hit(held: Position, candle: Candle) -> tuple[Decimal, Reason] | None:
    """Return at which price, before slippage, and why a position is sold within a candle.

    A market that opens beyond a level is sold at the opening: below a stop for less than asked.
    """
    if held.stop is not None and candle.low <= held.stop:
        why: Reason = "trailing stop" if held.trailed else "stop"
        return min(held.stop, candle.open), why
    if held.target is not None and candle.high >= held.target:
        return max(held.target, candle.open), "target"
    return None


def followed(held: Position, high: Decimal) -> Position:
    """Return the position after the market went up to `high`: a trailing stop only ever rises."""
    best = max(held.best, high)
    if held.trail is None:
        return replace(held, best=best)
    level = less(best, held.trail)
    if level <= 0 or (held.stop is not None and level <= held.stop):
        return replace(held, best=best)
    return replace(held, best=best, stop=level, trailed=True)
