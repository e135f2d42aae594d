"""What only Coinbase does, against the emulator of it (the rest: test_exchanges.py)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from common.errors import Unavailable
from common.market import Symbol, Timeframe
from tests.support.exchange_coinbase import refusal
from tests.support.exchange_faults import hang, no_candles, page_of_html
from tests.support.exchanges import NOW, Scene, at_the_exchange, in_one_process


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with in_one_process("coinbase") as made:
        yield made


async def test_a_request_stays_within_three_hundred(scene: Scene) -> None:
    await scene.latest(Timeframe.M5, 300)

    (seen,) = scene.exchange.requests
    assert seen.path == "/products/BTC-USD/candles"
    assert seen.params == {
        "granularity": "300",
        "start": "2025-06-14T12:35:00Z",
        "end": "2025-06-15T13:34:59Z",
    }


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "lists no market"),
        ({"products": []}, "lists no market"),
        (refusal(404, "NotFound"), "no list of products"),
        (Response("[NaN]", media_type="application/json"), "sent no JSON"),
    ],
    ids=["empty", "an object", "404", "NaN"],
)
async def test_an_odd_list_of_products_is_no_answer(scene: Scene, answer: Any, reason: str) -> None:
    async def odd(_: Request, __: Any) -> Any:
        return answer

    scene.exchange.trouble = odd

    with pytest.raises(Unavailable, match=reason):
        await scene.provider.listings()


async def test_an_object_in_place_of_candles_is_no_answer(scene: Scene) -> None:
    async def an_object(_: Request, __: Any) -> Any:
        return {"candles": []}

    scene.exchange.trouble = an_object

    with pytest.raises(Unavailable, match="sent no list of candles of BTC/USD"):
        await scene.latest()


async def test_a_404_in_html_is_about_the_server_and_not_about_a_market(scene: Scene) -> None:
    scene.exchange.trouble = page_of_html(404)

    with pytest.raises(Unavailable, match="answered 404"):
        await scene.provider.ticker(scene.btc)


async def test_an_empty_answer_is_asked_for_again(scene: Scene) -> None:
    scene.exchange.script(no_candles, no_candles)

    assert await scene.latest() == await scene.truth()
    assert scene.provider.calls == 3
    assert scene.pace.slept == [0, 0.2, 0, 0.2, 0]


async def test_an_empty_answer_is_believed_the_third_time(scene: Scene) -> None:
    scene.exchange.trouble = no_candles
    long_ago = datetime(2015, 1, 1, tzinfo=UTC)

    with pytest.raises(Unavailable, match="no 5m candles of BTC/USD right now"):
        await scene.latest()
    assert scene.provider.calls == 3
    assert await scene.latest(count=5) == []
    assert scene.provider.calls == 4
    end = NOW.replace(year=2015)
    assert await scene.provider.candles(scene.btc, Timeframe.D1, long_ago, end) == []
    assert scene.provider.calls == 7


async def test_a_price_stands_without_the_days_extremes(scene: Scene) -> None:
    async def no_stats(request: Request, answer: Any) -> Any:
        return refusal(500, "oops") if request.url.path.endswith("/stats") else answer

    scene.exchange.trouble = no_stats

    ticker = await scene.provider.ticker(scene.btc)

    assert ticker.price == (await scene.exchange.simu.ticker(Symbol("BTC", "USD"))).price
    assert ticker.high_24h is None and ticker.low_24h is None


async def test_many_questions_wait_their_turn() -> None:
    async with at_the_exchange("coinbase") as scene:
        scene.exchange.trouble = hang(0.01)
        await asyncio.gather(*(scene.provider.ticker(scene.btc) for _ in range(10)))

        assert scene.provider.calls == len(scene.exchange.requests) == 20
        assert scene.exchange.most_under_way <= 4
        waits = [seconds for seconds in scene.pace.slept if seconds]
        assert sum(waits) == pytest.approx((20 - 12) / 8)
