"""Stops, targets and trailing stops as prices that the alert engine watches: pure.

A watch only wakes. What a price or a candle then does to the position is said by the same core that
backtests go through, so it does not matter which of the levels woke first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from common.market import Candle
from telegram_bot.arithmetic.exact import total
from telegram_bot.paper.book import Paper
from telegram_bot.profiles import Profile
from telegram_bot.simulation.account import Position, Trade
from telegram_bot.simulation.terms import Terms
from telegram_bot.simulation.trading import Rule, Trader, live_through


@dataclass(frozen=True, slots=True)
class Level:
    """A price at which something becomes of a position.

    Attributes:
        name: `stop`, `target` or `trail`: at the close of a minute that was above it, the stop
            follows.
        direction: `up`: reached at `price` or above; `down`: at it or below.
    """

    symbol: str
    name: Literal["stop", "target", "trail"]
    direction: Literal["up", "down"]
    price: Decimal
    step: Decimal


def levels(paper: Paper) -> Iterator[Level]:
    """Yield the levels of all positions."""
    for held in paper.account.positions:
        if held.stop is not None:
            yield Level(held.symbol, "stop", "down", held.stop, held.step)
        if held.target is not None:
            yield Level(held.symbol, "target", "up", held.target, held.step)
        if held.trail is not None:
            yield Level(held.symbol, "trail", "up", _next_best(held, held.trail), held.step)


def _next_best(held: Position, trail: Decimal) -> Decimal:
    """Return the lowest price above which the stop rises."""
    stands = total((held.stop, trail)) if held.stop is not None else held.best
    return total((max(held.best, stands), held.step))


def meet(paper: Paper, symbol: str, candle: Candle, profile: Profile) -> tuple[Paper, Trade | None]:
    """Let a candle, or a price alone as one, meet the levels of a position.

    Returns: The account afterwards, and the trade that ended the position.
    """
    held = paper.account.position(symbol)
    if held is None:
        return paper, None
    # All of it is sold, so lots do not matter.
    terms = Terms(profile.fee_pct, profile.slippage_pct, held.step, held.step)
    trader, trade = live_through(Trader(symbol, paper.account, Rule(), terms), candle)
    return replace(paper, account=trader.account), trade
