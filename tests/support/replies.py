"""Answers of market-data, as a bot gets them: Bitcoin on Binance at 08:12 UTC by default.

The numbers hang together: each share and change is what the prices beside it give.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from common.market import Candle, Timeframe
from common.wire import (
    AtrReply,
    CandlesReply,
    Chandelier,
    DayChange,
    Distribution,
    Drawdown,
    Position,
    Problem,
    StatisticsReply,
    Stop,
    Supertrend,
    TickerReply,
)

AS_OF = datetime(2026, 11, 21, 8, 12, tzinfo=UTC)

# Where all of them come from, and how old they are.
_FRESH: dict[str, Any] = {
    "source": "binance",
    "as_of": AS_OF,
    "as_of_kind": "exchange",
    "age_ms": 2_000,
    "stale": False,
    "quality": "single",
}

_TICKER = TickerReply(
    **_FRESH,
    symbol="BTC-USDT",
    name="Bitcoin",
    price=Decimal("67250.10"),
    price_step=Decimal("0.01"),
    lot_step=Decimal("0.00001"),
    bid=Decimal("67250.09"),
    ask=Decimal("67250.10"),
    open_24h=Decimal("65667.55"),
    high_24h=Decimal("67980.00"),
    low_24h=Decimal("65402.55"),
    change_24h=Decimal("1582.55"),
    change_1h_pct=Decimal("0.3184"),
    change_24h_pct=Decimal("2.40994"),
    change_7d_pct=Decimal("-4.0712"),
    volume_24h=Decimal("27361.41"),
    quote_volume_24h=Decimal("1840066958.04"),
)

_POSITION = Position(
    side="long",
    multiple=Decimal(2),
    entry=Decimal("67250.10"),
    stop=Decimal("65559.46"),
    equity=Decimal(10_000),
    risk_pct=Decimal(1),
    quantity=Decimal("0.05914"),
    cost=Decimal("3977.170914"),
    cost_pct=Decimal("39.77170914"),
    loss=Decimal("99.9844496"),
    capped=False,
    refusal=None,
)

_ATR = AtrReply(
    **(_FRESH | {"age_ms": 0}),
    symbol="BTC-USDT",
    name="Bitcoin",
    timeframe="4h",
    period=14,
    method="wilder",
    seed="sma_tr_0",
    price_step=Decimal("0.01"),
    lot_step=Decimal("0.00001"),
    atr=Decimal("845.32"),
    atr_pct=Decimal("1.25698"),
    close=Decimal("67250.10"),
    closed_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
    next_close_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    price=Decimal("67250.10"),
    entry=Decimal("67250.10"),
    bars=250,
    approximate=False,
    regime="normal",
    ratio=Decimal("1.0812"),
    percentile=61,
    stops=[
        Stop(
            multiple=Decimal(multiple),
            long=Decimal(long),
            short=Decimal(short),
            distance_pct=Decimal(distance),
        )
        for multiple, long, short, distance in (
            ("1", "66404.78", "68095.42", "1.25698"),
            ("1.5", "65982.12", "68518.08", "1.88547"),
            ("2", "65559.46", "68940.74", "2.51396"),
            ("3", "64714.14", "69786.06", "3.77094"),
        )
    ],
    chandelier=Chandelier(
        period=22, multiple=Decimal(3), long=Decimal("65118.20"), short=Decimal("68630.45")
    ),
    supertrend=Supertrend(
        period=10, multiple=Decimal(3), direction="up", flips_at=Decimal("64987.55")
    ),
    position=None,
    built_from=None,
    gaps=[],
)

_CLOSES = Distribution(
    mean=Decimal("61535.39"),
    sd=Decimal("9385.24"),
    minimum=Decimal("44067.11"),
    lower_quartile=Decimal("58560.04"),
    median=Decimal("61829.76"),
    upper_quartile=Decimal("65033.15"),
    maximum=Decimal("73727.28"),
    skewness=Decimal("-0.231656280808"),
    kurtosis=Decimal("1.68515298188"),
)
_RETURNS = Distribution(
    mean=Decimal("0.0131568446868"),
    sd=Decimal("3.18181995739"),
    minimum=Decimal("-15.6986990473"),
    lower_quartile=Decimal("-1.13165606044"),
    median=Decimal("-0.0143119559994"),
    upper_quartile=Decimal("1.17092968541"),
    maximum=Decimal("10.4070106469"),
    skewness=Decimal("-0.7337618445"),
    kurtosis=Decimal("4.62809739473"),
)
_STATISTICS = StatisticsReply(
    **_FRESH,
    symbol="BTC-USDT",
    name="Bitcoin",
    timeframe="1d",
    price=Decimal("67250.10"),
    change_1h_pct=Decimal("0.3184"),
    change_24h_pct=Decimal("2.40994"),
    change_7d_pct=Decimal("-4.0712"),
    change_30d_pct=Decimal("11.3"),
    bars=365,
    bars_asked=365,
    opened_at=datetime(2025, 11, 21, tzinfo=UTC),
    closed_at=datetime(2026, 11, 21, tzinfo=UTC),
    closes=_CLOSES,
    log_returns_pct=_RETURNS,
    candles_per_year=Decimal(365),
    volatility_pct=Decimal("60.7885849322"),
    max_drawdown=Drawdown(
        depth_pct=Decimal("40.2295"),
        peak=Decimal("73727.28"),
        peak_at=datetime(2026, 4, 24, tzinfo=UTC),
        trough=Decimal("44067.11"),
        trough_at=datetime(2026, 9, 17, tzinfo=UTC),
        recovered_at=None,
    ),
    days=364,
    days_per_year=365,
    sharpe=Decimal("0.0789991791391"),
    best_day=DayChange(
        opened_at=datetime(2026, 7, 17, tzinfo=UTC), change_pct=Decimal("10.967825")
    ),
    worst_day=DayChange(
        opened_at=datetime(2025, 11, 25, tzinfo=UTC), change_pct=Decimal("-14.528482")
    ),
    built_from=None,
    gaps=[],
    filled=0,
)

_PROBLEM = Problem(
    type="/problems/unknown-symbol",
    title="Unknown symbol",
    status=404,
    detail="'BTX' is not a market we know. Did you mean BTC or BTT or STX?",
    code="unknown-symbol",
    instance="3f9a1c2e",
    asked="BTX",
    suggestions=["BTC", "BTT", "STX"],
)


def ticker_reply(**changes: Any) -> TickerReply:
    """Return the ticker of BTC/USDT with `changes`."""
    return msgspec.structs.replace(_TICKER, **changes)


def candles_reply(candles: Sequence[Candle], timeframe: Timeframe, **changes: Any) -> CandlesReply:
    """Return candles as columns."""
    facts: dict[str, Any] = {
        "source": "binance",
        "as_of": AS_OF,
        "as_of_kind": "clock",
        "age_ms": 0,
        "stale": False,
        "quality": "single",
        "symbol": "BTC-USDT",
        "price_step": Decimal("0.01"),
        "built_from": None,
        "gaps": [],
        "next_cursor": None,
    }
    columns = ("opened_at", "open", "high", "low", "close", "volume")
    facts |= {name: [getattr(one, name) for one in candles] for name in columns}
    return CandlesReply(timeframe=timeframe.value, **{**facts, **changes})


def atr_reply(**changes: Any) -> AtrReply:
    """Return ATR(14) of BTC/USDT on 4h with `changes`; it has no position."""
    return msgspec.structs.replace(_ATR, **changes)


def statistics_reply(**changes: Any) -> StatisticsReply:
    """Return a year of BTC/USDT's days with `changes`."""
    return msgspec.structs.replace(_STATISTICS, **changes)


