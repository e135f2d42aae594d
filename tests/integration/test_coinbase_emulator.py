"""The Coinbase provider against an exchange on a real socket, sound and broken in every way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from common.clock import FrozenClock
from common.errors import Unavailable, UnknownSymbol
from common.market import Candle, Symbol, Timeframe
from market_data.providers.coinbase import Coinbase
from tests.support.exchange_coinbase import refusal
from tests.support.exchange_emulator import ExchangeEmulator, Fault
from tests.support.exchange_faults import (
    answers,
    clock_off,
    cut_off,
    dripping,
    hang,
    high_below_open,
    no_candles,
    page_of_html,
    quiet_minutes,
    spike,
    too_many_requests,
    twice_and_shuffled,
    upside_down,
)
from tests.support.exchange_numbers import EXTREMES
from tests.support.serving import serve

NOW = datetime(2025, 6, 15, 13, 37, 21, tzinfo=UTC)
BTC = Symbol("BTC", "USD")
NATIVE = [Timeframe(text) for text in ("1m", "5m", "15m", "1h", "6h", "1d")]


@dataclass
class Scene:
    """An exchange, its client, and the time at both."""

    exchange: ExchangeEmulator
    coinbase: Coinbase
    pace: FrozenClock
    slept: list[float]

    async def latest(self, timeframe: Timeframe = Timeframe.M5, count: int = 100) -> list[Candle]:
        end = timeframe.opening(NOW)
        start = end - count * timeframe.length
        return list(await self.coinbase.candles(BTC, timeframe, start, end))

    async def truth(self, timeframe: Timeframe = Timeframe.M5, count: int = 100) -> list[Candle]:
        end = timeframe.opening(NOW)
        start = end - count * timeframe.length
        return list(await self.exchange.simu.candles(BTC, timeframe, start, end))


@asynccontextmanager
async def at_the_exchange(seconds: float = 8.0) -> AsyncIterator[Scene]:
    """Time stands still; whoever sleeps moves the pace's clock on and is awake at once."""
    clock, pace = FrozenClock(NOW), FrozenClock(NOW)
    slept: list[float] = []

    async def sleep(for_seconds: float) -> None:
        slept.append(for_seconds)
        pace.advance(for_seconds)

    exchange = ExchangeEmulator(clock)
    async with serve(exchange.app) as address:
        coinbase = Coinbase(clock, address, seconds=seconds, pace=pace, sleep=sleep)
        try:
            yield Scene(exchange, coinbase, pace, slept)
        finally:
            await coinbase.aclose()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with at_the_exchange() as made:
        yield made


@pytest.mark.parametrize("timeframe", NATIVE, ids=lambda timeframe: timeframe.value)
async def test_candles_are_exactly_those_of_the_exchange(
    scene: Scene, timeframe: Timeframe
) -> None:
    symbol = Symbol("SHIB", "USD")
    start = timeframe.opening(NOW) - 299 * timeframe.length
    end = start + 300 * timeframe.length

    candles = list(await scene.coinbase.candles(symbol, timeframe, start, end))

    assert len(candles) == 300
    assert candles[-1].opened_at == timeframe.opening(NOW)  # the forming one
    if timeframe is not Timeframe.H6:
        assert candles == await scene.exchange.simu.candles(symbol, timeframe, start, end)
    assert scene.coinbase.calls == 1


@pytest.mark.parametrize("symbol", EXTREMES, ids=str)
async def test_very_small_and_very_large_prices_stay_exact(scene: Scene, symbol: Symbol) -> None:
    end = Timeframe.H1.opening(NOW)
    start = end - 50 * Timeframe.H1.length

    candles = await scene.coinbase.candles(symbol, Timeframe.H1, start, end)
    ticker = await scene.coinbase.ticker(symbol)

    assert candles == await scene.exchange.simu.candles(symbol, Timeframe.H1, start, end)
    assert ticker.price == (await scene.exchange.simu.ticker(symbol)).price
    usual = EXTREMES[symbol].usual_price
    assert usual / 20 < ticker.price < usual * 20


async def test_the_ticker_is_that_of_the_exchange(scene: Scene) -> None:
    ticker = await scene.coinbase.ticker(BTC)

    truth = await scene.exchange.simu.ticker(BTC)
    assert (ticker.price, ticker.bid, ticker.ask) == (truth.price, truth.bid, truth.ask)
    assert ticker.at == NOW
    assert ticker.high_24h and ticker.low_24h and ticker.volume_24h
    assert ticker.low_24h <= ticker.price <= ticker.high_24h
    assert scene.coinbase.calls == 2


async def test_markets_that_are_traded_are_listed_with_their_steps(scene: Scene) -> None:
    scene.exchange.delisted.add(Symbol("LTC", "USD"))

    listings = {listing.symbol: listing for listing in await scene.coinbase.listings()}

    assert len(listings) == 11
    assert Symbol("LTC", "USD") not in listings
    assert listings[BTC].name == "Bitcoin"
    assert listings[Symbol("PEPE", "USD")].price_step == Decimal("0.0000000001")
    assert listings[Symbol("PEPE", "USD")].lot_step == 1


