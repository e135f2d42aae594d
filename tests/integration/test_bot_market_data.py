"""The MarketData port: the fake and the HTTP adapter keep the same contract."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from common.errors import (
    BadInput,
    NotEnoughCandles,
    Unavailable,
    UnknownSymbol,
    UnsupportedTimeframe,
)
from common.market import Timeframe
from common.wire import encode
from local.ports import free_port
from telegram_bot.adapters.market_data_connection import MarketConnection
from telegram_bot.adapters.market_data_http import HttpMarketData
from telegram_bot.ports import AtrQuestion, MarketData
from tests.support.fake_market import FakeMarket, create_stub
from tests.support.serving import serve

BTC = AtrQuestion(symbol="BTC", timeframe=Timeframe.H4)


@dataclass
class Neighbour:
    """The port under test, what stands behind it, and a way to answer in its place."""

    port: MarketData
    market: FakeMarket
    before: Callable[[Request], Response | None] = lambda request: None


async def _over_http(seconds: float = 4.0) -> AsyncIterator[Neighbour]:
    market = FakeMarket()
    neighbour: Neighbour | None = None

    def before(request: Request) -> Response | None:
        assert neighbour is not None
        return neighbour.before(request)

    async with serve(create_stub(market, before)) as address:
        client = MarketConnection(address)
        neighbour = Neighbour(HttpMarketData(client, seconds), market)
        yield neighbour
        await client.aclose()


@pytest.fixture
async def http() -> AsyncIterator[Neighbour]:
    async for neighbour in _over_http():
        yield neighbour


@pytest.fixture(params=["fake", "http"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Neighbour]:
    if request.param == "fake":
        market = FakeMarket()
        yield Neighbour(market, market)
        return
    async for neighbour in _over_http():
        yield neighbour


async def test_statistics_are_those_of_the_window_that_was_asked_for(either: Neighbour) -> None:
    reply = await either.port.statistics("eth", Timeframe.H1, 168)

    assert (reply.symbol, reply.timeframe, reply.bars) == ("ETH-USDT", "1h", 168)
    assert reply.max_drawdown.depth_pct == Decimal("40.2295")
    with pytest.raises(UnknownSymbol):
        await either.port.statistics("btx", Timeframe.D1, 30)


async def test_tickers_come_in_the_order_asked_with_a_problem_for_each_rest(
    either: Neighbour,
) -> None:
    reply = await either.port.tickers(["eth", "BTX", "btc-usdt"])

    assert [ticker.symbol for ticker in reply.tickers] == ["ETH-USDT", "BTC-USDT"]
    assert [(item.code, item.asked) for item in reply.problems] == [("unknown-symbol", "BTX")]
    assert reply.problems[0].suggestions == ["BTC"]
    assert reply.tickers[1].price == Decimal("67250.10")


async def test_atr_answers_the_question_asked(either: Neighbour) -> None:
    question = AtrQuestion(
        symbol="BTC",
        timeframe=Timeframe.D1,
        period=21,
        multiple=Decimal("1.5"),
        side="short",
        entry=Decimal("64000.5"),
        equity=Decimal(10_000),
        risk_pct=Decimal("0.5"),
    )

    reply = await either.port.atr(question)

    assert either.market.asked == [question]
    assert (reply.symbol, reply.timeframe, reply.period) == ("BTC-USDT", "1d", 21)
    assert reply.entry == Decimal("64000.5")
    assert reply.position is not None and reply.position.risk_pct == Decimal("0.5")


async def test_an_unknown_market_is_the_askers_error(either: Neighbour) -> None:
    with pytest.raises(UnknownSymbol) as refused:
        await either.port.atr(AtrQuestion(symbol="BTX", timeframe=Timeframe.H4))

    assert (refused.value.asked, refused.value.suggestions) == ("BTX", ("BTC",))


async def test_a_timeframe_that_the_market_lacks_is_told_apart(either: Neighbour) -> None:
    with pytest.raises(UnsupportedTimeframe, match="AAPL-USD has no 4h candles"):
        await either.port.atr(AtrQuestion(symbol="AAPL", timeframe=Timeframe.H4))


async def test_too_little_history_says_how_much_there_is(either: Neighbour) -> None:
    with pytest.raises(NotEnoughCandles) as refused:
        await either.port.atr(AtrQuestion(symbol="ARB", timeframe=Timeframe.W1, period=50))

    error = refused.value
    assert (error.symbol, error.timeframe, error.have, error.need) == ("ARB-USDT", "1w", 38, 51)


async def test_any_other_refusal_is_passed_on(either: Neighbour) -> None:
    either.market.failure = BadInput("The stop would be below zero.")

    with pytest.raises(BadInput, match="The stop would be below zero"):
        await either.port.atr(BTC)


async def test_markets_are_listed_up_to_a_limit(either: Neighbour) -> None:
    reply = await either.port.markets(2)

    assert [item.base for item in reply.symbols] == ["BTC", "ETH"]


async def test_an_outage_upstream_is_nobodys_error(either: Neighbour) -> None:
    either.market.failure = Unavailable("the exchange is down")

    for call in (either.port.tickers(["btc"]), either.port.atr(BTC), either.port.markets(5)):
        with pytest.raises(Unavailable):
            await call


async def test_a_price_is_told_again_as_long_as_the_neighbour_allows_and_says_its_age(
    http: Neighbour,
) -> None:
    now = 100.0
    seen: list[str] = []
    told = encode(await http.market.tickers(["btc"]))

    def allow(request: Request) -> Response:
        seen.append(str(request.query_params["symbols"]))
        return Response(told, headers={"Cache-Control": "max-age=1"})

    assert isinstance(http.port, HttpMarketData)
    port = HttpMarketData(http.port.connection, monotonic=lambda: now)
    http.before = allow
    first = await port.tickers(["btc"])
    now += 0.75
    again = await port.tickers(["btc"])
    await port.tickers(["eth"])
    now += 0.25
    await port.tickers(["btc"])

    assert seen == ["btc", "eth", "btc"]
    assert again.tickers[0].age_ms == first.tickers[0].age_ms + 750
    assert again.tickers[0].price == first.tickers[0].price


async def test_a_listing_is_asked_for_once_a_minute(http: Neighbour) -> None:
    await http.port.markets(5)
    http.market.failure = Unavailable("down")

    reply = await http.port.markets(5)

    assert len(reply.symbols) == 5


PAGES = {
    "html": lambda: Response("<html>Service Temporarily Unavailable</html>", 503),
    "html with 200": lambda: Response("<html>Hello</html>", media_type="text/html"),
    "half a body": lambda: Response('{"tickers": [', media_type="application/json"),
    "another shape": lambda: Response('{"error": "rate limit"}', media_type="application/json"),
    "a null": lambda: Response("null", media_type="application/json"),
    "an error as a list": lambda: Response("[]", 500, media_type="application/json"),
    "a redirect": lambda: Response("", 302, {"location": "http://127.0.0.1:1/"}),
    "nothing there": lambda: Response("Not Found", 404),
    "bytes": lambda: Response(b"\xff\xfe\x00"),
    "far too much": lambda: Response(b"[" * 5_000_000),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
async def test_nonsense_is_an_outage_and_not_an_answer(
    http: Neighbour, page: Callable[[], Response]
) -> None:
    http.before = lambda request: page()

    for call in (http.port.tickers(["btc"]), http.port.atr(BTC), http.port.markets(5)):
        with pytest.raises(Unavailable):
            await call


async def test_a_price_that_is_not_a_number_is_an_outage(http: Neighbour) -> None:
    reply = await http.port.tickers(["btc"])
    assert reply.tickers
    http.before = lambda request: Response('{"tickers":[{"price":"NaN?"}],"problems":[]}')

    with pytest.raises(Unavailable, match="unknown form"):
        await http.port.tickers(["btc"])


async def test_an_answer_to_another_question_is_an_outage(http: Neighbour) -> None:
    other = await http.market.atr(AtrQuestion(symbol="BTC", timeframe=Timeframe.D1))
    http.before = lambda request: Response(encode(other))

    with pytest.raises(Unavailable, match="another question"):
        await http.port.atr(BTC)


async def test_a_neighbour_that_is_not_there_is_an_outage() -> None:
    client = MarketConnection("http://127.0.0.1:1")

    with pytest.raises(Unavailable, match="cannot be reached"):
        await HttpMarketData(client).tickers(["btc"])

    await client.aclose()


async def test_a_neighbour_that_starts_anew_is_waited_for() -> None:
    port = free_port()
    client = MarketConnection(f"http://127.0.0.1:{port}")
    asking = asyncio.create_task(HttpMarketData(client).tickers(["btc"]))
    await asyncio.sleep(0.2)  # twice it was refused by now

    async with serve(create_stub(FakeMarket()), port=port):
        assert [ticker.symbol for ticker in (await asking).tickers] == ["BTC-USDT"]

    await client.aclose()


async def test_a_name_that_nobody_knows_just_now_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As while the name server of a container engine takes in a new container."""
    loop = asyncio.get_running_loop()
    known, asked = loop.getaddrinfo, list[str]()

    async def lookup(host: str, *rest: Any, **options: Any) -> Any:
        asked.append(host)
        if len(asked) == 1:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return await known("127.0.0.1", *rest, **options)

    monkeypatch.setattr(loop, "getaddrinfo", lookup)
    async with serve(create_stub(FakeMarket())) as address:
        client = MarketConnection(address.replace("127.0.0.1", "market-data"))
        reply = await HttpMarketData(client).tickers(["btc"])
        await client.aclose()

    assert [ticker.symbol for ticker in reply.tickers] == ["BTC-USDT"]
    assert asked == ["market-data", "market-data"]


async def test_a_neighbour_that_hangs_is_given_up_in_time() -> None:
    async for neighbour in _over_http(seconds=0.2):
        neighbour.market.delay = 0.5

        with pytest.raises(Unavailable, match="did not answer within"):
            await neighbour.port.tickers(["btc"])


async def test_a_neighbour_that_drips_is_given_up_in_time() -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    async for neighbour in _over_http(seconds=0.2):
        neighbour.before = lambda request: StreamingResponse(drip())

        with pytest.raises(Unavailable, match="did not answer within"):
            await neighbour.port.tickers(["btc"])


async def test_the_reference_of_a_question_travels_with_it(http: Neighbour) -> None:
    seen: list[str | None] = []

    def look(request: Request) -> None:
        seen.append(request.headers.get("x-request-id"))

    http.before = look
    with structlog.contextvars.bound_contextvars(ref="3f9a1c2e"):
        await http.port.tickers(["btc"])
    await http.port.tickers(["btc"])

    assert seen == ["3f9a1c2e", None]
