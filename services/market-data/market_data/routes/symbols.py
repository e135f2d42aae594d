"""Symbols: the markets that can be asked for."""

from starlette.requests import Request
from starlette.responses import Response

from common.errors import BadInput
from common.wire import Market, MarketsReply
from market_data.market import Markets
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
    wanted = QUERY.of(query)
    found = [
        market
        for market in await markets.symbols()
        if wanted in market.symbol or wanted in market.name.upper()
    ]
    page, limit = _after(found, CURSOR.of(query)), LIMIT.of(query)
    following = page[limit - 1].symbol if len(page) > limit else None
    return json(MarketsReply(symbols=page[:limit], next_cursor=following), max_age=60)


def _after(markets: list[Market], cursor: str) -> list[Market]:
    """The markets that follow the one that the page before ended with."""
    if not cursor:
        return markets
    for index, market in enumerate(markets):
        if market.symbol == cursor:
            return markets[index + 1 :]
    raise BadInput(f"cursor is {cursor[:40]!r}, which is not on this list; start without a cursor.")


async def one(request: Request) -> Response:
    refuse_unknown(request, ())
    markets: Markets = request.app.state.markets
    market = await markets.symbol(request.path_params["symbol"])
    return json(market, max_age=60)


ROWS = (
    Row("/v1/symbols", several, "Markets by falling volume", MarketsReply, PARAMETERS, (422, 503)),
    Row("/v1/symbols/{symbol}", one, "One market", Market, (), (404, 422, 503)),
)
