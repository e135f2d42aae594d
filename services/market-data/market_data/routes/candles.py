"""Candles: closed bars of any timeframe, in pages."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from common.errors import BadInput
from common.market import Timeframe
from common.wire import CandlesReply
from market_data.market import Markets
from market_data.paging import CandlesAsked
from market_data.routes import parameters
from market_data.routes.table import Row, json, refuse_unknown

TIMEFRAME = parameters.timeframe(Timeframe.H1)
LIMIT = parameters.integer(
    "limit", 300, 1, 1_000, "The most candles of the answer, the newest ones."
)
START = parameters.instant(
    "start", "Only candles that opened at or after it.", "2026-01-01T00:00:00Z"
)
END = parameters.instant("end", "Only candles that opened before it.")
CURSOR = parameters.instant("cursor", "`next_cursor` of the page before; wins over `end`.")
FILL = parameters.choice(
    "fill",
    "auto",
    ("auto", "none"),
    "What to do about one or two missing candles of an exchange: fill them flat, or nothing.",
)
_SETTLED = timedelta(days=1)  # after which a closed candle is not corrected any more
_OVERDUE_SECONDS = 5  # between looks for a candle that should be there
PARAMETERS = (TIMEFRAME, LIMIT, START, END, CURSOR, FILL)


async def candles(request: Request) -> Response:
    refuse_unknown(request, PARAMETERS)
    query = request.query_params
    start, end = START.of(query), CURSOR.of(query) or END.of(query)
    if start is not None and end is not None and end <= start:
        raise BadInput("end must be later than start.")
    timeframe = TIMEFRAME.of(query)
    markets: Markets = request.app.state.markets
    asked = CandlesAsked(timeframe, LIMIT.of(query), start, end, fill=FILL.of(query) == "auto")
    reply = await markets.candles(request.path_params["symbol"], asked)
    return json(reply, cache=_cache(reply, timeframe, end))


def _cache(reply: CandlesReply, timeframe: Timeframe, end: datetime | None) -> str:
    """How long the page holds: for ever where it is long past, else until the next close."""
    age = timedelta(milliseconds=reply.age_ms)
    if end is not None and end <= reply.as_of + age - _SETTLED and not reply.gaps:
        return "public, max-age=31536000, immutable"
    left = (timeframe.length - age).total_seconds()
    seconds = int(left) if left > 0 else _OVERDUE_SECONDS
    spare = timeframe.seconds // 4
    return f"public, max-age={seconds}, stale-while-revalidate={spare}, stale-if-error=300"


ROWS = (
    Row(
        "/v1/candles/{symbol}",
        candles,
        "Closed candles",
        CandlesReply,
        PARAMETERS,
        (404, 422, 503),
        "Candles are named by their opening time in UTC; weeks open on Monday. The forming candle "
        "is never part of the answer. A timeframe that the source lacks is built from its largest "
        "dividing one, whole buckets only, and `built_from` names it. One or two candles in a row "
        "that an exchange did not publish are a time without trades: filled flat, and listed in "
        "`filled_at`. Three or more are an outage: never filled, but told in `gaps`.",
    ),
)
