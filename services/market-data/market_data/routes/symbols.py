"""Symbols: the markets that can be asked for."""

from starlette.requests import Request
from starlette.responses import Response

from common.wire import Market, MarketsReply
from market_data.market import Markets
from market_data.paging import SymbolsAsked
from market_data.routes import parameters
from market_data.routes.table import Row, json, refuse_unknown


def _cursor(text: str) -> str:
    if not text:
        raise ValueError("start without a cursor")
    return text.upper()


QUERY = parameters.Parameter(
    "q",
    lambda text: text.strip().upper(),
    "",
    "Only markets whose symbol or name contains it.",
    parameters.TEXT,
    "btc",
)
LIMIT = parameters.integer("limit", 100, 1, 1_000, "The most markets of the answer.")
CURSOR = parameters.Parameter(
    "cursor",
    _cursor,
    "",
    "`next_cursor` of the page before.",
    {**parameters.TEXT, "pattern": f"^{parameters.MARKET}$"},
    "BTC-USD",
)
PARAMETERS = (QUERY, LIMIT, CURSOR)


async def several(request: Request) -> Response:
    refuse_unknown(request, PARAMETERS)
    query = request.query_params
    markets: Markets = request.app.state.markets
    asked = SymbolsAsked(QUERY.of(query), CURSOR.of(query), LIMIT.of(query))
    return json(await markets.symbols(asked), max_age=60)


async def one(request: Request) -> Response:
    refuse_unknown(request, ())
    markets: Markets = request.app.state.markets
    market = await markets.symbol(request.path_params["symbol"])
    return json(market, max_age=60)


ROWS = (
    Row("/v1/symbols", several, "Markets by falling volume", MarketsReply, PARAMETERS, (422, 503)),
    Row("/v1/symbols/{symbol}", one, "One market", Market, (), (404, 422, 503)),
)
