"""Every exchange's adapter against an emulator of it, with everything that goes wrong there.

What only one exchange does is in `test_<exchange>_emulator.py`.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.errors import Unavailable, UnknownSymbol
from common.market import Candle, Symbol, Timeframe
from tests.support.exchange_emulator import ExchangeEmulator, Fault
from tests.support.exchange_faults import (
    answers,
    clock_off,
    cut_off,
    dripping,
    hang,
    high_below_open,
    late_candles,
    newest_first,
    no_candles,
    page_of_html,
    quiet_minutes,
    revised,
    spike,
    too_many_requests,
    twice_and_shuffled,
    upside_down,
)
from tests.support.exchange_numbers import EXTREMES, Bar
from tests.support.exchanges import EXCHANGES, NOW, Scene, at_the_exchange, in_one_process
from tests.support.serving import serve

NATIVE = [(name, timeframe) for name in EXCHANGES for timeframe in EXCHANGES[name].adapter.native]
# Kraken and Bitstamp name markets in their own way, which is learned from their list first.
BY_NAME = ("bitstamp", "kraken")


@pytest.fixture(params=EXCHANGES)
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """An exchange whose markets are known, so that what follows is the next request."""
    async with in_one_process(request.param) as made:
        yield await _known(made)


@pytest.fixture(params=EXCHANGES)
async def far_scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """The same with a socket between the two, for what happens on the way."""
    async with at_the_exchange(request.param) as made:
        yield await _known(made)


async def _known(scene: Scene) -> Scene:
    if scene.provider.name in BY_NAME:
        await scene.provider.listings()
        scene.exchange.requests.clear()
        scene.pace.advance(60)
        scene.pace.slept.clear()
    return scene


@pytest.mark.parametrize(("name", "timeframe"), NATIVE, ids=str)
async def test_candles_are_exactly_those_of_the_exchange(name: str, timeframe: Timeframe) -> None:
    async with in_one_process(name) as scene:
        await scene.provider.listings()
        before = scene.provider.calls
        start = timeframe.opening(NOW) - 299 * timeframe.length
        end = start + 300 * timeframe.length

        candles = await scene.provider.candles(scene.exchange.market("SHIB"), timeframe, start, end)

        assert scene.provider.calls == before + 1
        truth = await scene.exchange.numbers.bars(Symbol("SHIB", "USD"), timeframe, start, end)
    assert [_row(candle) for candle in candles] == truth
    assert len(candles) == 300
    assert candles[-1].opened_at == timeframe.opening(NOW)  # the forming one


def _row(candle: Candle) -> Bar:
    time = int(candle.opened_at.timestamp())
    return Bar(time, candle.open, candle.high, candle.low, candle.close, candle.volume)


@pytest.mark.parametrize("base", [symbol.base for symbol in EXTREMES])
async def test_very_small_and_very_large_prices_stay_exact(scene: Scene, base: str) -> None:
    end = Timeframe.H1.opening(NOW)
    start = end - 50 * Timeframe.H1.length
    symbol, source = scene.exchange.market(base), Symbol(base, "USD")

    candles = await scene.provider.candles(symbol, Timeframe.H1, start, end)
    ticker = await scene.provider.ticker(symbol)

    assert candles == await scene.exchange.simu.candles(source, Timeframe.H1, start, end)
    assert ticker.price == (await scene.exchange.simu.ticker(source)).price


async def test_the_ticker_is_that_of_the_exchange(scene: Scene) -> None:
    ticker = await scene.provider.ticker(scene.btc)

    truth = await scene.exchange.simu.ticker(Symbol("BTC", "USD"))
    assert ticker.symbol == scene.btc
    assert (ticker.price, ticker.bid, ticker.ask) == (truth.price, truth.bid, truth.ask)
    assert ticker.at == NOW
    assert ticker.high_24h and ticker.low_24h and ticker.volume_24h
    assert ticker.low_24h <= ticker.price <= ticker.high_24h


async def test_extremes_and_volume_are_of_24_hours_and_not_of_today(scene: Scene) -> None:
    ticker = await scene.provider.ticker(scene.btc)

    quote = await scene.exchange.numbers.quote(Symbol("BTC", "USD"))
    assert quote.last_24h != quote.today
    assert (ticker.high_24h, ticker.low_24h, ticker.volume_24h) == (
        quote.last_24h.high,
        quote.last_24h.low,
        quote.last_24h.volume,
    )


async def test_markets_that_are_traded_are_listed_with_their_steps(scene: Scene) -> None:
    scene.exchange.delisted.add(Symbol("LTC", "USD"))

    listings = {listing.symbol: listing for listing in await scene.provider.listings()}

    others = {market.base for market in scene.exchange.numbers.markets()}
    assert {symbol.base for symbol in listings} == others - {scene.btc.quote}
    assert listings[scene.btc].name == "Bitcoin"
    pepe = listings[scene.exchange.market("PEPE")]
    assert pepe.price_step == Decimal("0.0000000001")
    assert pepe.lot_step == 1


async def test_an_unlisted_market_is_unknown(scene: Scene) -> None:
    for symbol in (Symbol("NOPE", "USD"), Symbol("BTC", "EUR")):
        with pytest.raises(UnknownSymbol, match=str(symbol)):
            await scene.provider.ticker(symbol)
        with pytest.raises(UnknownSymbol, match=str(symbol)):
            await scene.provider.candles(symbol, Timeframe.H1, NOW, NOW)


async def test_a_market_that_was_delisted_since_is_unknown(scene: Scene) -> None:
    symbol = scene.exchange.market("LTC")
    await scene.provider.ticker(symbol)
    scene.exchange.delisted.add(Symbol("LTC", "USD"))

    with pytest.raises(UnknownSymbol, match=str(symbol)):
        await scene.provider.ticker(symbol)
    with pytest.raises(UnknownSymbol, match=str(symbol)):
        await scene.provider.candles(symbol, Timeframe.H1, NOW, NOW)


async def test_a_request_says_who_asks(scene: Scene) -> None:
    await scene.latest()
    await scene.provider.ticker(scene.btc)

    assert {seen.headers["user-agent"] for seen in scene.exchange.requests} == {"crypto-assistant"}


# What goes wrong, what is said about it, and the seconds until asking again makes sense.
REFUSALS: dict[str, tuple[Fault, str, float]] = {
    "too many": (too_many_requests("7"), "(answered|limit|weight)", 7),
    "too many without a time": (too_many_requests(), "answered", 1),
    "too many with nonsense": (too_many_requests("soon"), "answered", 1),
    "429": (answers(429, "Slow down", "9"), "answered 429: Slow down", 9),
    "418": (answers(418, "IP banned", "259200"), "answered 418: IP banned", 259_200),
    "418 without a time": (answers(418, "IP banned"), "answered 418", 3_600),
    "451": (answers(451, "a restricted location"), "answered 451: a restricted location", 3_600),
    "403": (page_of_html(403), "answered 403", 3_600),
    "500": (answers(500), "answered 500: Internal server error", 5),
    "503 in HTML": (page_of_html(503), "answered 503", 5),
    "520": (page_of_html(520), "answered 520", 5),
    "400": (answers(400, "Unsupported"), "answered 400: Unsupported", 5),
    "200 in HTML": (page_of_html(), "sent no JSON", 5),
    "200 with an error": (answers(200, "Busy"), "answered 200: Busy", 5),
    "cut off": (cut_off, "sent no JSON", 5),
}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_refusal_says_why_and_when_to_come_back(scene: Scene, kind: str) -> None:
    fault, reason, wait = REFUSALS[kind]
    scene.exchange.trouble = fault

    for ask in (scene.provider.listings, scene.latest, lambda: scene.provider.ticker(scene.btc)):
        with pytest.raises(Unavailable, match=reason) as caught:
            await ask()

        assert str(caught.value).startswith(scene.provider.name)
        assert caught.value.retry_after == pytest.approx(wait)
        scene.pace.advance(timedelta(days=3))


async def test_who_asks_us_to_wait_is_not_asked_again_until_then(scene: Scene) -> None:
    scene.exchange.script(too_many_requests("7"))
    with capture_logs() as said:
        with pytest.raises(Unavailable):
            await scene.latest()
        scene.pace.advance(5)
        with pytest.raises(Unavailable, match="asked us to wait 2 s more") as caught:
            await scene.latest()

    assert caught.value.retry_after == pytest.approx(2)
    assert len(scene.exchange.requests) == 1
    assert [line["event"] for line in said] == ["upstream_barred"]

    scene.pace.advance(2)
    assert await scene.latest() == await scene.truth()


@pytest.mark.parametrize("status", [403, 418, 451])
async def test_where_we_may_not_ask_we_ask_once_an_hour(scene: Scene, status: int) -> None:
    scene.exchange.trouble = answers(status, "go away")
    with capture_logs() as said:
        for _ in range(20):
            with pytest.raises(Unavailable):
                await scene.provider.ticker(scene.btc)

    assert len(scene.exchange.requests) <= 2  # Coinbase's ticker and its stats leave together
    assert {line["event"] for line in said} == {"upstream_barred"}

    scene.pace.advance(3_600)
    scene.exchange.trouble = None
    assert (await scene.provider.ticker(scene.btc)).price


async def test_a_short_hang_is_waited_out(far_scene: Scene) -> None:
    far_scene.exchange.script(hang(0.1))

    assert await far_scene.latest() == await far_scene.truth()


@pytest.mark.parametrize("fault", [hang(), dripping(0.05)], ids=["hangs", "drips"])
@pytest.mark.parametrize("name", EXCHANGES)
async def test_whoever_takes_too_long_is_left_at_the_deadline(name: str, fault: Fault) -> None:
    async with at_the_exchange(name, seconds=0.2) as scene:
        scene.exchange.trouble = fault

        with pytest.raises(Unavailable, match="did not answer within 0.2 s"):
            await scene.provider.listings()


@pytest.mark.parametrize("name", EXCHANGES)
async def test_an_exchange_that_is_gone_cannot_be_reached(name: str) -> None:
    adapter, dialect = EXCHANGES[name]
    clock = FrozenClock(NOW)
    async with serve(ExchangeEmulator(clock, dialect=dialect).app) as address:
        provider = adapter(clock, address)

    with pytest.raises(Unavailable, match="cannot be reached"):
        await provider.listings()
    await provider.aclose()


async def test_a_listed_market_without_candles_is_a_fault(scene: Scene) -> None:
    scene.exchange.trouble = no_candles

    with pytest.raises(Unavailable, match="no 5m candles of BTC/USDT? right now"):
        await scene.latest()


async def test_an_old_or_a_short_range_may_be_empty(scene: Scene) -> None:
    scene.exchange.trouble = no_candles
    start = NOW.replace(year=2015, hour=0, minute=0, second=0)
    end = start + 100 * Timeframe.D1.length

    assert await scene.latest(count=5) == []
    assert await scene.provider.candles(scene.btc, Timeframe.D1, start, end) == []


async def test_minutes_without_rows_have_no_candle(scene: Scene) -> None:
    scene.exchange.trouble = quiet_minutes

    candles = await scene.latest(Timeframe.M1, 90)

    assert len(candles) == 60
    assert [candle for candle in await scene.truth(Timeframe.M1, 90) if candle in candles] == (
        candles
    )


async def test_candles_that_are_published_late_are_missing_at_the_end_only(scene: Scene) -> None:
    scene.exchange.trouble = late_candles(6)

    candles = await scene.latest(Timeframe.M1, 90)

    assert 84 <= len(candles) <= 85
    assert candles == (await scene.truth(Timeframe.M1, 90))[: len(candles)]


@pytest.mark.parametrize("fault", [newest_first, twice_and_shuffled], ids=["turned", "twice"])
async def test_rows_in_any_order_and_twice_are_put_right(scene: Scene, fault: Fault) -> None:
    scene.exchange.trouble = fault

    assert await scene.latest() == await scene.truth()


async def test_a_candle_revised_after_its_close_is_told_as_it_is_now(scene: Scene) -> None:
    before = await scene.latest()
    scene.exchange.trouble = revised

    after = await scene.latest()

    assert [candle.volume for candle in after] == [2 * candle.volume for candle in before]


async def test_a_row_that_contradicts_itself_is_set_aside(scene: Scene) -> None:
    scene.exchange.trouble = high_below_open
    with capture_logs() as said:
        candles = await scene.latest()

    truth = await scene.truth()
    assert len(candles) == len(truth) - 1
    assert all(candle in truth for candle in candles)
    assert [(line["event"], line["rows"]) for line in said] == [("candles_set_aside", 1)]


async def test_rows_that_all_contradict_themselves_are_no_answer(scene: Scene) -> None:
    scene.exchange.trouble = upside_down

    with pytest.raises(Unavailable, match="make no sense"):
        await scene.latest()


@pytest.mark.parametrize("seconds", [90, -90])
async def test_a_wrong_clock_there_never_makes_a_price_of_the_future(
    scene: Scene, seconds: int
) -> None:
    scene.exchange.trouble = clock_off(timedelta(seconds=seconds))

    ticker = await scene.provider.ticker(scene.btc)

    says_the_time = scene.provider.as_of_kind == "exchange"
    assert ticker.at == NOW + timedelta(seconds=min(seconds, 0) if says_the_time else 0)


@pytest.mark.parametrize("factor", ["1.3", "0.7"])
async def test_a_last_trade_far_outside_the_book_is_no_price(scene: Scene, factor: str) -> None:
    scene.exchange.trouble = spike(factor)
    with pytest.raises(Unavailable, match="far outside bid"):
        await scene.provider.ticker(scene.btc)

    scene.exchange.trouble = None
    truth = await scene.exchange.simu.ticker(Symbol("BTC", "USD"))
    assert (await scene.provider.ticker(scene.btc)).price == truth.price


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b"7", b"null", b'"text"', b"[NaN]", b"[" * 100_000, b"\xff\xfe\x00", b"[[1]]"],
    ids=["list", "object", "number", "null", "text", "NaN", "deep", "no text", "lists"],
)
async def test_json_of_another_shape_is_no_answer(scene: Scene, body: bytes) -> None:
    async def another(_: Request, __: Any) -> Response:
        return Response(body, media_type="application/json")

    scene.exchange.trouble = another

    for ask in (scene.provider.listings, scene.latest, lambda: scene.provider.ticker(scene.btc)):
        with pytest.raises(Unavailable):
            await ask()
        scene.pace.advance(60)


async def test_a_market_that_makes_no_sense_is_set_aside(scene: Scene) -> None:
    async def one_odd_market(_: Request, answer: Any) -> Any:
        odd = {"status": "TRADING", "wsname": "?/?/?"}
        if isinstance(answer, list):  # Coinbase, Bitstamp
            return [odd, *answer]
        if "symbols" in answer:  # Binance
            return answer | {"symbols": [odd, *answer["symbols"]]}
        return answer | {"result": {"???": odd | {"status": "online"}} | answer["result"]}  # Kraken

    scene.exchange.trouble = one_odd_market
    with capture_logs() as said:
        assert scene.btc in [listing.symbol for listing in await scene.provider.listings()]

    assert [(line["event"], line["markets"]) for line in said] == [("markets_set_aside", 1)]


async def test_calls_under_way_are_few(far_scene: Scene) -> None:
    far_scene.exchange.trouble = hang(0.02)

    await asyncio.gather(*(far_scene.provider.ticker(far_scene.btc) for _ in range(6)))

    assert 2 <= far_scene.exchange.most_under_way <= 4
