"""The HTTP contract of the market-data service: one struct a reply, and nothing else crosses.

Prices, amounts and shares are `Decimal`, written as JSON strings; times are aware UTC, written in
RFC 3339. A value that the service does not know is null, never 0. Shares and changes are in
percent: `"2.41"` is 2.41 %.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

Quality = Literal["consensus", "single", "disputed", "simulated", "recorded"]
AsOfKind = Literal["exchange", "received", "clock"]
Regime = Literal["high", "rising", "normal", "low"]
Direction = Literal["up", "down"]
Side = Literal["long", "short"]


_EXPONENT = re.compile(rb'"(-?\d+(?:\.\d+)?E[+-]\d+)"')


def encode(body: msgspec.Struct) -> bytes:
    """Write a struct as JSON, numbers without exponents: `"0.00000001"`, not `"1E-8"`."""
    return _EXPONENT.sub(_in_full, msgspec.json.encode(body))


def _in_full(match: re.Match[bytes]) -> bytes:
    return f'"{Decimal(match[1].decode()):f}"'.encode()


class Sourced(msgspec.Struct, kw_only=True, frozen=True):
    """Where a value comes from and how old it is.

    Attributes:
        source: Name of the provider, for example `coinbase`.
        as_of: When the value was true.
        as_of_kind: Whose clock said so: the exchange's, ours on receipt, or a recording's.
        age_ms: Milliseconds between `as_of` and this reply; 0 for a recording at its own clock.
        stale: True when it is older than a fresh answer may be and was served for want of a better.
        quality: What stands behind it; simulated and recorded values are never market prices.
    """

    source: str
    as_of: datetime
    as_of_kind: AsOfKind
    age_ms: int
    stale: bool
    quality: Quality


class Market(msgspec.Struct, kw_only=True, frozen=True):
    """One listed market.

    Attributes:
        symbol: `BASE-QUOTE`.
        name: Of the base asset, for example `Bitcoin`.
        price_step: The tick size: prices are multiples of it.
        lot_step: Amounts are multiples of it.
        quote_volume_24h: In the quote asset; ranks suggestions.
        timeframes: Those that can be answered for this market, shortest first.
        source, quality: As in `Sourced`.
    """

    symbol: str
    base: str
    quote: str
    name: str
    price_step: Decimal
    lot_step: Decimal
    quote_volume_24h: Decimal | None
    timeframes: list[str]
    source: str
    quality: Quality


class MarketsReply(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /v1/symbols`: markets by falling volume; `next_cursor` is null on the last page."""

    symbols: list[Market]
    next_cursor: str | None


class SourcePrice(msgspec.Struct, kw_only=True, frozen=True):
    """What one source says of a market.

    Attributes:
        price: In the quote asset.
        age_ms: Milliseconds since it was true, or since it was heard: the longer one.
        deviation_bps: From the price that is told, signed, in hundredths of a percent.
        used: Whether the price that is told stands on it.
    """

    name: str
    price: Decimal
    age_ms: int
    deviation_bps: Decimal
    used: bool


class TickerReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/tickers/{symbol}`.

    Attributes:
        price, bid, ask, open_24h, high_24h, low_24h: In the quote asset.
        change_24h: Price now less price 24 hours ago, in the quote asset.
        change_1h_pct, change_24h_pct, change_7d_pct: Signed percent, computed by this service.
        volume_24h, quote_volume_24h: In the base asset and in the quote asset.
        sources: What each exchange says, the preferred one first; all in this quote asset.
        alertable: Whether this price may fire an alert: neither stale nor disputed, and no jump
            of a single source that nothing confirms.
    """

    symbol: str
    name: str
    price: Decimal
    price_step: Decimal
    lot_step: Decimal
    bid: Decimal | None
    ask: Decimal | None
    open_24h: Decimal | None
    high_24h: Decimal | None
    low_24h: Decimal | None
    change_24h: Decimal | None
    change_1h_pct: Decimal | None
    change_24h_pct: Decimal | None
    change_7d_pct: Decimal | None
    volume_24h: Decimal | None
    quote_volume_24h: Decimal | None
    sources: list[SourcePrice] = []
    alertable: bool = False


class Problem(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """RFC 9457 `application/problem+json`.

    Attributes:
        type: A stable address under `/problems/`; `code` is its last part.
        detail: A sentence for people that says what would work.
        instance: The request's id: the reference that the log line carries too.
        asked: The words of the request that this is about.
        suggestions: Listed base assets, best first, with `unknown-symbol`.
        have, need: Numbers of closed candles, with `not-enough-history`.
        retry_after_s: When asking again makes sense.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str = ""
    asked: str | None = None
    symbol: str | None = None
    suggestions: list[str] | None = None
    have: int | None = None
    need: int | None = None
    retry_after_s: float | None = None


class TickersReply(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /v1/tickers?symbols=`: what is known, in the order asked; the rest as problems."""

    tickers: list[TickerReply]
    problems: list[Problem]


class Gap(msgspec.Struct, kw_only=True, frozen=True):
    """Candles that are missing from a series: the first and the last missing opening time."""

    first: datetime
    last: datetime
    missing: int


class CandlesReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/candles/{symbol}`: closed candles in columns of equal length, oldest first.

    Attributes:
        built_from: The native timeframe that longer candles were built from, else null.
        gaps: Missing candles inside the range, none of them made up.
        filled: How many candles stand for a time without trades: one or two in a row that the
            exchange did not publish, flat at the close before them, without volume.
        filled_at: When those opened.
        opened_at: Opening times, which name the candles.
        next_cursor: Ask with it for the page of older candles; null when there is none.
    """

    symbol: str
    timeframe: str
    price_step: Decimal
    opened_at: list[datetime]
    open: list[Decimal]
    high: list[Decimal]
    low: list[Decimal]
    close: list[Decimal]
    volume: list[Decimal]
    built_from: str | None
    gaps: list[Gap]
    next_cursor: str | None
    filled: int = 0
    filled_at: list[datetime] = []


class Stop(msgspec.Struct, kw_only=True, frozen=True):
    """Stop prices at one multiple of ATR from the entry.

    Attributes:
        long, short: In the quote asset, on the tick, half up; `long` is null where it were <= 0.
        distance_pct: Multiple times ATR as a share of the entry.
    """

    multiple: Decimal
    long: Decimal | None
    short: Decimal
    distance_pct: Decimal


class Chandelier(msgspec.Struct, kw_only=True, frozen=True):
    """LeBeau's exits: highest high less, and lowest low plus, a multiple of ATR of that period."""

    period: int
    multiple: Decimal
    long: Decimal
    short: Decimal


class Supertrend(msgspec.Struct, kw_only=True, frozen=True):
    """The trend and the price at whose close it flips."""

    period: int
    multiple: Decimal
    direction: Direction
    flips_at: Decimal


class Position(msgspec.Struct, kw_only=True, frozen=True):
    """How much to trade so that a stop costs a known share of the equity.

    Attributes:
        equity, cost, loss: In the quote asset; `cost` is quantity times entry.
        risk_pct, cost_pct: Shares of the equity.
        quantity: In the base asset, floored to the lot step; 0 when one lot already risks more.
        capped: True when the equity, not the risk, set the quantity.
        refusal: A sentence when no position makes sense (the stop would be <= 0), else null.
    """

    side: Side
    multiple: Decimal
    entry: Decimal
    stop: Decimal | None
    equity: Decimal
    risk_pct: Decimal
    quantity: Decimal
    cost: Decimal
    cost_pct: Decimal
    loss: Decimal
    capped: bool
    refusal: str | None


class AtrReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/indicators/{symbol}/atr`: Wilder's average true range over closed candles.

    Attributes:
        method, seed: `wilder`; the first value is the mean of the first n true ranges, the very
            first of which is high - low.
        atr: In the quote asset, 12 significant digits, not rounded to the tick.
        atr_pct: ATR as a share of `close`.
        close: Close of the last closed candle, whose closing time is `closed_at`.
        next_close_at: When the next candle closes.
        price: The last price; stops start from `entry`, which is it unless asked otherwise.
        bars: Closed candles that the value stands on.
        approximate: True where fewer bars exist than a settled value needs.
        regime: ATR against its mean over 50 bars: above 1.5 high, above 1.2 rising, below 0.7 low.
        ratio: That quotient; null, like `percentile` (over 200 bars), when history is too short.
        gaps: Missing candles inside the bars.
        filled: How many of the bars stand for a time without trades, as in `CandlesReply`.
    """

    symbol: str
    name: str
    timeframe: str
    period: int
    method: Literal["wilder"]
    seed: Literal["sma_tr_0"]
    price_step: Decimal
    lot_step: Decimal
    atr: Decimal
    atr_pct: Decimal
    close: Decimal
    closed_at: datetime
    next_close_at: datetime
    price: Decimal
    entry: Decimal
    bars: int
    approximate: bool
    regime: Regime | None
    ratio: Decimal | None
    percentile: int | None
    stops: list[Stop]
    chandelier: Chandelier | None
    supertrend: Supertrend | None
    position: Position | None
    built_from: str | None
    gaps: list[Gap]
    filled: int = 0


class ProviderState(msgspec.Struct, kw_only=True, frozen=True):
    """How one provider is doing.

    Attributes:
        breaker: `closed` is asked, `open` is left alone for `retry_in_s` seconds, `half_open` is
            tried with one call.
        in_flight, waiting: Calls right now.
        answers, failures: Calls so far that went out, each attempt by itself.
        kept_back: Calls so far that did not go out: it was left alone, or too many waited.
        last_error: What went wrong last, at `last_failure`.
        latency_ms: Of its answers, smoothed over the last few.
        limited_ms: How long calls have waited so far to stay within its limits.
    """

    name: str
    quality: Quality
    breaker: Literal["closed", "open", "half_open"]
    retry_in_s: float | None = None
    in_flight: int = 0
    waiting: int = 0
    answers: int = 0
    failures: int = 0
    kept_back: int = 0
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_error: str | None = None
    latency_ms: int | None = None
    limited_ms: int = 0


class ProvidersReply(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /v1/providers`: in the order in which they are asked."""

    providers: list[ProviderState]


class Version(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /version` of every program that listens."""

    program: str
    version: str
    revision: str
    environment: str


class Health(msgspec.Struct, kw_only=True, frozen=True):
    """`GET /healthz` and `/readyz`: `ok`, else reasons."""

    status: Literal["ok", "unready"]
    reasons: list[str]


IndicatorName = Literal[
    "atr", "natr", "rsi", "ema", "sma", "bollinger", "macd", "supertrend", "chandelier"
]


class Indicator(msgspec.Struct, kw_only=True, frozen=True):
    """One indicator at the last closed candle, and over the last ones where asked for.

    Attributes:
        parameters: What it was computed with, for example `{"period": "14"}`.
        approximate: True where fewer candles exist than a settled value needs.
        lines: Values by name. One line is called `value`: of atr, ema and sma in the quote asset,
            of natr in percent of the close, of rsi 0 to 100. bollinger has `upper`, `middle` and
            `lower`; macd has `macd`, `signal` and `histogram`; chandelier `long` and `short`;
            supertrend `up`, the level while the trend is up, and `down`, the level while it is
            down. 12 significant digits; supertrend and chandelier are on the tick, half up.
        series: The same lines at each of `IndicatorsReply.opened_at`; null unless asked for.
    """

    name: IndicatorName
    parameters: dict[str, Decimal]
    approximate: bool
    lines: dict[str, Decimal | None]
    series: dict[str, list[Decimal | None]] | None


class IndicatorsReply(Sourced, kw_only=True, frozen=True):
    """`GET /v1/indicators/{symbol}`: indicators over closed candles, in the order asked.

    Attributes:
        close: Close of the last closed candle, whose closing time is `closed_at`.
        next_close_at: When the next candle closes.
        bars: Closed candles that the values stand on.
        opened_at: Candles that the series run over, oldest first; null unless asked for.
        built_from, gaps, filled: As in `CandlesReply`, of the bars.
    """

    symbol: str
    name: str
    timeframe: str
    price_step: Decimal
    close: Decimal
    closed_at: datetime
    next_close_at: datetime
    bars: int
    indicators: list[Indicator]
    opened_at: list[datetime] | None
    built_from: str | None
    gaps: list[Gap]
    filled: int


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