@pytest.mark.parametrize("symbol", [Symbol("NOPE", "USD"), Symbol("LTC", "USD")], ids=str)
async def test_an_unlisted_or_delisted_market_is_unknown(scene: Scene, symbol: Symbol) -> None:
    scene.exchange.delisted.add(Symbol("LTC", "USD"))

    with pytest.raises(UnknownSymbol, match=str(symbol)):
        await scene.coinbase.ticker(symbol)
    with pytest.raises(UnknownSymbol, match=str(symbol)):
        await scene.coinbase.candles(symbol, Timeframe.H1, NOW, NOW)


async def test_a_request_says_who_asks_and_stays_within_three_hundred(scene: Scene) -> None:
    await scene.latest(Timeframe.M5, 300)

    (seen,) = scene.exchange.requests
    assert seen.path == "/products/BTC-USD/candles"
    assert seen.headers["user-agent"] == "crypto-assistant"
    assert seen.params == {
        "granularity": "300",
        "start": "2025-06-14T12:35:00Z",
        "end": "2025-06-15T13:34:59Z",
    }


REFUSALS: dict[str, tuple[Fault, str, float]] = {
    "429": (too_many_requests("7"), "answered 429: Public rate limit exceeded", 7),
    "429 without a time": (too_many_requests(), "answered 429", 1),
    "429 with nonsense": (too_many_requests("soon"), "answered 429", 1),
    "451": (answers(451, "Service unavailable from a restricted location"), "answered 451", 3600),
    "403": (page_of_html(403), "answered 403", 3600),
    "500": (answers(500), "answered 500: Internal server error", 5),
    "503 in HTML": (page_of_html(503), "answered 503", 5),
    "404 in HTML": (page_of_html(404), "answered 404", 5),
    "400": (answers(400, "Unsupported granularity"), "answered 400: Unsupported granularity", 5),
    "200 in HTML": (page_of_html(), "sent no JSON", 5),
    "200 with an error": (answers(200, "Under maintenance"), "answered 200: Under maintenance", 5),
    "cut off": (cut_off, "sent no JSON", 5),
}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_a_refusal_says_why_and_when_to_come_back(scene: Scene, kind: str) -> None:
    fault, reason, wait = REFUSALS[kind]
    scene.exchange.trouble = fault

    for ask in (scene.coinbase.listings, scene.latest, lambda: scene.coinbase.ticker(BTC)):
        with pytest.raises(Unavailable) as caught:
            await ask()

        assert reason in str(caught.value)
        assert caught.value.retry_after == pytest.approx(wait)
        scene.pace.advance(timedelta(hours=1) - (scene.pace.now() - NOW) % timedelta(hours=1))


async def test_a_product_that_makes_no_sense_is_set_aside(scene: Scene) -> None:
    async def one_odd_product(_: Request, answer: Any) -> Any:
        return [{"id": "???"}, *answer]

    scene.exchange.trouble = one_odd_product
    with capture_logs() as said:
        assert len(await scene.coinbase.listings()) == 12

    assert [line["event"] for line in said] == ["markets_set_aside"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "lists no market"),
        ({"products": []}, "lists no market"),
        (refusal(404, "NotFound"), "no list of products"),
        (Response("[NaN]", media_type="application/json"), "sent no JSON"),
        (Response("[" * 100_000, media_type="application/json"), "sent no JSON"),
        (Response(b"\xff\xfe\x00", media_type="application/json"), "sent no JSON"),
    ],
    ids=["empty", "an object", "404", "NaN", "deep", "not text"],
)
async def test_an_odd_list_of_products_is_no_answer(scene: Scene, answer: Any, reason: str) -> None:
    async def odd(_: Request, __: Any) -> Any:
        return answer

    scene.exchange.trouble = odd

    with pytest.raises(Unavailable, match=reason):
        await scene.coinbase.listings()


async def test_an_object_in_place_of_candles_is_no_answer(scene: Scene) -> None:
    async def an_object(_: Request, __: Any) -> Any:
        return {"candles": []}

    scene.exchange.trouble = an_object

    with pytest.raises(Unavailable, match="sent no list of candles of BTC/USD"):
        await scene.latest()


@pytest.mark.parametrize(
    ("until", "wait"),
    [
        ("Sun, 15 Jun 2025 13:37:51 GMT", 30),
        ("Sun, 15 Jun 2025 13:37:51 -0000", 30),
        ("Sun, 15 Jun 2025 13:00:00 GMT", 0),
        ("Sun, 15 Jun 2035 13:00:00 GMT", 3600),
        ("99999999", 3600),
    ],
)
async def test_a_time_to_come_back_may_be_a_date_and_is_at_most_an_hour_away(
    scene: Scene, until: str, wait: float
) -> None:
    scene.exchange.script(too_many_requests(until))

    with pytest.raises(Unavailable) as caught:
        await scene.coinbase.listings()

    assert caught.value.retry_after == wait