def position(**changes: Any) -> Position:
    """Return a long position that risks 1 % of 10,000 USDT at 2 ATR, with `changes`."""
    return msgspec.structs.replace(_POSITION, **changes)


def problem(**changes: Any) -> Problem:
    """Return the problem of an unknown symbol with `changes`."""
    return msgspec.structs.replace(_PROBLEM, **changes)


def four_tickers() -> list[TickerReply]:
    """Return BTC, ETH, SOL and PEPE in USDT."""
    return [
        ticker_reply(),
        _other("ETH", "Ethereum", "3415.22", "0.01", ("-0.11", "1.08", "-6.55")),
        _other("SOL", "Solana", "145.33", "0.01", ("0.90", "5.72", "3.18")),
        _other("PEPE", "Pepe", "0.00001234", "0.00000001", ("-1.20", "-8.45", "22.14")),
    ]


def _other(
    base: str, name: str, price: str, step: str, changes: tuple[str, str, str]
) -> TickerReply:
    hour, day, week = map(Decimal, changes)
    return ticker_reply(
        symbol=f"{base}-USDT",
        name=name,
        price=Decimal(price),
        price_step=Decimal(step),
        bid=None,
        ask=None,
        open_24h=None,
        high_24h=None,
        low_24h=None,
        change_24h=None,
        change_1h_pct=hour,
        change_24h_pct=day,
        change_7d_pct=week,
        volume_24h=None,
        quote_volume_24h=None,
    )
