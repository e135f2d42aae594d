"""A market-data service in memory, and the same one behind a socket.

`FakeMarket` is the port; `create_stub` serves it over HTTP for the adapter's own tests.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common import wire
from common.clock import FrozenClock
from common.errors import (
    AmbiguousSymbol,
    BadInput,
    CryptoAssistantError,
    NotEnoughCandles,
    Unavailable,
    UnknownSymbol,
    UnsupportedTimeframe,
)
from common.market import Timeframe
from common.wire import encode
from telegram_bot.ports import AtrQuestion, CandlesQuestion
from tests.support.fake_candles import fake_candles, fake_indicators
from tests.support.replies import atr_reply, position, statistics_reply, ticker_reply

ALL = tuple(timeframe.value for timeframe in Timeframe)
DAILY = ("1d", "1w")


@dataclass(frozen=True, slots=True)
class Listing:
    """One market of the fake.

    Attributes:
        candles: How many closed ones every timeframe has.
    """

    symbol: str
    name: str
    price: str = "67250.10"
    step: str = "0.01"
    timeframes: tuple[str, ...] = ALL
    candles: int = 1_000

    @property
    def base(self) -> str:
        return self.symbol.split("-")[0]


LISTED = (
    Listing("BTC-USDT", "Bitcoin"),
    Listing("ETH-USDT", "Ethereum", "3415.22"),
    Listing("SOL-USDT", "Solana", "145.33"),
    Listing("ARB-USDT", "Arbitrum", "0.81", candles=38),
    Listing("AAPL-USD", "Apple", "231.50", timeframes=DAILY),
)


class FakeMarket:
    """Answers from its list.

    Attributes:
        failure: Raised while it is set, by the calls and timeframes that `failing` names.
        delay: Seconds before every answer.
        spends: Seconds by which every answer moves `clock`.
        telling: What every ticker says besides, or instead.
        asked: What was asked: the words of a ticker call, or the question of another one.
        states: How its sources are doing.
        most_at_once: The most calls that were under way together.
        down: Markets whose tickers are not to be had.
    """

    def __init__(self, listed: Sequence[Listing] = LISTED) -> None:
        self.listed = list(listed)
        self.failure: Exception | None = None
        self.failing = {"tickers", "atr", "candles", "indicators", "markets", "statistics"}
        self.failing.add("providers")
        self.down: set[str] = set()
        self.delay = 0.0
        self.clock: FrozenClock | None = None
        self.spends = 0.0
        self.states = [
            wire.ProviderState(
                name="binance", quality="single", breaker="closed", latency_ms=85, answers=40
            ),
            wire.ProviderState(
                name="kraken", quality="single", breaker="open", retry_in_s=12.4, failures=5
            ),
        ]
        self.telling: dict[str, Any] = {}
        self.asked: list[tuple[str, ...] | AtrQuestion | CandlesQuestion] = []
        self.most_at_once = 0
        self._under_way = 0

    async def tickers(self, words: Sequence[str]) -> wire.TickersReply:
        self.asked.append(tuple(words))
        await self._answer("tickers")
        reply = wire.TickersReply(tickers=[], problems=[])
        for word in words:
            try:
                if word in self.down:
                    raise Unavailable(f"{word} does not answer.")
                reply.tickers.append(_ticker(self._find(word), self.telling))
            except (UnknownSymbol, AmbiguousSymbol, Unavailable) as error:
                reply.problems.append(_problem(error))
        return reply

    async def atr(self, question: AtrQuestion) -> wire.AtrReply:
        self.asked.append(question)
        await self._answer("atr", question.timeframe.value)
        listing = self._find(question.symbol)
        timeframe = question.timeframe.value
        if timeframe not in listing.timeframes:
            known = " ".join(listing.timeframes)
            raise UnsupportedTimeframe(f"{listing.symbol} has no {timeframe} candles. Use {known}.")
        if listing.candles <= question.period:
            have, need = listing.candles, question.period + 1
            raise NotEnoughCandles(listing.symbol, timeframe, have=have, need=need)
        sized = None
        if question.equity is not None:
            sized = position(equity=question.equity, risk_pct=question.risk_pct)
        return atr_reply(
            symbol=listing.symbol,
            name=listing.name,
            timeframe=timeframe,
            period=question.period,
            entry=question.entry or Decimal(listing.price),
            position=sized,
        )

    async def candles(self, question: CandlesQuestion) -> wire.CandlesReply:
        self.asked.append(question)
        await self._answer("candles", question.timeframe.value)
        listing = self._find(question.symbol)
        return fake_candles(listing.symbol, listing.price, listing.candles, question)

    async def indicators(
        self, symbol: str, timeframe: Timeframe, names: Sequence[wire.IndicatorName], last: int
    ) -> wire.IndicatorsReply:
        await self._answer("indicators", timeframe.value)
        listing = self._find(symbol)
        if listing.candles < 15:
            raise NotEnoughCandles(listing.symbol, timeframe.value, have=listing.candles, need=15)
        question = CandlesQuestion(listing.symbol, timeframe, last)
        candles = fake_candles(listing.symbol, listing.price, listing.candles, question)
        return fake_indicators(candles, listing.name, names)

    async def providers(self) -> wire.ProvidersReply:
        await self._answer("providers")
        return wire.ProvidersReply(providers=self.states)

    async def markets(self, limit: int) -> wire.MarketsReply:
        await self._answer("markets")
        return wire.MarketsReply(
            symbols=[_market(listing) for listing in self.listed[:limit]], next_cursor=None
        )

    async def statistics(
        self, symbol: str, timeframe: Timeframe, bars: int
    ) -> wire.StatisticsReply:
        self.asked.append((symbol, timeframe.value, str(bars)))
        await self._answer("statistics", timeframe.value)
        listing = self._find(symbol)
        if timeframe.value not in listing.timeframes:
            raise UnsupportedTimeframe(f"{listing.symbol} has no {timeframe.value} candles.")
        if listing.candles < 3:
            raise NotEnoughCandles(listing.symbol, timeframe.value, have=listing.candles, need=3)
        return statistics_reply(
            symbol=listing.symbol,
            name=listing.name,
            timeframe=timeframe.value,
            price=Decimal(listing.price),
            bars=min(bars, listing.candles),
            bars_asked=bars,
        )

    async def _answer(self, *names: str) -> None:
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        await asyncio.sleep(self.delay)
        if self.clock is not None and self.spends:
            self.clock.advance(self.spends)
        self._under_way -= 1
        if self.failure is not None and self.failing.intersection(names):
            raise self.failure

    def _find(self, word: str) -> Listing:
        found = [it for it in self.listed if word.upper() in (it.symbol, it.base)]
        if len(found) > 1:
            raise AmbiguousSymbol(word, [listing.symbol for listing in found])
        if found:
            return found[0]
        base, quote = word.upper().partition("-")[::2]
        others = [it.symbol for it in self.listed if quote and it.base == base]
        alike = [it.base for it in self.listed if it.base[:2] == base[:2]]
        raise UnknownSymbol(word, others or alike)


Before = Callable[[Request], Response | None]


def create_stub(market: FakeMarket, before: Before = lambda request: None) -> Starlette:
    """Serve `market` over HTTP; what `before` returns is sent in place of the answer."""

    async def tickers(request: Request) -> Response:
        words = request.query_params["symbols"].split(",")
        return before(request) or _json(await market.tickers(words))

    async def atr(request: Request) -> Response:
        return before(request) or _json(await market.atr(_question(request)))

    async def symbols(request: Request) -> Response:
        return before(request) or _json(
            await market.markets(int(request.query_params.get("limit", "100")))
        )

    async def statistics(request: Request) -> Response:
        query = request.query_params
        timeframe, bars = Timeframe(query["tf"]), int(query["bars"])
        return before(request) or _json(
            await market.statistics(request.path_params["symbol"], timeframe, bars)
        )

    return Starlette(
        routes=[
            Route("/v1/tickers", tickers),
            Route("/v1/indicators/{symbol}/atr", atr),
            Route("/v1/symbols", symbols),
            Route("/v1/statistics/{symbol}", statistics),
        ],
        exception_handlers={CryptoAssistantError: _refused},
    )


def _json(reply: msgspec.Struct) -> Response:
    return Response(encode(reply), media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, CryptoAssistantError)
    problem = _problem(error)
    return Response(encode(problem), problem.status, media_type="application/problem+json")


def _question(request: Request) -> AtrQuestion:
    def amount(name: str) -> Decimal | None:
        text = request.query_params.get(name)
        return Decimal(text) if text else None

    side: wire.Side = "short" if request.query_params.get("side") == "short" else "long"
    return AtrQuestion(
        symbol=request.path_params["symbol"],
        timeframe=Timeframe(request.query_params["tf"]),
        period=int(request.query_params["period"]),
        multiple=amount("multiple") or Decimal(2),
        side=side,
        entry=amount("entry"),
        equity=amount("equity"),
        risk_pct=amount("risk"),
    )


def _problem(error: CryptoAssistantError) -> wire.Problem:
    code, status = "invalid-parameter", 422
    asked = symbol = suggestions = have = need = None
    match error:
        case UnknownSymbol():
            code, status = "unknown-symbol", 404
            asked, suggestions = error.asked, list(error.suggestions)
        case AmbiguousSymbol():
            code, status = "ambiguous-symbol", 404
            asked, suggestions = error.asked, list(error.choices)
        case UnsupportedTimeframe():
            code = "unsupported-timeframe"
        case NotEnoughCandles():
            code, status = "not-enough-history", 409
            symbol, have, need = error.symbol, error.have, error.need
        case BadInput():
            pass
        case Unavailable():
            code, status = "upstream-unavailable", 503
    return wire.Problem(
        type=f"/problems/{code}",
        title=code,
        status=status,
        detail=str(error),
        code=code,
        asked=asked,
        symbol=symbol,
        suggestions=suggestions,
        have=have,
        need=need,
    )


def _ticker(listing: Listing, telling: dict[str, Any]) -> wire.TickerReply:
    said = {
        "symbol": listing.symbol,
        "name": listing.name,
        "price": Decimal(listing.price),
        "price_step": Decimal(listing.step),
    }
    return ticker_reply(**(said | telling))


def _market(listing: Listing) -> wire.Market:
    return wire.Market(
        symbol=listing.symbol,
        base=listing.base,
        quote=listing.symbol.split("-")[1],
        name=listing.name,
        price_step=Decimal(listing.step),
        lot_step=Decimal("0.00001"),
        quote_volume_24h=Decimal(1_000_000),
        timeframes=list(listing.timeframes),
        source="binance",
        quality="single",
    )
