"""How a market behaved, and which markets move together."""

from datetime import datetime
from decimal import Decimal

import msgspec

from common.wire.candles import Gap
from common.wire.sourced import Sourced


class Distribution(msgspec.Struct, kw_only=True, frozen=True):
    """Where the values of a sample lie, in their unit; 12 significant digits where not exact.

    Attributes:
        sd: Standard deviation of the sample, over n - 1.
        minimum, lower_quartile, median, upper_quartile, maximum: A quartile between two values is
            interpolated in a straight line (Hyndman and Fan's type 7).
        skewness: m3 / m2^1.5 with central moments over n; null where nothing differs.
        kurtosis: Excess: m4 / m2^2 - 3, so a normal distribution has 0; null as above.
    """

    mean: Decimal
    sd: Decimal
    minimum: Decimal
    lower_quartile: Decimal
    median: Decimal
    upper_quartile: Decimal
    maximum: Decimal
    skewness: Decimal | None
    kurtosis: Decimal | None


class Drawdown(msgspec.Struct, kw_only=True, frozen=True):
    """The deepest fall of a close below the highest close before it.

    Attributes:
        depth_pct: 100 * (1 - trough / peak), unsigned; 0 for a market that never fell, of which
            the first candle is both peak and trough.
        peak, trough: Closes, in the quote asset; `peak_at` and `trough_at` name their candles.
        recovered_at: The first candle after it that closed at the peak or above; null when none.
    """

    depth_pct: Decimal
    peak: Decimal
    peak_at: datetime
    trough: Decimal
    trough_at: datetime
    recovered_at: datetime | None


class DayChange(msgspec.Struct, kw_only=True, frozen=True):
    """What a day's close did against the close before: signed percent; days are UTC."""

    opened_at: datetime
    change_pct: Decimal


class StatisticsReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/statistics/{symbol}`: what a market's closes and returns were like.

    A log return is ln(close / close before), between candles that follow each other in the series.

    Attributes:
        price: The last price, which was true at `as_of`.
        change_1h_pct, change_24h_pct, change_7d_pct, change_30d_pct: Signed percent from the close
            of the last candle that had closed by then to the price; candles of at most an hour
            where the source has them.
        bars: Closed candles of the window, one more than it has returns; fewer than `bars_asked`
            where the history is shorter.
        opened_at: When the window's first candle opened; `closed_at`: when its last one closed.
        closes: The window's closes, in the quote asset.
        log_returns_pct: The window's log returns, times 100.
        candles_per_year: 365 days over the candle's length; for markets with sessions 252 days
            times the mean number of candles a day, or 52 weeks.
        volatility_pct: Standard deviation of the log returns, annualised: times the square root of
            `candles_per_year`.
        days: Daily log returns inside the window, which the rest stands on.
        days_per_year: 365, or 252 for markets with sessions.
        sharpe: Mean over standard deviation of the daily log returns, times the square root of
            `days_per_year`; the risk-free rate is 0. Null for fewer than two days, and where
            nothing differs between them.
        best_day, worst_day: Null where there is no day.
        built_from, gaps, filled: As in `CandlesReply`, of the window.
    """

    symbol: str
    name: str
    timeframe: str
    price: Decimal
    change_1h_pct: Decimal | None
    change_24h_pct: Decimal | None
    change_7d_pct: Decimal | None
    change_30d_pct: Decimal | None
    bars: int
    bars_asked: int
    opened_at: datetime
    closed_at: datetime
    closes: Distribution
    log_returns_pct: Distribution
    candles_per_year: Decimal
    volatility_pct: Decimal
    max_drawdown: Drawdown
    days: int
    days_per_year: int
    sharpe: Decimal | None
    best_day: DayChange | None
    worst_day: DayChange | None
    built_from: str | None
    gaps: list[Gap]
    filled: int


class CorrelatedMarket(Sourced, kw_only=True, frozen=True):
    """One row and column of a correlation matrix; `as_of` is the end of the last common candle."""

    symbol: str
    name: str


class CorrelationReply(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /v1/correlation`: Pearson's correlation of log returns on common candles.

    Attributes:
        markets: In the order asked, each once.
        bars: Candles that every market has, none of them filled, one more than there are returns;
            fewer than `bars_asked` where the common history is shorter.
        opened_at: When the first common candle opened; `closed_at`: when the last one closed.
        matrix: -1 to 1 with 12 significant digits, symmetric, 1 on the diagonal; null for a market
            whose returns are all equal.
    """

    timeframe: str
    markets: list[CorrelatedMarket]
    bars: int
    bars_asked: int
    opened_at: datetime
    closed_at: datetime
    matrix: list[list[Decimal | None]]
