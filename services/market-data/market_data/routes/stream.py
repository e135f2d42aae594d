"""Live prices as server-sent events."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from common.errors import BadInput
from common.market import Timeframe
from market_data.routes import parameters
from market_data.routes.table import Row, refuse_unknown
from market_data.routes.tickers import MOST_SYMBOLS
from market_data.streams import HEARTBEAT_SECONDS, Event, Reader, Streams

SYMBOLS = parameters.words(
    "symbols", MOST_SYMBOLS, "Markets in any spelling, separated by commas.", "BTC-USD,eth"
)
TIMEFRAME: parameters.Parameter[Timeframe | None] = parameters.Parameter(
    "tf",
    Timeframe.parse,
    None,
    "Also say when a candle of this length has closed.",
    {"type": "string", "enum": [timeframe.value for timeframe in Timeframe]},
    "1m",
)
PARAMETERS = (SYMBOLS, TIMEFRAME)
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def stream(request: Request) -> Response:
    refuse_unknown(request, PARAMETERS)
    symbols = SYMBOLS.of(request.query_params)
    if not symbols:
        raise BadInput("symbols is missing; write for example symbols=BTC-USD,eth.")
    streams: Streams = request.app.state.streams
    seconds: float = request.app.state.heartbeat
    timeframe = TIMEFRAME.of(request.query_params)
    listening = streams.reader(symbols, timeframe, _seen(request))
    reader = await listening.__aenter__()  # errors become problems before the stream begins
    return _Listening(_chunks(reader, seconds), listening)


class _Listening(StreamingResponse):
    """A stream whose reader is let go however it ends, also before its first byte is sent."""

    def __init__(
        self, chunks: AsyncIterator[bytes], listening: AbstractAsyncContextManager[Reader]
    ) -> None:
        super().__init__(chunks, headers=_HEADERS, media_type="text/event-stream")
        self._listening = listening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._listening.__aexit__(None, None, None)


async def _chunks(reader: Reader, seconds: float) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    while True:
        events = await reader.take(seconds)
        yield b"".join(map(_written, events)) if events else b"event: heartbeat\ndata: {}\n\n"


def _written(event: Event) -> bytes:
    head = f"id: {event.number}\nevent: {event.kind}\n".encode()
    return head + b"data: " + event.body + b"\n\n"


def _seen(request: Request) -> int:
    """The event that a reader who comes back has seen last; 0 for nonsense."""
    text = request.headers.get("last-event-id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


ROWS = (
    Row(
        "/v1/stream",
        stream,
        "Live prices",
        None,
        PARAMETERS,
        (404, 422, 503),
        f"Server-sent events: `ticker` (a TickerReply), `candle` (a CandlesReply of the one that "
        f"has just closed) and, after {HEARTBEAT_SECONDS:g} quiet seconds, `heartbeat`. Who reads "
        "slowly gets the latest value of each market, not the backlog; who comes back with "
        "`Last-Event-ID` gets what is newer.",
    ),
)
