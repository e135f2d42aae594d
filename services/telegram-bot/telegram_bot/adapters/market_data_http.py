"""MarketData over HTTP: typed decoding, one deadline, and errors sorted by who can act."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
import structlog

from common import wire
from common.deadlines import BOT_SECONDS
from common.errors import Unavailable
from common.market import Timeframe
from telegram_bot.adapters.market_data_connection import Answer, MarketConnection
from telegram_bot.ports import AtrQuestion, CandlesQuestion, error_from

_LISTING_SECONDS = 60.0  # how long a listing is good for: buttons need it, and it hardly changes
_MULTIPLES = ("1", "1.5", "2", "3")
_MOST_KEPT = 256  # prices, each for as long as market-data lets it be told again

Shape = TypeVar("Shape")


class HttpMarketData:
    """The market-data service behind a base URL."""

    def __init__(
        self,
        connection: MarketConnection,
        seconds: float = BOT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connection = connection
        self._seconds = seconds
        self._monotonic = monotonic
        self._prices: OrderedDict[str, tuple[float, float, wire.TickersReply]] = OrderedDict()
        self._listing: tuple[float, int, wire.MarketsReply] | None = None
        self._under_way: dict[tuple[str, ...], asyncio.Task[Answer]] = {}

    async def tickers(self, words: Sequence[str]) -> wire.TickersReply:
        """Return prices; those of a moment ago, with their age, where market-data allows it."""
        asked = ",".join(words)
        kept_at, until, kept = self._prices.get(asked, (0.0, 0.0, None))
        if kept is not None and (now := self._monotonic()) < until:
            return _older(kept, now - kept_at)
        answer = await self._shared("/v1/tickers", {"symbols": asked})
        reply = _reply(answer, wire.TickersReply)
        if answer.max_age > 0:
            now = self._monotonic()
            self._prices[asked] = (now, now + answer.max_age, reply)
            self._prices.move_to_end(asked)
            if len(self._prices) > _MOST_KEPT:
                self._prices.popitem(last=False)
        return reply

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
        now = self._monotonic()
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
        return _reply(await self._shared(path, params), shape, timeframe)

    async def _shared(self, path: str, params: dict[str, str]) -> Answer:
        """Ask once for all who ask the same at the same time; nobody's leaving ends it."""
        key = (path, *(f"{name}={value}" for name, value in params.items()))
        asking = self._under_way.get(key)
        if asking is None:
            ref = structlog.contextvars.get_contextvars().get("ref")
            headers = {"X-Request-Id": ref} if ref else None
            call = self.connection.get(path, params, headers, self._seconds)
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


def _reply(answer: Answer, shape: type[Shape], timeframe: str = "") -> Shape:
    if answer.status != 200:
        raise error_from(_decoded(answer.body, wire.Problem, answer.status), timeframe)
    return _decoded(answer.body, shape, answer.status)


def _older(reply: wire.TickersReply, seconds: float) -> wire.TickersReply:
    """Return prices that were told some seconds ago, that much older."""
    more = int(seconds * 1_000)
    tickers = [
        msgspec.structs.replace(
            ticker,
            age_ms=ticker.age_ms + more,
            sources=[
                msgspec.structs.replace(one, age_ms=one.age_ms + more) for one in ticker.sources
            ],
        )
        for ticker in reply.tickers
    ]
    return msgspec.structs.replace(reply, tickers=tickers)


def _decoded(body: bytes, shape: type[Shape], status: int) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"market-data answered {status} in an unknown form: {error}") from None
