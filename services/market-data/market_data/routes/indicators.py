"""Indicators: average true range and what follows from it."""

from decimal import Decimal
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from common.errors import BadInput
from common.market import Timeframe
from common.wire import AtrReply, Side
from market_data.market import Markets
from market_data.readings import Question
from market_data.routes import parameters
from market_data.routes.table import Row, json, refuse_unknown

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
MULTIPLE = parameters.decimal(
    "multiple", Decimal(2), Decimal(100), "Of ATR, for the position's stop."
)
SIDE = parameters.choice("side", "long", ("long", "short"), "Of the position.")
ENTRY = parameters.optional_decimal(
    "entry", "Where stops start; by default the last price.", "64000"
)
EQUITY = parameters.optional_decimal(
    "equity", "In the quote asset; with it the answer holds a position.", "10000"
)
RISK = parameters.decimal(
    "risk", Decimal(1), Decimal(100), "Percent of the equity that a stop may cost."
)
PARAMETERS = (TIMEFRAME, PERIOD, BARS, MULTIPLES, MULTIPLE, SIDE, ENTRY, EQUITY, RISK)


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
