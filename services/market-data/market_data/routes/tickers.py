"""Tickers: what markets trade at."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from common.errors import BadInput, CryptoAssistantError
from common.wire import Problem, TickerReply, TickersReply
from market_data.market import Markets
from market_data.routes import parameters
from market_data.routes.problems import problem_of
from market_data.routes.table import Row, json, refuse_unknown

MOST_SYMBOLS = 50
SYMBOLS = parameters.words(
    "symbols",
    MOST_SYMBOLS,
    "Markets in any spelling, separated by commas; what is none becomes a problem in the answer.",
    "BTC-USD,eth,SOL/USD",
    parameters.ANYTHING,
)


async def one(request: Request) -> Response:
    refuse_unknown(request, ())
    markets: Markets = request.app.state.markets
    return json(await markets.ticker(request.path_params["symbol"]), max_age=1)


async def several(request: Request) -> Response:
    refuse_unknown(request, (SYMBOLS,))
    asked = SYMBOLS.of(request.query_params)
    if not asked:
        raise BadInput("symbols is missing; write for example symbols=BTC-USD,eth.")
    markets: Markets = request.app.state.markets
    tickers: list[TickerReply] = []
    problems: list[Problem] = []
    for text, outcome in zip(asked, await markets.tickers(asked), strict=True):
        if isinstance(outcome, CryptoAssistantError):
            problems.append(_about(text, problem_of(outcome)))
        else:
            tickers.append(outcome)
    return json(TickersReply(tickers=tickers, problems=problems), max_age=1)


def _about(text: str, problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, asked=text[:40])


ROWS = (
    Row(
        "/v1/tickers",
        several,
        "Several tickers in one answer",
        TickersReply,
        (SYMBOLS,),
        (422, 503),
        "What is known stands in `tickers`, in the order asked; each rest is one of `problems`.",
    ),
    Row("/v1/tickers/{symbol}", one, "One ticker", TickerReply, (), (404, 422, 503)),
)
