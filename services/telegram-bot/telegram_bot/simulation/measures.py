"""How good trading was: in the words that traders use."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from telegram_bot.arithmetic.exact import percent_of, quotient, total
from telegram_bot.simulation.account import Trade


@dataclass(frozen=True, slots=True)
class Measures:
    """Of trades that are over, and of an account over time.

    Attributes:
        wins: Trades that brought more than they cost, all fees included.
        win_rate_pct: Their share; None without a trade.
        profit_factor: What the wins brought over what the others lost; None where none lost.
        expectancy: The mean profit of a trade, in the quote asset; None without a trade.
        profit: Of all trades, in the quote asset.
        drawdown_pct: The deepest fall of the account from a high before it, unsigned.
    """

    trades: int
    wins: int
    win_rate_pct: Decimal | None
    profit_factor: Decimal | None
    expectancy: Decimal | None
    profit: Decimal
    drawdown_pct: Decimal


def measure(trades: Sequence[Trade], worth: Sequence[Decimal]) -> Measures:
    """Measure trades and an equity curve, oldest first."""
    profits = [trade.profit for trade in trades]
    won = [profit for profit in profits if profit > 0]
    lost = [-profit for profit in profits if profit < 0]
    count = len(profits)
    return Measures(
        trades=count,
        wins=len(won),
        win_rate_pct=percent_of(Decimal(len(won)), Decimal(count)) if count else None,
        profit_factor=quotient(total(won), total(lost)) if lost else None,
        expectancy=quotient(total(profits), Decimal(count)) if count else None,
        profit=total(profits),
        drawdown_pct=drawdown_pct(worth),
    )


def drawdown_pct(worth: Sequence[Decimal]) -> Decimal:
    """Return the deepest fall below a high before it, in percent of that high, unsigned.

    >>> drawdown_pct([Decimal(100), Decimal(120), Decimal(90), Decimal(110)])
    Decimal('25')
    """
    highest = deepest = Decimal(0)
    for value in worth:
        highest = max(highest, value)
        if highest:
            deepest = max(deepest, percent_of(highest - value, highest))
    return deepest


def exposure_pct(spans: Sequence[tuple[float, float]], start: float, end: float) -> Decimal:
    """Return the share of the time from `start` to `end` that any of the spans covers, in percent.

    >>> exposure_pct([(0, 10), (5, 20), (90, 200)], 0, 100)
    Decimal('30')
    """
    if end <= start:
        return Decimal(0)
    covered, until = 0.0, start
    for begins, ends in sorted(spans):
        covered += max(0.0, min(ends, end) - max(begins, until))
        until = max(until, min(ends, end))
    return Decimal(round(covered)) * 100 / Decimal(max(1, round(end - start)))