async def test_who_asks_us_to_wait_is_not_asked_again_until_then(scene: Scene) -> None:
    scene.exchange.script(too_many_requests("7"))
    with capture_logs() as said:
        with pytest.raises(Unavailable):
            await scene.latest()
        scene.pace.advance(5)
        with pytest.raises(Unavailable, match="asked us to wait 2 s more") as caught:
            await scene.latest()

    assert caught.value.retry_after == pytest.approx(2)
    assert len(scene.exchange.requests) == scene.coinbase.calls == 1
    assert [line["event"] for line in said] == ["upstream_barred"]

    scene.pace.advance(2)
    assert await scene.latest() == await scene.truth()


async def test_where_we_may_not_ask_we_ask_once_an_hour(scene: Scene) -> None:
    scene.exchange.trouble = answers(451, "restricted location")
    with capture_logs() as said:
        for _ in range(20):
            with pytest.raises(Unavailable):
                await scene.coinbase.ticker(BTC)

    assert scene.coinbase.calls <= 2  # the ticker and its stats leave together
    assert {line["event"] for line in said} == {"upstream_barred"}


async def test_a_short_hang_is_waited_out(scene: Scene) -> None:
    scene.exchange.script(hang(0.3))

    assert await scene.latest() == await scene.truth()


@pytest.mark.parametrize("fault", [hang(), dripping(0.05)], ids=["hangs", "drips"])
async def test_whoever_takes_too_long_is_left_at_the_deadline(fault: Fault) -> None:
    async with at_the_exchange(seconds=0.3) as scene:
        scene.exchange.trouble = fault

        with pytest.raises(Unavailable, match="did not answer within 0.3 s"):
            await scene.latest()


async def test_an_exchange_that_is_gone_cannot_be_reached() -> None:
    async with serve(ExchangeEmulator(FrozenClock(NOW)).app) as address:
        coinbase = Coinbase(FrozenClock(NOW), address)

    with pytest.raises(Unavailable, match="cannot be reached"):
        await coinbase.listings()
    await coinbase.aclose()


async def test_an_empty_answer_is_asked_for_again(scene: Scene) -> None:
    scene.exchange.script(no_candles, no_candles)

    assert await scene.latest() == await scene.truth()
    assert scene.coinbase.calls == 3
    assert scene.slept == [0, 0.2, 0, 0.2, 0]


async def test_a_listed_market_without_candles_is_a_fault(scene: Scene) -> None:
    scene.exchange.trouble = no_candles

    with pytest.raises(Unavailable, match="no 5m candles of BTC/USD right now"):
        await scene.latest()
    assert scene.coinbase.calls == 3


async def test_an_old_or_a_short_range_may_be_empty(scene: Scene) -> None:
    scene.exchange.trouble = no_candles
    long_ago = datetime(2015, 1, 1, tzinfo=UTC)

    assert await scene.latest(count=5) == []
    assert scene.coinbase.calls == 1
    assert await scene.coinbase.candles(BTC, Timeframe.D1, long_ago, NOW.replace(year=2015)) == []
    assert scene.coinbase.calls == 4


async def test_minutes_without_trades_have_no_candle(scene: Scene) -> None:
    scene.exchange.trouble = quiet_minutes

    candles = await scene.latest(Timeframe.M1, 90)

    assert len(candles) == 60
    assert [candle for candle in await scene.truth(Timeframe.M1, 90) if candle in candles] == (
        candles
    )


async def test_rows_in_no_order_and_twice_are_put_right(scene: Scene) -> None:
    scene.exchange.trouble = twice_and_shuffled

    assert await scene.latest() == await scene.truth()


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

    ticker = await scene.coinbase.ticker(BTC)

    assert ticker.at == NOW + timedelta(seconds=min(seconds, 0))


@pytest.mark.parametrize("factor", ["1.3", "0.7"])
async def test_a_last_trade_far_outside_the_book_is_no_price(scene: Scene, factor: str) -> None:
    scene.exchange.script(spike(factor), spike(factor))

    with pytest.raises(Unavailable, match="far outside bid"):
        await scene.coinbase.ticker(BTC)
    assert (await scene.coinbase.ticker(BTC)).price == (await scene.exchange.simu.ticker(BTC)).price


async def test_a_price_stands_without_the_days_extremes(scene: Scene) -> None:
    async def no_stats(request: Request, answer: Any) -> Any:
        return refusal(500, "oops") if request.url.path.endswith("/stats") else answer

    scene.exchange.trouble = no_stats

    ticker = await scene.coinbase.ticker(BTC)

    assert ticker.price == (await scene.exchange.simu.ticker(BTC)).price
    assert ticker.high_24h is None and ticker.low_24h is None


async def test_many_questions_wait_their_turn(scene: Scene) -> None:
    await asyncio.gather(*(scene.coinbase.ticker(BTC) for _ in range(20)))

    assert scene.coinbase.calls == len(scene.exchange.requests) == 40
    assert scene.exchange.most_under_way <= 4
    waits = [seconds for seconds in scene.slept if seconds]
    assert len(waits) >= 40 - 12 - 4
    assert sum(waits) == pytest.approx((40 - 12) / 8, rel=0.5)
