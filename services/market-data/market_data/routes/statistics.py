"""Statistics: what a market's prices and returns were like, and how markets move together."""

from starlette.requests import Request
from starlette.responses import Response

from common.errors import BadInput
from common.market import Timeframe
from common.wire import CorrelationReply, StatisticsReply
from market_data.correlations import LEAST_BARS as LEAST_COMMON
from market_data.correlations import CorrelationAsked
from market_data.market import Markets
from market_data.routes import parameters
from market_data.routes.table import Row, json, refuse_unknown
from market_data.summaries import LEAST_BARS, StatisticsAsked

MOST_BARS, MOST_MARKETS = 1_000, 10
TIMEFRAME = parameters.timeframe(Timeframe.D1)
BARS = parameters.integer(
    "bars", 365, LEAST_BARS, MOST_BARS, "Closed candles of the window; it has one return fewer."
)
PARAMETERS = (TIMEFRAME, BARS)

SYMBOLS = parameters.words(
    "symbols", MOST_MARKETS, "2 to 10 markets in any spelling, separated by commas.", "BTC-USD,eth"
)
COMMON_BARS = parameters.integer(
    "bars", 90, LEAST_COMMON, MOST_BARS, "Common candles; there is one return fewer."
)
TOGETHER = (SYMBOLS, TIMEFRAME, COMMON_BARS)


async def statistics(request: Request) -> Response:
    """Answer what a market's history says."""
    refuse_unknown(request, PARAMETERS)
    query = request.query_params
    markets: Markets = request.app.state.markets
    asked = StatisticsAsked(TIMEFRAME.of(query), BARS.of(query))
    return json(await markets.statistics(request.path_params["symbol"], asked), max_age=1)


async def correlation(request: Request) -> Response:
    """Answer how markets moved together."""
    refuse_unknown(request, TOGETHER)
    query = request.query_params
    texts, timeframe = SYMBOLS.of(query), TIMEFRAME.of(query)
    if not texts:
        raise BadInput("symbols is missing; write for example symbols=BTC-USD,eth.")
    markets: Markets = request.app.state.markets
    reply = await markets.correlation(texts, CorrelationAsked(timeframe, COMMON_BARS.of(query)))
    youngest = min(market.age_ms for market in reply.markets)
    return json(reply, max_age=max(1, timeframe.seconds - youngest // 1_000))


ROWS = (
    Row(
        "/v1/statistics/{symbol}",
        statistics,
        "Statistics of closes and returns",
        StatisticsReply,
        PARAMETERS,
        (404, 409, 422, 503),
        "Changes up to the last price over 1 h, 24 h, 7 d and 30 d; of the window's closes and log "
        "returns mean, standard deviation, quartiles, skewness and kurtosis; annualised volatility "
        "and maximum drawdown; Sharpe ratio, best and worst day of its days. Statistics have 12 "
        "significant digits. docs/api/statistics.md has every definition.",
    ),
    Row(
        "/v1/correlation",
        correlation,
        "How markets move together",
        CorrelationReply,
        TOGETHER,
        (404, 409, 422, 503),
        "Pearson's correlation of log returns between candles that all markets have: with a stock "
        "among them, its trading days. It ends where the first of the markets ends.",
    ),
)
