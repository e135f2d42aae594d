"""Indicators: several by name, and average true range with what follows from it."""

from decimal import Decimal
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from common.errors import BadInput
from common.market import Timeframe
from common.wire import AtrReply, IndicatorName, IndicatorsReply, Side
from market_data.indicators.known import NAMES
from market_data.market import Markets
from market_data.readings import Question
from market_data.routes import parameters
from market_data.routes.table import Row, json, refuse_unknown
from market_data.studies import IndicatorsAsked

TIMEFRAME = parameters.timeframe(Timeframe.H4)
PERIOD = parameters.integer("period", 14, 2, 90, "Candles that ATR averages over.")
BARS = parameters.optional_integer(
    "bars", 3, 1_000, "Closed candles to stand on; by default 250, or 11 times the period.", 500
)
MULTIPLES = parameters.decimals(
    "multiples",
    (Decimal(1), Decimal("1.5"), Decimal(2), Decimal(3)),
    8,
    "Multiples of ATR for the table of stops.",
)
MULTIPLE = parameters.decimal("multiple", Decimal(2), "Of ATR, for the position's stop.")
SIDE = parameters.choice("side", "long", ("long", "short"), "Of the position.")
ENTRY = parameters.optional_decimal(
    "entry", "Where stops start; by default the last price.", "64000"
)
EQUITY = parameters.optional_decimal(
    "equity", "In the quote asset; with it the answer holds a position.", "10000"
)
RISK = parameters.decimal("risk", Decimal(1), "Percent of the equity that a stop may cost.")
PARAMETERS = (TIMEFRAME, PERIOD, BARS, MULTIPLES, MULTIPLE, SIDE, ENTRY, EQUITY, RISK)

WANTED = parameters.choices("names", NAMES, "Indicators, separated by commas; all by default.")
LENGTH = parameters.optional_integer(
    "period", 2, 200, "Of each indicator but macd; by default each one's own.", 14
)
SERIES = parameters.choice(
    "series", "false", ("true", "false"), "Whether values before the latest ones are told too."
)
LAST = parameters.integer("last", 100, 1, 500, "Candles that the series run over.")
NAMED = (WANTED, TIMEFRAME, LENGTH, SERIES, LAST)


async def several(request: Request) -> Response:
    refuse_unknown(request, NAMED)
    query = request.query_params
    last, timeframe = LAST.of(query), TIMEFRAME.of(query)
    asked = IndicatorsAsked(
        timeframe=timeframe,
        names=cast(tuple[IndicatorName, ...], WANTED.of(query)),
        period=LENGTH.of(query),
        last=last if SERIES.of(query) == "true" else None,
    )
    markets: Markets = request.app.state.markets
    reply = await markets.indicators(request.path_params["symbol"], asked)
    return json(reply, max_age=max(1, timeframe.seconds - reply.age_ms // 1_000))


async def atr(request: Request) -> Response:
    refuse_unknown(request, PARAMETERS)
    query = request.query_params
    bars, period = BARS.of(query), PERIOD.of(query)
    if bars is not None and bars <= period:
        raise BadInput(f"bars is {bars}; ATR({period}) needs at least {period + 1}.")
    question = Question(
        timeframe=TIMEFRAME.of(query),
        period=period,
        bars=bars,
        multiples=MULTIPLES.of(query),
        multiple=MULTIPLE.of(query),
        side=cast(Side, SIDE.of(query)),
        entry=ENTRY.of(query),
        equity=EQUITY.of(query),
        risk_pct=RISK.of(query),
    )
    markets: Markets = request.app.state.markets
    reply = await markets.atr(request.path_params["symbol"], question)
    return json(reply, max_age=1)


ROWS = (
    Row(
        "/v1/indicators/{symbol}",
        several,
        "Indicators by name",
        IndicatorsReply,
        NAMED,
        (404, 409, 422, 503),
        "Closed candles only. By default atr, natr and rsi have period 14, ema, sma and bollinger "
        "20, supertrend 10, chandelier 22; macd has 12, 26, 9. Bands lie 2 standard deviations of "
        "the population from the mean; supertrend and chandelier take 3 ATR. "
        "docs/api/statistics.md has every definition.",
    ),
    Row(
        "/v1/indicators/{symbol}/atr",
        atr,
        "Average true range",
        AtrReply,
        PARAMETERS,
        (404, 409, 422, 503),
        "Wilder's: the first true range is high - low, the first ATR the mean of the first n true "
        "ranges, then ((n-1) x ATR + TR) / n; closed candles only. Equal to ta.atr of TradingView.",
    ),
)
