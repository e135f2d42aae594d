"""MarketData over HTTP: typed decoding, one deadline, and errors sorted by who can act."""

import asyncio
import time
from collections.abc import Sequence
from typing import TypeVar

import httpx
import msgspec
import structlog

from common import wire
from common.deadlines import BOT_SECONDS, SILENCE_SECONDS
from common.errors import Unavailable
from common.http import Answer, create_client, get
from common.market import Timeframe
from telegram_bot.ports import AtrQuestion, CandlesQuestion, error_from

_LISTING_SECONDS = 60.0  # how long a listing is good for: buttons need it, and it hardly changes
_MULTIPLES = ("1", "1.5", "2", "3")

Shape = TypeVar("Shape")


def create_market_client(base_url: str) -> httpx.AsyncClient:
    """Return the client that HttpMarketData needs; close it with `aclose`."""
    client = create_client(base_url)
    client.timeout = httpx.Timeout(SILENCE_SECONDS, connect=1.0, pool=1.0)
    return client


class HttpMarketData:
    """The market-data service behind a base URL."""

    def __init__(self, client: httpx.AsyncClient, seconds: float = BOT_SECONDS) -> None:
        self._client = client
        self._seconds = seconds
        self._listing: tuple[float, int, wire.MarketsReply] | None = None
        self._under_way: dict[tuple[str, ...], asyncio.Task[Answer]] = {}

    async def tickers(self, words: Sequence[str]) -> wire.TickersReply:
        return await self._ask("/v1/tickers", {"symbols": ",".join(words)}, wire.TickersReply)

    async def atr(self, question: AtrQuestion) -> wire.AtrReply:
        path = f"/v1/indicators/{question.symbol}/atr"
        reply = await self._ask(path, _params(question), wire.AtrReply, question.timeframe.value)
        if reply.timeframe != question.timeframe.value or reply.period != question.period:
            raise Unavailable("market-data answered another question than the one asked.")
        return reply

    async def candles(self, question: CandlesQuestion) -> wire.CandlesReply:
        timeframe = question.timeframe.value
        params = {"tf": timeframe, "limit": str(question.limit)}
        if question.cursor is not None:
            params["cursor"] = question.cursor
        path = f"/v1/candles/{question.symbol}"
        reply = await self._ask(path, params, wire.CandlesReply, timeframe)
        if reply.timeframe != timeframe or len(reply.close) > question.limit:
            raise Unavailable("market-data answered another question than the one asked.")
        return reply

    async def indicators(
        self, symbol: str, timeframe: Timeframe, names: Sequence[wire.IndicatorName], last: int
    ) -> wire.IndicatorsReply:
        params = {"tf": timeframe.value, "names": ",".join(names), "series": "true"}
        params["last"] = str(last)
        path = f"/v1/indicators/{symbol}"
        return await self._ask(path, params, wire.IndicatorsReply, timeframe.value)

    async def providers(self) -> wire.ProvidersReply:
        return await self._ask("/v1/providers", {}, wire.ProvidersReply)

    async def markets(self, limit: int) -> wire.MarketsReply:
        """Return the listing, up to a minute old."""
        now = time.monotonic()
        if self._listing and self._listing[1] == limit and self._listing[0] > now:
            return self._listing[2]
        reply = await self._ask("/v1/symbols", {"limit": str(limit)}, wire.MarketsReply)
        self._listing = (now + _LISTING_SECONDS, limit, reply)
        return reply

    async def statistics(
        self, symbol: str, timeframe: Timeframe, bars: int
    ) -> wire.StatisticsReply:
        params = {"tf": timeframe.value, "bars": str(bars)}
        path = f"/v1/statistics/{symbol}"
        reply = await self._ask(path, params, wire.StatisticsReply, timeframe.value)
        if reply.timeframe != timeframe.value:
            raise Unavailable("market-data answered another question than the one asked.")
        return reply

    async def _ask(
        self, path: str, params: dict[str, str], shape: type[Shape], timeframe: str = ""
    ) -> Shape:
        """GET and decode; `timeframe` is what was asked about, for errors that name it."""
        answer = await self._shared(path, params)
        if answer.status != 200:
            raise error_from(_decoded(answer.body, wire.Problem, answer.status), timeframe)
        return _decoded(answer.body, shape, answer.status)

    async def _shared(self, path: str, params: dict[str, str]) -> Answer:
        """Ask once for all who ask the same at the same time; nobody's leaving ends it."""
        key = (path, *(f"{name}={value}" for name, value in params.items()))
        asking = self._under_way.get(key)
        if asking is None:
            ref = structlog.contextvars.get_contextvars().get("ref")
            headers = {"X-Request-Id": ref} if ref else None
            call = get(self._client, path, params, headers=headers, seconds=self._seconds)
            asking = self._under_way[key] = asyncio.create_task(call)
            asking.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(asking)

    def _answered(self, key: tuple[str, ...], asking: "asyncio.Task[Answer]") -> None:
        del self._under_way[key]
        if not asking.cancelled():
            asking.exception()  # looked at, so that a question which everybody left does not warn


def _params(question: AtrQuestion) -> dict[str, str]:
    multiple = str(question.multiple)
    params = {
        "tf": question.timeframe.value,
        "period": str(question.period),
        "multiples": ",".join(sorted({*_MULTIPLES, multiple}, key=float)),
        "multiple": multiple,
        "side": question.side,
    }
    optional = {"entry": question.entry, "equity": question.equity, "risk": question.risk_pct}
    return params | {name: f"{value:f}" for name, value in optional.items() if value is not None}


def _decoded(body: bytes, shape: type[Shape], status: int) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"market-data answered {status} in an unknown form: {error}") from None
