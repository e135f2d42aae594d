"""Figures per year: annualised volatility and the Sharpe ratio.

A market round the clock has 365 days a year, one that trades in sessions 252. Both figures scale
with the square root of time, which holds where returns do not depend on those before them.
"""

from collections.abc import Sequence
from math import sqrt

from common.market import Candle, Timeframe
from market_data.indicators.statistics_moments import moments

_SESSION_WEEKS = 52


def days_per_year(sessions: bool) -> int:
    """Return how many days of trading a year has."""
    return 252 if sessions else 365


def candles_per_year(candles: Sequence[Candle], timeframe: Timeframe, sessions: bool) -> float:
    """Return how many candles a year has.

    Round the clock this is 365 days over the candle's length. In sessions it is 252 days times the
    candles that a day of trading had on average, and 52 weeks.

    Args:
        candles: Of `timeframe`, at least one.
    """
    if not sessions:
        return 365 * 86_400 / timeframe.seconds
    if timeframe is Timeframe.W1:
        return _SESSION_WEEKS
    days = {candle.opened_at.date() for candle in candles}
    return 252 * len(candles) / len(days)


def volatility(returns: Sequence[float], per_year: float) -> float:
    """Return the standard deviation of 2 or more log returns, scaled to a year."""
    return moments(returns).sd * sqrt(per_year)


def sharpe(returns: Sequence[float], per_year: int) -> float | None:
    """Return mean over standard deviation of daily log returns, scaled to a year, risk-free rate 0.

    None where there are fewer than 2 returns, or where nothing differs between them: a riskless
    market has no ratio.
    """
    if len(returns) < 2:
        return None
    found = moments(returns)
    return found.mean / found.sd * sqrt(per_year) if found.sd else None
